"""How much of invented letters and forms is found, of hands that wrote none of the generated text.

    python benchmarks/letters.py [letters|forms] [--adapter default fast] [--presidio] [--missed] [--json FILE]

`benchmarks/letters` holds eight clinical documents in each of eight languages, `benchmarks/forms` twelve of offices and
firms in each of eight; nothing may be learnt of either. By character, white space left aside: of each kind the share
that was masked, whatever the label, and of what was masked the share that is marked. Not counted among all kinds, nor
in the precision, are organisations, which are off as shipped (`--also ORGANIZATION` asks for them), and professions,
for which there is no label; nor years and times of day, which are not marked and are dates by our labels. `--missed`
prints what was not found and what was masked besides.
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from quality import presidio_engine

from loredact import Document, Masker, Span

FOLDER = Path(__file__).parent
_MARK = re.compile(r"\[\[([A-Z_]+)\|([^\]|]*)\]\]")
# Marked, and no part of the figures of all kinds together.
_ASIDE = ("HOSPITAL", "ORG", "PROFESSION")
_YEAR_OR_TIME = re.compile(r"(?:19|20)\d\d|[0-2]?\d[.:hu][0-5]\d|[0-2]?\d ?[hu]")


@dataclass(slots=True)
class Count:
    """Characters that are marked, by kind; those of them that were masked; and those masked that are not marked."""

    marked: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    besides: int = 0

    def add(self, other: "Count") -> None:
        """Count what `other` counted."""
        self.marked += other.marked
        self.found += other.found
        self.besides += other.besides

    def share(self, *kinds: str) -> float:
        """Of the marked characters of these kinds, of all but those set aside where none is named, the share found."""
        of = kinds or tuple(kind for kind in self.marked if kind not in _ASIDE)
        return sum(self.found[kind] for kind in of) / max(1, sum(self.marked[kind] for kind in of))

    @property
    def precision(self) -> float:
        right = sum(count for kind, count in self.found.items() if kind not in _ASIDE)
        return right / max(1, right + self.besides)


def letters(file: Path) -> list[Document]:
    """The documents of a file, with their marks as spans."""
    return [read(part.strip("\n")) for part in file.read_text("utf-8").split("\n=====\n")]


def read(marked: str) -> Document:
    """A document whose personal data stands as `[[KIND|text]]`."""
    pieces: list[str] = []
    spans: list[Span] = []
    at = read_to = 0
    for mark in _MARK.finditer(marked):
        before, value = marked[read_to : mark.start()], mark[2]
        at += len(before)
        spans.append(Span(at, at + len(value), mark[1]))
        pieces += (before, value)
        at, read_to = at + len(value), mark.end()
    return Document("".join((*pieces, marked[read_to:])), tuple(spans))


def compared(document: Document, found: Sequence[Span]) -> Count:
    """What was found of a document, by character."""
    kinds = _by_character(document.text, document.spans)
    masked = _by_character(document.text, [span for span in found if not _is_aside(document.text, span, kinds)])
    count = Count()
    for sign, kind, mask in zip(document.text, kinds, masked, strict=True):
        if sign.isspace():
            continue
        if kind:
            count.marked[kind] += 1
            count.found[kind] += bool(mask)
        else:
            count.besides += bool(mask)
    return count


def _is_aside(text: str, span: Span, kinds: Sequence[str]) -> bool:
    """Whether a span is a year or a time of day, and not marked."""
    alone = _YEAR_OR_TIME.fullmatch(text[span.start : span.end].strip(" .,"))
    return alone is not None and not any(kinds[span.start : span.end])


def _by_character(text: str, spans: Sequence[Span]) -> list[str]:
    labels = [""] * len(text)
    for span in spans:
        labels[span.start : span.end] = [span.label] * (span.end - span.start)
    return labels


def differences(document: Document, found: Sequence[Span]) -> Iterator[str]:
    """What was not found, and what was masked besides, each with what stands around it."""
    kinds, masked = _by_character(document.text, document.spans), _by_character(document.text, found)
    for spans, others, what in ((document.spans, masked, "missed"), (found, kinds, "besides")):
        for span in spans:
            if not any(others[span.start : span.end]):
                around = document.text[max(0, span.start - 25) : span.end + 15].replace("\n", "⏎")
                yield f"{what} {span.label}: {document.text[span.start : span.end]!r} in {around!r}"


class Presidio:
    """Presidio's analyzer, in English alone."""

    def __init__(self) -> None:
        self._engine = presidio_engine()

    def find(self, text: str) -> list[Span]:
        """What it finds."""
        return [Span(r.start, r.end, r.entity_type) for r in self._engine.analyze(text, "en")]


def measure(folder: Path, name: str, missed: bool, also: Sequence[str]) -> dict[str, Count]:
    """The counts of an adapter, or of Presidio, by language."""
    languages = ("en",) if name == "presidio" else sorted(path.stem for path in folder.glob("*.txt"))
    find = Presidio().find if name == "presidio" else None
    masker = None if find else Masker.load(name, also=also)
    counts = {}
    for language in languages:
        documents = letters(folder / f"{language}.txt")
        texts = [document.text for document in documents]
        spans = [find(t) for t in texts] if find else [list(d.spans) for d in masker.find_many(texts)] if masker else []
        counts[language] = Count()
        for document, found in zip(documents, spans, strict=True):
            counts[language].add(compared(document, found))
            for line in differences(document, found) if missed else ():
                print(f"{name}, {language}: {line}")
    return counts


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", nargs="?", choices=("letters", "forms"), default="letters")
    parser.add_argument("--adapter", nargs="+", default=["default", "fast"])
    parser.add_argument("--also", nargs="*", default=(), metavar="LABEL", help="labels that are off, asked for")
    parser.add_argument("--presidio", action="store_true", help="also Presidio, in English (pip install '.[bench]')")
    parser.add_argument("--missed", action="store_true", help="print each difference")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    given = parser.parse_args()
    organisations = "HOSPITAL" if given.texts == "letters" else "ORG"
    kinds = ("PERSON", "DATE", "LOCATION", "STREET_ADDRESS", "PHONE", "ID", organisations)
    heads = ("found", *(kind.lower().replace("_", " ") for kind in kinds), "precision")
    print(f"{'':24}" + "".join(f"{head:>15}" for head in heads))
    figures: dict[str, Any] = {}
    for name in (*given.adapter, *(["presidio"] if given.presidio else [])):
        counts = measure(FOLDER / given.texts, name, given.missed, given.also)
        total = Count()
        for count in counts.values():
            total.add(count)
        for language, count in (*counts.items(), ("all", total)):
            shares = [count.share(), *(count.share(kind) for kind in kinds), count.precision]
            figures[f"{name} {language}"] = dict(zip(heads, shares, strict=True))
            print(f"{name + ', ' + language:24}" + "".join(f"{share:>15.1%}" for share in shares))
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()

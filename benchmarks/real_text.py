"""How much an adapter finds in other people's texts, by corpus and language, beside Presidio.

    python benchmarks/real_text.py --corpora FOLDER [--part dev] [--adapter default ...] [--presidio] [--json FILE]

FOLDER holds the corpora that `loredact.corpora.public` names; of each the development part is read, or the test part.
All is counted by character, white space left aside:

- people, places, dates: the share of their characters that were masked, whatever the label;
- precision: of the masked characters, the share that are personal. What a corpus says nothing of counts nowhere: labels
  that it does not annotate, stretches that it leaves open, and what is not personal by our labels (organisations,
  nationalities, amounts);
- strict F1: label and offsets, over the people, places and organisations of a corpus (organisations asked for);
- altered: the share of the sentences without a span of any kind in which something was masked, and in which a name was.

With `--leave-out MINUTES` an adapter is trained for each of ten corpora of different kinds, so long and on one core,
that never saw it, and measured on all of that corpus.
"""

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from loredact import Masker
from loredact.adapters import find_adapter
from loredact.corpora.public import CORPORA, Part, read_part, sentences_without_spans
from loredact.document import Document
from loredact.evaluation import Figures, evaluate
from loredact.labels import OFF
from loredact.network import Compute
from loredact.tagger import read_description

_FEWEST_SENTENCES, _MOST_SENTENCES = 100, 2000
# What Presidio calls what we call otherwise.
_FROM_PRESIDIO = {"NRP": "NRP", "ORGANIZATION": "ORGANIZATION", "US_DRIVER_LICENSE": "DRIVER_LICENSE"}
_OFF = frozenset(OFF)
_NAMES = frozenset({"PERSON", "LOCATION"})
# Ten corpora of different kinds and languages: web, mail and reviews; tweets; courts; clinical; fiction; news, …
LEFT_OUT = (
    ("gum",),
    ("btc",),
    ("tab-train", "tab-dev"),
    ("meddocan-train", "meddocan-dev"),
    ("litbank",),
    ("uner-da",),
    ("turku-fi",),
    ("lener-br",),
    ("mobie-de",),
    ("kpwr-pl",),
)

Finder = Callable[[Sequence[Document]], list[Document]]


@dataclass(frozen=True, slots=True)
class Result:
    """The figures of one corpus; None where it has nothing to tell them by."""

    documents: int
    people: float | None
    places: float | None
    dates: float | None
    precision: float
    strict_f1: float
    characters_per_second: float


def measure(documents: Sequence[Document], find: Finder) -> Result:
    """What `find` finds in `documents`."""
    began = time.perf_counter()
    found = find(documents)
    seconds = time.perf_counter() - began
    masked = [guess.with_spans(span for span in guess.spans if span.label not in _OFF) for guess in found]
    people, places, dates = (_share(documents, masked, label) for label in ("PERSON", "LOCATION", "DATE_TIME"))
    personal = [replace(d, spans=tuple(s for s in d.spans if s.label not in _OFF)) for d in documents]
    ignored = [[*(s for s in d.spans if s.label in _OFF), *d.open_spans] for d in documents]
    told = [told_of(d, guess) for d, guess in zip(documents, masked, strict=True)]
    precision = evaluate(personal, told, ignored).characters.precision
    strict = Figures()
    for document, guess in zip(documents, found, strict=True):
        named = {"PERSON", "LOCATION", "ORGANIZATION"} & (document.annotated or set())
        gold = {(s.start, s.end, s.label) for s in document.spans if s.label in named}
        taken = {(s.start, s.end, s.label) for s in told_of(document, guess).spans if s.label in named}
        strict.add(len(gold & taken), len(taken), len(gold))
    rate = sum(len(d.text) for d in documents) / seconds
    return Result(len(documents), people, places, dates, precision, strict.f1, rate)


def altered(texts: Sequence[str], find: Finder) -> tuple[float, float]:
    """The shares of `texts` without a name in which something is masked, and in which a name is."""
    found = [{span.label for span in guess.spans} - _OFF for guess in find([Document(text) for text in texts])]
    count = max(len(texts), 1)
    return sum(map(bool, found)) / count, sum(bool(labels & _NAMES) for labels in found) / count


def _share(documents: Sequence[Document], found: Sequence[Document], label: str) -> float | None:
    """The share of the characters of spans of `label` that lie in any of the spans found."""
    of_label = [replace(d, spans=tuple(s for s in d.spans if s.label == label)) for d in documents]
    if not any(document.spans for document in of_label):
        return None
    return evaluate(of_label, found).characters.recall


def told_of(document: Document, guess: Document) -> Document:
    """What was found of labels that the labelled document annotates, or where it has a span."""
    annotated = document.annotated
    return guess.with_spans(
        span
        for span in guess.spans
        if annotated is None
        or span.label in annotated
        or any(span.start < gold.end and gold.start < span.end for gold in document.spans)
    )


def loredact(adapter: str, recall: float | None = None, compute: Compute | None = None) -> Finder:
    """The masker of `adapter`, with all its labels; those it has off are left out of what is masked later."""
    off = read_description(find_adapter(adapter)).decoding.off
    everything = Masker.load(adapter, recall=recall, also=off, compute=compute)
    return lambda documents: list(everything.find_many(documents))


def presidio() -> Finder:
    """Presidio's analyzer in English, with its names for what has the same name here."""
    from quality import presidio as plain

    find = plain()
    return lambda documents: [
        found.with_spans(replace(span, label=_FROM_PRESIDIO.get(span.label, span.label)) for span in found.spans)
        for found in find(documents)
    ]


def tables(
    corpora: Path, part: Part, names: Sequence[str], sides: dict[str, Finder]
) -> Iterator[tuple[str, str, dict[str, object]]]:
    """The figures of each corpus and side, as they come."""
    for name in names:
        documents = read_part(corpora, name, part)
        if not documents:
            continue
        for side, find in sides.items():
            yield name, side, asdict(measure(documents, find))
    for name in names:
        texts = sentences_without_spans(read_part(corpora, name, part))[:_MOST_SENTENCES]
        for side, find in sides.items() if len(texts) >= _FEWEST_SENTENCES else ():
            any_label, names_alone = altered(texts, find)
            yield (
                f"{name}, {len(texts)} sentences without a span",
                side,
                {"altered": any_label, "a name masked": names_alone},
            )


def left_out(corpora: Path, minutes: float, out: Path) -> Iterator[tuple[str, str, dict[str, object]]]:
    """For each of ten corpora the figures of an adapter that never saw it."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "recipes"))
    from default_adapter import train_adapter

    for group in LEFT_OUT:
        folder = out / group[0]
        if not (folder / "loredact.json").exists():
            train_adapter(corpora, folder, without=group, minutes=minutes)
        documents = [d for name in group for part in ("train", "dev") for d in read_part(corpora, name, part)]
        yield group[0], f"{minutes:g} minutes without it", asdict(measure(documents, loredact(str(folder))))


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:>12.1%}" if value <= 1 else f"{value:>12,.0f}"
    return f"{'' if value is None else value:>12}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True, help="folder of the public corpora")
    parser.add_argument("--part", choices=("train", "dev", "test"), default="dev")
    parser.add_argument("--only", nargs="*", default=list(CORPORA), help="these corpora alone")
    parser.add_argument("--adapter", nargs="*", default=["default"])
    parser.add_argument("--recall", type=float, help="asked of the adapters; else their own operating point")
    parser.add_argument("--presidio", action="store_true", help="also Presidio (pip install '.[bench]')")
    parser.add_argument("--leave-out", type=float, metavar="MINUTES", help="train ten adapters, each without a corpus")
    parser.add_argument("--out", type=Path, default=Path("scratch/left-out"), help="folder for those")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    given = parser.parse_args()
    if given.leave_out is not None:
        rows = left_out(given.corpora, given.leave_out, given.out)
    else:
        sides = {adapter: loredact(adapter, given.recall) for adapter in given.adapter}
        if given.presidio:
            sides["Presidio"] = presidio()
        rows = tables(given.corpora, given.part, given.only, sides)
    kept: dict[str, dict[str, dict[str, object]]] = defaultdict(dict)
    heading: list[str] = []
    for name, side, figures in rows:
        kept[name][side] = figures
        if heading != list(figures):
            heading = list(figures)
            print(f"{'':52}" + "".join(f"{title[:11]:>12}" for title in heading))
        print(f"{name + ', ' + side:52}" + "".join(_cell(value) for value in figures.values()), flush=True)
    if given.json is not None:
        given.json.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

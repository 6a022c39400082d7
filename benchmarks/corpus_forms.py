"""Corpora written in every form that can be written, and read back: how many documents are the same, and why not.

    python benchmarks/corpus_forms.py --corpora "$CORPORA" [--forms columns,brat] [--most 1000] [--only tab-dev]

Each file of the folder is checked as `loredact corpus check` does, its documents (the first `--most` of them) are
written in each form and read back, and each is held against what was written: text, spans, labels looked for, and
stretches left open. A document that differs is counted by what was told of it, by the writer or by the reader; one
of which nothing was told is counted as `unexplained`, and makes the program exit with 1.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from loredact.corpora import Reading, scan_corpus
from loredact.corpora.problems import Change
from loredact.corpora.writers import WRITERS, write_as
from loredact.document import Document


@dataclass(slots=True)
class Comparison:
    """How the documents of a file came back from one form."""

    documents: int = 0
    same: int = 0
    reasons: Counter[str] = field(default_factory=Counter)


# What was told explains a difference in this; other fields are no part of what is compared.
_EXPLAINS = {
    "a span over several lines, which begins anew in each": "spans over lines parted",
    "a carriage return at the end of a line": "carriage returns lost",
    "a byte order mark": "byte order mark at the start lost",
    "which labels were looked for": "labels looked for lost",
    "a stretch that was left open": "open stretches lost",
    "stretches left open, with white space alone between": "open stretches joined",
}


def compare(documents: Sequence[Document], form: str, folder: Path) -> Comparison:
    """Write `documents` in `form` below `folder`, read them back, and hold them against what was written."""
    path = folder / f"written.{form}"
    written = write_as(path, documents, form)
    reading = scan_corpus(path)
    found = Comparison(len(documents))
    told_of = dict(_told(written, reading, form, documents))
    if reading.problems:
        found.reasons["problems"] = len(reading.problems)
    for number, (document, back) in enumerate(_paired(documents, reading, form), start=1):
        if document == back:
            found.same += 1
        else:
            found.reasons[", ".join(sorted(told_of.get(number, ()))) or "unexplained"] += 1
    return found


def _paired(documents: Sequence[Document], reading: Reading, form: str) -> Iterator[tuple[Document, Document | None]]:
    """Each document with what came back of it. BRAT's come back in the order of their names."""
    if form != "brat":
        back = [*reading.documents, *[None] * len(documents)]
        yield from zip(documents, back, strict=False)
        return
    by_name = {str(document.extra["id"]): document for document in reading.documents}
    for name, document in zip(_brat_names(documents), documents, strict=True):
        yield document, by_name.get(name)


def _brat_names(documents: Sequence[Document]) -> list[str]:
    # As the writer has them, for identifiers that are unique: all others are numbers.
    from loredact.corpora.writers.brat import names_of

    return names_of(documents)


def _told(
    written: Sequence[Change], reading: Reading, form: str, documents: Sequence[Document]
) -> Iterator[tuple[int, set[str]]]:
    """What was told of each document, by its number."""
    told: dict[int, set[str]] = {}
    for change in written:
        if change.what in _EXPLAINS:
            told.setdefault(change.line, set()).add(_EXPLAINS[change.what])
    if form == "brat":
        numbers = {name: number for number, name in enumerate(_brat_names(documents), start=1)}
        for change in reading.changes:
            if change.what in _EXPLAINS:
                told.setdefault(numbers[Path(change.file).stem], set()).add(_EXPLAINS[change.what])
    yield from told.items()


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--forms", default=",".join(WRITERS))
    parser.add_argument("--only", default="")
    parser.add_argument("--most", type=int, default=1_000_000)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    forms = arguments.forms.split(",")
    total = {form: Comparison() for form in forms}
    files = sorted(path for path in arguments.corpora.glob("*.jsonl.gz") if arguments.only in path.name)
    print(f"{'file':24}{'documents':>10}" + "".join(f"{form:>14}" for form in forms))
    for path in files:
        reading = scan_corpus(path)
        documents = reading.documents[: arguments.most]
        name = path.name.removesuffix(".jsonl.gz")
        if not documents:
            print(f"{name:24}{0:>10}  {reading.problems[0].reason}")
            continue
        cells = []
        for form in forms:
            with tempfile.TemporaryDirectory() as folder:
                found = compare(documents, form, Path(folder))
            total[form].documents += found.documents
            total[form].same += found.same
            total[form].reasons += found.reasons
            cells.append(f"{found.same:>14}")
        problems = f"  {len(reading.problems)} problems when read" if reading.problems else ""
        print(f"{name:24}{len(documents):>10}" + "".join(cells) + problems, flush=True)
    print(
        f"{'all':24}{max(one.documents for one in total.values()):>10}" + "".join(f"{total[f].same:>14}" for f in forms)
    )
    for form in forms:
        for reason, count in total[form].reasons.most_common():
            print(f"{form}: {count} documents differ: {reason}")
    if arguments.json:
        figures = {form: {"documents": c.documents, "same": c.same, "differ": c.reasons} for form, c in total.items()}
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return int(any("unexplained" in one.reasons or "problems" in one.reasons for one in total.values()))


if __name__ == "__main__":
    sys.exit(main())

"""Whether it pays to mask what was surely found wherever else it stands in its text.

    python benchmarks/repeats.py --corpora FOLDER [--adapter default] [--generated 600]

FOLDER holds the public corpora (`loredact.corpora.public`); of them TAB's development part is measured, by our labels
as `benchmarks/real_text.py` counts, and generated text, with the rules in both cases. All is counted by character,
white space left aside, whatever the label. What is off, such as organisations, is ignored.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from real_text import told_of

from loredact import Masker
from loredact.corpora.public import read_part
from loredact.document import Document
from loredact.evaluation import evaluate
from loredact.labels import OFF
from loredact.synthetic import make_corpus, make_without_personal_data

SEED = 20_261_125
_OFF = frozenset(OFF)


def figures(documents: Sequence[Document], found: Sequence[Document]) -> tuple[float, float, int]:
    """Recall, precision and the number of documents with something missed."""
    personal = [replace(d, spans=tuple(s for s in d.spans if s.label not in _OFF)) for d in documents]
    ignored = [[*(s for s in d.spans if s.label in _OFF), *d.open_spans] for d in documents]
    counted = evaluate(personal, [told_of(d, guess) for d, guess in zip(documents, found, strict=True)], ignored)
    return counted.characters.recall, counted.characters.precision, counted.leaking_documents


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True, help="folder of the public corpora")
    parser.add_argument("--adapter", default="default")
    parser.add_argument("--generated", type=int, default=600, help="documents of generated text, and without data")
    given = parser.parse_args()
    tasks = {
        "tab-dev": read_part(given.corpora, "tab-dev", "dev"),
        "generated": make_corpus(0, given.generated, SEED)[1],
        "without personal data": make_without_personal_data(given.generated, SEED),
    }
    print(f"{'':40}{'found':>12}{'precision':>12}{'leaking':>12}{'masked':>12}")
    for again in (False, True):
        masker = Masker.load(given.adapter, repeats=again)
        for name, documents in tasks.items():
            found = list(masker.find_many(documents))
            recall, precision, leaking = figures(documents, found)
            masked = sum(bool(guess.spans) for guess in found)
            row = f"{name + (', with repeats' if again else ''):40}{recall:>12.3%}{precision:>12.3%}"
            print(f"{row}{leaking:>12}{masked:>12}", flush=True)


if __name__ == "__main__":
    main()

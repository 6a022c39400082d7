"""What an adapter finds when it computes in float32, bfloat16 and int8: by corpus, on the same documents.

    python benchmarks/precisions.py --corpora FOLDER [--adapter default fast] [--characters 40000] [--json FILE]

Of each corpus that `loredact.corpora.public` names, documents drawn at random by a fixed seed, so many characters; the
figures are those of `real_text.py`. The last line of each adapter is the mean over the corpora. A precision that the
processor does not compute in is left out.
"""

import argparse
import json
import random
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import mean
from typing import get_args

from real_text import Finder, loredact, measure

from loredact.corpora.public import CORPORA, Part, read_part
from loredact.document import Document
from loredact.errors import InputError
from loredact.network import Compute

_FIGURES = ("people", "places", "dates", "precision", "strict_f1")


def sample(documents: Sequence[Document], characters: int) -> list[Document]:
    """Documents drawn at random, up to so many characters, and the one that passes them."""
    drawn, left = list(documents), characters
    random.Random(1).shuffle(drawn)
    taken: list[Document] = []
    for document in drawn:
        if left <= 0:
            break
        taken.append(document)
        left -= len(document.text)
    return taken


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return mean(known) if known else None


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True, help="folder of the public corpora")
    parser.add_argument("--adapter", nargs="+", default=["default", "fast"])
    parser.add_argument("--part", choices=get_args(Part), default="dev")
    parser.add_argument("--characters", type=int, default=40_000, help="of each corpus")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    given = parser.parse_args()
    samples = {name: sample(read_part(given.corpora, name, given.part), given.characters) for name in CORPORA}
    kept: dict[str, dict[str, dict[str, dict[str, float | None]]]] = defaultdict(lambda: defaultdict(dict))
    print(f"{'':38}" + "".join(f"{title:>12}" for title in _FIGURES))
    for adapter in given.adapter:
        finders: dict[str, Finder] = {}
        for compute in get_args(Compute):
            try:
                finders[compute] = loredact(adapter, compute=compute)
            except InputError as reason:
                print(f"{compute} is left out: {reason}", file=sys.stderr)
        for name, documents in samples.items():
            for compute, find in finders.items() if documents else ():
                result = asdict(measure(documents, find))
                kept[adapter][name][compute] = {figure: result[figure] for figure in _FIGURES}
                _print(adapter, name, compute, kept[adapter][name][compute])
        for compute in finders:
            of_all = [by_compute[compute] for by_compute in kept[adapter].values()]
            means = {figure: _mean(figures[figure] for figures in of_all) for figure in _FIGURES}
            _print(adapter, "mean", compute, means)
    if given.json is not None:
        given.json.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


def _print(adapter: str, corpus: str, compute: str, figures: dict[str, float | None]) -> None:
    cells = "".join(f"{'' if value is None else f'{value:.2%}':>12}" for value in figures.values())
    print(f"{f'{adapter}, {corpus}, {compute}':38}{cells}", flush=True)


if __name__ == "__main__":
    main()

"""Whether an adapter is as good where the frozen weights of its training steps are in int8.

    python benchmarks/frozen_weights.py TRAIN --test TEST --out FOLDER [--documents N] [--epochs E] [--seeds 0 1 2]

For each seed two runs on the first N documents of TRAIN, with the default settings: one as they are, one with exact
weights, as where the processor has no products of int8. Both are measured on all of TEST, by the model alone. Adapters
are left in FOLDER; points that are there are not computed again.
"""

import argparse
from pathlib import Path
from unittest.mock import patch

from points import Point, point

from loredact import read_corpus
from loredact.kernels import int8
from loredact.training import Settings


def main() -> None:
    """Compute the points that are missing, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("training", metavar="TRAIN")
    parser.add_argument("--test", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--documents", type=int, default=50)
    parser.add_argument("--epochs", type=float, default=6.0)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    given = parser.parse_args()
    documents, measured = read_corpus(given.training)[: given.documents], read_corpus(given.test)
    print("| seed | frozen weights | strict F1 | personal characters found | precision | training |")
    print("| ---: | --- | ---: | ---: | ---: | ---: |")
    for seed in given.seeds:
        settings = Settings(epochs=given.epochs, seed=seed)
        _print(seed, "int8", point(documents, measured, settings, given.out / f"int8-{seed}"))
        # Where there is no kernel for it, nothing is laid out in int8.
        with patch.object(int8, "compiled", lambda name, x: None):
            _print(seed, "exact", point(documents, measured, settings, given.out / f"exact-{seed}"))


def _print(seed: int, weights: str, figures: Point) -> None:
    print(
        f"| {seed} | {weights} | {figures['strict_f1']:.3f} | {figures['found']:.1%} | {figures['precision']:.1%} "
        f"| {figures['seconds']:.0f} s |",
        flush=True,
    )


if __name__ == "__main__":
    main()

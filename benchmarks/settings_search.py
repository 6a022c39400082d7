"""Which settings learn best: one setting changed at a time, from the defaults.

    python benchmarks/settings_search.py TRAIN --dev DEV --out FOLDER
        [--documents 40] [--measured 40] [--epochs 2] [--only NAME ...] [--json]

Each row is a run from scratch on the first documents of TRAIN, measured on the first of DEV by the model alone. The
defaults are run from three seeds: how far those lie apart is what chance alone does. Adapters, figures and `table.md`
are left in FOLDER; rows that are there are not computed again, and are shown even where `--only` does not name them.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from points import FILE, Point, point

from loredact import read_corpus
from loredact.files import write_text
from loredact.training import Settings

# What differs from the defaults, by name.
VARIANTS: dict[str, dict[str, Any]] = {
    "the defaults": {},
    "the defaults, seed 1": {"seed": 1},
    "the defaults, seed 2": {"seed": 2},
    "depth 8": {"depth": 8},
    "depth 16": {"depth": 16},
    "depth 20": {"depth": 20},
    "rank 4": {"lora": {"rank": 4}},
    "rank 8": {"lora": {"rank": 8}},
    "rank 32": {"lora": {"rank": 32}},
    "learning rate 1e-3": {"learning_rate": 1e-3},
    "learning rate 4e-3": {"learning_rate": 4e-3},
    "causal attention": {"attention": "causal"},
    "window 128": {"window": 128},
    "window 512": {"window": 512},
    "256 tokens a step": {"row_tokens": 256},
    "1,024 tokens a step": {"row_tokens": 1024},
}


def as_markdown(rows: dict[str, Point]) -> str:
    """The table as Markdown."""
    lines = [
        "| settings | strict F1 | personal characters found | precision | training |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {name} | {p['strict_f1']:.3f} | {p['found']:.1%} | {p['precision']:.1%} | {p['seconds']:.0f} s |"
        for name, p in rows.items()
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Compute the rows that are missing, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("training", metavar="TRAIN")
    parser.add_argument("--dev", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--documents", type=int, default=40, help="of TRAIN, learnt from")
    parser.add_argument("--measured", type=int, default=40, help="of DEV, measured on")
    parser.add_argument("--epochs", type=float, default=2.0)
    parser.add_argument("--only", nargs="+", choices=list(VARIANTS), default=list(VARIANTS), metavar="NAME")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    documents = read_corpus(arguments.training)[: arguments.documents]
    measured = read_corpus(arguments.dev)[: arguments.measured]
    folders = {name: arguments.out / name.replace(" ", "-").replace(",", "") for name in VARIANTS}
    rows = {
        name: point(documents, measured, Settings.model_validate({"epochs": arguments.epochs} | changed), folders[name])
        for name, changed in VARIANTS.items()
        if name in arguments.only or (folders[name] / FILE).exists()
    }
    write_text(arguments.out / "table.md", as_markdown(rows))
    print(json.dumps(rows, indent=2) if arguments.json else as_markdown(rows), end="")


if __name__ == "__main__":
    main()

"""How good an adapter becomes from the first few documents of a corpus: strict F1 by number of documents.

    python benchmarks/learning_curve.py TRAIN --test TEST --out FOLDER [--documents 10 25 50 100 200 500] [--json]

Each point is a run from scratch on the first so many documents of TRAIN, with the default settings and as many epochs
as EPOCHS says, fewer where there is more to learn from; it is measured on all of TEST. Adapters, `curve.md` and
`curve.png` are left in FOLDER; points that are there are not computed again.
"""

import argparse
import json
from pathlib import Path

from points import Point, point

from loredact import read_corpus
from loredact.files import replacing, write_text
from loredact.training import Settings

# Documents, and times through them; at 50 documents of MEDDOCAN the run takes three minutes on two cores.
EPOCHS = {10: 20.0, 25: 12.0, 50: 6.0, 100: 4.0, 200: 3.0, 500: 2.0}


def as_markdown(points: list[Point]) -> str:
    """The curve as a Markdown table."""
    lines = [
        "| documents | epochs | training | strict F1 | personal characters found | precision |",
        "| ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {p['documents']:.0f} | {p['epochs']:g} | {p['seconds']:.0f} s | {p['strict_f1']:.3f} | {p['found']:.1%} "
        f"| {p['precision']:.1%} |"
        for p in points
    ]
    return "\n".join(lines) + "\n"


def draw(points: list[Point], path: Path) -> None:
    """Draw strict F1 and characters found against the number of documents."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.subplots()
    counts = [p["documents"] for p in points]
    axes.plot(counts, [100 * p["strict_f1"] for p in points], marker="o", color="#1f4e8c", label="strict F1")
    axes.plot(
        counts, [100 * p["found"] for p in points], marker="s", color="#c2571a", label="personal characters found"
    )
    axes.set_xscale("log")
    axes.set_xticks(counts, [f"{count:.0f}" for count in counts])
    axes.minorticks_off()
    axes.set_xlabel("documents learnt from")
    axes.set_ylabel("on the test split (%)")
    axes.grid(alpha=0.25)
    axes.legend(loc="lower right")
    with replacing(path) as part:
        figure.savefig(part, format="png", dpi=120)


def main() -> None:
    """Compute the points that are missing, and print the curve."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("training", metavar="TRAIN")
    parser.add_argument("--test", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--documents", type=int, nargs="+", choices=sorted(EPOCHS), default=sorted(EPOCHS))
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    documents, measured = read_corpus(arguments.training), read_corpus(arguments.test)
    known = [
        point(documents[:count], measured, Settings(epochs=EPOCHS[count]), arguments.out / str(count))
        for count in sorted(arguments.documents)
    ]
    write_text(arguments.out / "curve.md", as_markdown(known))
    draw(known, arguments.out / "curve.png")
    print(json.dumps(known, indent=2) if arguments.json else as_markdown(known), end="")


if __name__ == "__main__":
    main()

"""How many small inputs of each kind come out right: names, edges, look-alikes.

    python benchmarks/small_inputs.py [--adapter default ...] [--only 17_bare_names ...] [--wrong] [--json]

The inputs are the lines of `tests/inputs/*.txt`, a file a kind. `⟦…⟧` marks what is personal; `␉ ␊ ␍ ␛` stand for the
tab, the line feed, the carriage return and the escape character. An input is right where all letters and digits that
are personal are masked and no others are, whatever the labels; one without marks, where nothing is.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from loredact import Masker
from loredact.document import Span

FOLDER = Path(__file__).parents[1] / "tests" / "inputs"
_CONTROLS = str.maketrans("␉␊␍␛", "\t\n\r\x1b")


@dataclass(frozen=True, slots=True)
class Input:
    """A text, and which of its characters are personal: `[start, end)` each."""

    text: str
    personal: tuple[tuple[int, int], ...]

    def is_right(self, spans: Sequence[Span]) -> bool:
        """Whether `spans` hold the personal letters and digits, and no others."""
        wanted = _letters(self.text, self.personal)
        return wanted == _letters(self.text, [(span.start, span.end) for span in spans])


def read_input(line: str) -> Input:
    """The input that `line` writes."""
    text, personal = "", []
    for part in line.translate(_CONTROLS).split("⟦"):
        inside, closed, outside = part.rpartition("⟧")
        if closed:
            personal.append((len(text), len(text) + len(inside)))
        text += inside + outside
    return Input(text, tuple(personal))


def read_inputs(folder: Path = FOLDER) -> dict[str, list[Input]]:
    """The inputs of each kind, by the name of its file."""
    return {
        file.stem: [read_input(line) for line in file.read_text(encoding="utf-8").split("\n") if line]
        for file in sorted(folder.glob("*.txt"))
    }


def _letters(text: str, parts: Sequence[tuple[int, int]]) -> set[int]:
    return {place for start, end in parts for place in range(start, end) if text[place].isalnum()}


def main() -> None:
    """Count and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--adapter", nargs="+", default=["default"])
    parser.add_argument("--only", nargs="+", help="these kinds alone")
    parser.add_argument("--wrong", action="store_true", help="also print the inputs that come out wrong, masked")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    kinds = {kind: inputs for kind, inputs in read_inputs().items() if not given.only or kind in given.only}
    right: dict[str, dict[str, int]] = {kind: {} for kind in kinds}
    for adapter in given.adapter:
        masker = Masker.load(adapter)
        for kind, inputs in kinds.items():
            results = list(masker.mask_many(entry.text for entry in inputs))
            judged = [entry.is_right(masked.spans) for entry, masked in zip(inputs, results, strict=True)]
            right[kind][adapter] = sum(judged)
            for masked, is_right in zip(results, judged, strict=True):
                if given.wrong and not is_right:
                    print(f"{adapter}, {kind}: {masked.text!r}")
    if given.json:
        print(json.dumps({kind: {"inputs": len(kinds[kind]), **counts} for kind, counts in right.items()}, indent=2))
        return
    print(f"{'':20}{'inputs':>8}" + "".join(f"{adapter:>12}" for adapter in given.adapter))
    for kind, counts in right.items():
        print(
            f"{kind:20}{len(kinds[kind]):>8}"
            + "".join(f"{count / len(kinds[kind]):>12.0%}" for count in counts.values())
        )


if __name__ == "__main__":
    main()

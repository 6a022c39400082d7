"""Cells in chunks: what a worker looks at at once, and what a stopped run loses at most.

Where chunks end depends on the cells alone, and each is found in by itself, so that a run that was stopped and goes on
finds what an undisturbed one finds.
"""

from collections.abc import Iterable, Iterator

from loredact.formats import Cell

# About as much as a network looks at in a few seconds. A row is not parted, unless it is several times as long.
_CHARACTERS, _LONGEST_ROW = 100_000, 4
# A cell takes more than its characters: its heading and its line.
_PER_CELL = 16


def chunks(cells: Iterable[Cell]) -> Iterator[list[Cell]]:
    """`cells`, in lists that are not empty."""
    held: list[Cell] = []
    size = 0
    for cell in cells:
        new_row = bool(held) and (cell.row is None or cell.row != held[-1].row)
        if (size >= _CHARACTERS and new_row) or size >= _LONGEST_ROW * _CHARACTERS:
            yield held
            held, size = [], 0
        held.append(cell)
        size += len(cell.text) + _PER_CELL
    if held:
        yield held

"""Cells in chunks: what a worker looks at at once, and what a stopped run loses at most.

Where chunks end depends on the cells alone, and each is found in by itself, so that a run that was stopped and goes on
finds what an undisturbed one finds.
"""

from collections.abc import Iterable, Iterator

from loredact.formats import Cell

# About as much as a network looks at in a few seconds, and less at the start of a file, an eighth of what went before,
# so that a small file has chunks enough for all workers. A row is not parted, unless it is several times as long.
_FEWEST, _MOST, _SHARE, _LONGEST_ROW = 20_000, 100_000, 8, 4
# A cell takes more than its characters: its heading and its line.
_PER_CELL = 16


def chunks(cells: Iterable[Cell]) -> Iterator[list[Cell]]:
    """`cells`, in lists that are not empty."""
    held: list[Cell] = []
    size = before = 0
    for cell in cells:
        enough = min(_MOST, max(_FEWEST, before // _SHARE))
        new_row = bool(held) and (cell.row is None or cell.row != held[-1].row)
        if (size >= enough and new_row) or size >= _LONGEST_ROW * _MOST:
            yield held
            before += size
            held, size = [], 0
        held.append(cell)
        size += len(cell.text) + _PER_CELL
    if held:
        yield held

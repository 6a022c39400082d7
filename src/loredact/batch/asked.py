"""Which columns and keys are masked: those that were asked for, or all."""

from collections.abc import Collection
from dataclasses import replace

from loredact.formats import Cell

# Of a column that nobody asked for, what is longer than this says little of its row.
_LONGEST_CONTEXT = 64


NOTHING_ASKED = "none of its columns is one of those that were asked for: nothing in it is masked"


def is_asked(cell: Cell, columns: Collection[str] | None) -> bool:
    """Whether the cell is to be masked; where `columns` is None, all are."""
    return columns is None or cell.heading in columns


def as_context(cells: list[Cell], columns: Collection[str] | None) -> list[Cell]:
    """The cells as they are given to the model: without the long ones of columns that nobody asked for."""
    if columns is None:
        return cells
    return [
        cell if is_asked(cell, columns) or len(cell.text) <= _LONGEST_CONTEXT else replace(cell, text="")
        for cell in cells
    ]

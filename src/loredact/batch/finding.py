"""Cells to spans: how cells are laid out as texts for the model, and what it found back in each cell."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Literal

from loredact.document import Span
from loredact.formats import Cell
from loredact.masking import Masker

# How a cell is given to the model: by itself, behind its heading, or with its row, a line a cell.
Layout = Literal["alone", "heading", "row"]
ALONE: Layout = "alone"
HEADING: Layout = "heading"
ROW: Layout = "row"


def find_in_cells(masker: Masker, cells: Sequence[Cell], layout: Layout = ROW) -> list[list[Span]]:
    """The spans of each cell, as offsets into its text; what is found in a heading is left out.

    Texts that come again among `cells` are looked at once.
    """
    laid_out = [_lay_out(group) for group in _groups(cells, layout)]
    places = {text: number for number, text in enumerate(dict.fromkeys(text for text, _ in laid_out))}
    spans_of = [list(document.spans) for document in masker.find_many(places)]
    return [_within(spans_of[places[text]], start, end) for text, bounds in laid_out for start, end in bounds]


def _groups(cells: Iterable[Cell], layout: Layout) -> Iterator[list[Cell]]:
    if layout == ROW:
        for row, group in groupby(cells, key=lambda cell: cell.row):
            if row is None:
                yield from ([cell] for cell in group)
            else:
                yield list(group)
    else:
        yield from ([cell if layout == HEADING else replace(cell, heading="")] for cell in cells)


def _lay_out(cells: Sequence[Cell]) -> tuple[str, list[tuple[int, int]]]:
    """One text of `cells`, and where in it each of them starts and ends."""
    parts: list[str] = []
    bounds: list[tuple[int, int]] = []
    length = 0
    for cell in cells:
        before = ("\n" if parts else "") + (f"{cell.heading}: " if cell.heading else "")
        start = length + len(before)
        length = start + len(cell.text)
        parts += (before, cell.text)
        bounds.append((start, length))
    return "".join(parts), bounds


def _within(spans: Iterable[Span], start: int, end: int) -> list[Span]:
    return [
        replace(span, start=max(span.start, start) - start, end=min(span.end, end) - start)
        for span in spans
        if span.start < end and span.end > start
    ]

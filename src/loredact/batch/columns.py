"""Columns that hold one kind of personal data throughout, such as names: then each of their cells is masked whole."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from loredact.document import Span
from loredact.formats import Cell

# From this many cells on, and where this share of them is one span from end to end, a column is what they are.
_ENOUGH, _SHARE = 20, 0.9


@dataclass(slots=True)
class _Seen:
    cells: int = 0
    whole: Counter[str] = field(default_factory=Counter)


# The label of a column that is of one kind throughout, and the share of its cells that are.
Whole = tuple[str, float]


class Columns:
    """What the cells so far of one file's columns were, by heading. Cells without a row or a heading have no column.

    Where `known` is given, that is what the columns are, whatever their cells: what comes out for a row then does not
    depend on the rows before it.
    """

    def __init__(self, known: Mapping[str, Whole] | None = None) -> None:
        self._seen: defaultdict[str, _Seen] = defaultdict(_Seen)
        self._known = known

    def complete(self, cells: Sequence[Cell], found: Sequence[list[Span]]) -> list[list[Span]]:
        """`found` in `cells`, the next ones of the file, with the cells whole that their columns say more of."""
        labels = self._known
        if labels is None:
            self._count(cells, found)
            labels = self.whole()
        return [
            self._completed(cell, spans, labels.get(cell.heading)) if _is_of_a_column(cell) else spans
            for cell, spans in zip(cells, found, strict=True)
        ]

    def whole(self) -> dict[str, Whole]:
        """The columns that are of one kind throughout, as far as was seen."""
        labels = ((heading, self._label(seen)) for heading, seen in self._seen.items())
        return {heading: label for heading, label in labels if label is not None}

    def _count(self, cells: Sequence[Cell], found: Sequence[list[Span]]) -> None:
        for cell, spans in zip(cells, found, strict=True):
            if _is_of_a_column(cell):
                seen = self._seen[cell.heading]
                seen.cells += 1
                if len(spans) == 1 and _is_whole(cell.text, spans[0]):
                    seen.whole[spans[0].label] += 1

    @staticmethod
    def _label(seen: _Seen) -> Whole | None:
        if seen.cells < _ENOUGH or not seen.whole:
            return None
        label, count = seen.whole.most_common(1)[0]
        share = count / seen.cells
        return (label, share) if share >= _SHARE else None

    @staticmethod
    def _completed(cell: Cell, spans: list[Span], column: Whole | None) -> list[Span]:
        if column is None or (len(spans) == 1 and _is_whole(cell.text, spans[0])):
            return spans
        label, share = column
        start = len(cell.text) - len(cell.text.lstrip())
        return [Span(start, len(cell.text.rstrip()), label, share)]


def _is_of_a_column(cell: Cell) -> bool:
    return cell.row is not None and bool(cell.heading) and any(c.isalnum() for c in cell.text)


def _is_whole(text: str, span: Span) -> bool:
    """Whether no letter or digit of `text` is outside the span."""
    return not any(c.isalnum() for c in text[: span.start] + text[span.end :])

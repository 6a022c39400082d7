"""Slots: where the letters of a cell stand in a file, and how replacements are put there.

A cell's text may be spread over many places: the runs of a paragraph, the fragments of a footer. Each is a slot, and
the cell's text is what its slots hold, one after another. One slot may belong to two cells: to the paragraph as it was
before a tracked change and as it is after it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from loredact.document import Masked
from loredact.formats.cell import Cell


@dataclass(eq=False, slots=True)
class Slot:
    """A place of a file that holds `text`, and `put`, which puts another text there."""

    text: str
    put: Callable[[str], None]
    edits: list[tuple[int, int, str]] = field(default_factory=list)

    def settle(self) -> None:
        """Carry out the edits. Those that overlap (two cells found the same name) become one, with the first's text."""
        if not self.edits:
            return
        merged: list[tuple[int, int, str]] = []
        for start, end, new in sorted(self.edits):
            if merged and (start < merged[-1][1] or (start, end) == merged[-1][:2]):
                before = merged[-1]
                merged[-1] = (before[0], max(before[1], end), before[2] or new)
            else:
                merged.append((start, end, new))
        pieces, read = [], 0
        for start, end, new in merged:
            pieces += [self.text[read:start], new]
            read = end
        pieces.append(self.text[read:])
        self.edits.clear()
        self.text = "".join(pieces)
        self.put(self.text)


@dataclass(frozen=True, slots=True)
class Piece:
    """A cell with its slots."""

    slots: Sequence[Slot]
    where: str
    heading: str = ""
    row: int | None = None

    @property
    def cell(self) -> Cell:
        """What the cell says: its slots' texts, one after another."""
        return Cell("".join(slot.text for slot in self.slots), self.where, self.heading, self.row)


def spread(slots: Iterable[Slot], masked: Masked) -> None:
    """Note on each slot what `masked` replaces in it.

    A replacement's text goes into the slot in which its span starts, so it takes that run's formatting; from the slots
    after it the rest of the span is taken away.
    """
    replacements = masked.replacements
    index, slot_start = 0, 0
    for slot in slots:
        slot_end = slot_start + len(slot.text)
        while index < len(replacements) and replacements[index].span.start < slot_end:
            span = replacements[index].span
            starts_here = span.start >= slot_start
            start, end = max(span.start - slot_start, 0), min(span.end, slot_end) - slot_start
            slot.edits.append((start, end, replacements[index].text if starts_here else ""))
            if span.end > slot_end:
                break
            index += 1
        slot_start = slot_end

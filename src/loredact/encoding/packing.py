"""Packing: windows of any lengths laid end to end in one row, so that no step computes padding."""

from collections.abc import Iterable, Iterator, Sized
from dataclasses import dataclass
from typing import Generic, TypeVar

from loredact.bases import WindowGroup

Item = TypeVar("Item", bound=Sized)


@dataclass(frozen=True, slots=True)
class Row(Generic[Item]):
    """Windows laid end to end, the shortest first, so that windows of one length stand together."""

    windows: tuple[Item, ...]

    def __len__(self) -> int:
        return sum(len(window) for window in self.windows)

    @property
    def groups(self) -> tuple[WindowGroup, ...]:
        """Runs of windows of one length: attention takes each run as one batch."""
        groups: list[WindowGroup] = []
        start = 0
        for window in self.windows:
            length = len(window)
            if groups and groups[-1].length == length:
                groups[-1] = WindowGroup(groups[-1].start, groups[-1].count + 1, length)
            else:
                groups.append(WindowGroup(start, 1, length))
            start += length
        return tuple(groups)


def pack(items: Iterable[Item], row_tokens: int) -> Iterator[Row[Item]]:
    """Rows of at most `row_tokens` tokens (a longer window has a row of its own), in the order of `items`."""
    current: list[Item] = []
    used = 0
    for item in items:
        if current and used + len(item) > row_tokens:
            yield Row(tuple(sorted(current, key=len)))
            current, used = [], 0
        current.append(item)
        used += len(item)
    if current:
        yield Row(tuple(sorted(current, key=len)))

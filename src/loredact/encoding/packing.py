"""Packing: windows of any lengths laid end to end in one row, so that no step computes padding."""

from collections.abc import Iterable, Iterator, Sized
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item", bound=Sized)


@dataclass(frozen=True, slots=True)
class PackedBatch(Generic[Item]):
    """Windows laid end to end, the shortest first, so that windows of similar length stand together."""

    windows: tuple[Item, ...]

    def __len__(self) -> int:
        return sum(len(window) for window in self.windows)

    @property
    def lengths(self) -> list[int]:
        """The windows' lengths in tokens."""
        return [len(window) for window in self.windows]


def pack_windows(items: Iterable[Item], row_tokens: int) -> Iterator[PackedBatch[Item]]:
    """Rows of at most `row_tokens` tokens (a longer window has a row of its own), in the order of `items`."""
    current: list[Item] = []
    used = 0
    for item in items:
        if current and used + len(item) > row_tokens:
            yield PackedBatch(tuple(sorted(current, key=len)))
            current, used = [], 0
        current.append(item)
        used += len(item)
    if current:
        yield PackedBatch(tuple(sorted(current, key=len)))

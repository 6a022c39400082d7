"""Copy or mask: which outputs are the text with labels in place of stretches of it, read byte by byte.

An output is any sequence of copied stretches and labels `[LABEL]`, where each label stands for a stretch of the text
that is not empty, neither begins nor ends with white space, and is no longer than `LONGEST` characters. Several
readings of one output may be open at once: a bracket may be copied or begin a label, and behind a label the text may
go on at any place. A `State` is the set of all of them.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# The longest stretch that one label stands for, in characters, and the longest label that is not known before.
LONGEST, LONGEST_LABEL = 200, 40
_OPEN, _CLOSE = ord("["), ord("]")
_LETTERS = frozenset(range(ord("A"), ord("Z") + 1))
_FURTHER = _LETTERS | frozenset(b"0123456789_")


@dataclass(frozen=True, slots=True)
class State:
    """Where an output may stand: at the places `copies` of the text's bytes; or, `prefix` into a label, before the
    stretches that begin at `opened`."""

    copies: frozenset[int]
    opened: frozenset[int] = frozenset()
    prefix: bytes = b""


class Language:
    """The outputs for `text` with any of `labels`; where they are None, with any label of capitals, digits and `_`."""

    def __init__(self, text: str, labels: Sequence[str] | None) -> None:
        self.data = text.encode()
        self._begins: set[int] = set()
        self._ends: list[int] = []
        # The furthest end of a stretch that begins at a place.
        self._furthest: dict[int, int] = {}
        offsets = [0]
        for character in text:
            offsets.append(offsets[-1] + len(character.encode()))
        for place, character in enumerate(text):
            if not character.isspace():
                self._begins.add(offsets[place])
                self._ends.append(offsets[place + 1])
                self._furthest[offsets[place]] = offsets[min(place + LONGEST, len(text))]
        self._after = None if labels is None else _nexts(labels)
        self.begin = State(frozenset([0]))

    def is_end(self, state: State) -> bool:
        """Whether the output may end here."""
        return len(self.data) in state.copies

    def nexts(self, state: State) -> set[int]:
        """The bytes that may come next."""
        found = {self.data[place] for place in state.copies if place < len(self.data)}
        if not self._begins.isdisjoint(state.copies):
            found.add(_OPEN)
        return found | self._label_nexts(state) if state.opened else found

    def step(self, state: State, byte: int) -> State | None:
        """The state behind `byte`, or None where it may not come."""
        data, end = self.data, len(self.data)
        copies = frozenset(place + 1 for place in state.copies if place < end and data[place] == byte)
        if byte == _OPEN:
            return _state(copies, state.copies & self._begins, b"")
        if not state.opened or byte not in self._label_nexts(state):
            return _state(copies)
        if byte == _CLOSE:
            return _state(copies | self._behind(state.opened))
        return _state(copies, state.opened, state.prefix + bytes([byte]))

    def follow(self, state: State, part: bytes) -> State | None:
        """The state behind all the bytes of `part`, or None where they may not come."""
        found: State | None = state
        for byte in part:
            found = self.step(found, byte) if found else None
        return found

    def _label_nexts(self, state: State) -> frozenset[int]:
        if self._after is not None:
            return self._after[state.prefix]
        if not state.prefix:
            return _LETTERS
        return _FURTHER | {_CLOSE} if len(state.prefix) < LONGEST_LABEL else frozenset([_CLOSE])

    def _behind(self, opened: Iterable[int]) -> set[int]:
        """Where the text may go on behind a label whose stretch begins at one of `opened`."""
        found: set[int] = set()
        first = 0
        for place in sorted(opened):
            past = bisect_right(self._ends, self._furthest[place])
            # What the stretches before reach is there already.
            found.update(self._ends[max(first, bisect_right(self._ends, place)) : past])
            first = past
        return found


def _state(copies: frozenset[int], opened: frozenset[int] = frozenset(), prefix: bytes = b"") -> State | None:
    return State(copies, opened, prefix) if copies or opened else None


def _nexts(labels: Iterable[str]) -> dict[bytes, frozenset[int]]:
    """The bytes that may follow each beginning of a label, the closing bracket included."""
    nexts: defaultdict[bytes, set[int]] = defaultdict(set)
    for label in labels:
        written = label.encode() + b"]"
        for place, byte in enumerate(written):
            nexts[written[:place]].add(byte)
    return {prefix: frozenset(following) for prefix, following in nexts.items()}

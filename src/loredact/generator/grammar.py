"""The grammar of a masked text: the text with labels in place of substrings of it, parsed byte by byte.

An output is a sequence of copied substrings and labels `[LABEL]`. Each label stands for a substring of the text that is
not empty, neither begins nor ends with white space, and has at most `LONGEST` characters. An output may be ambiguous: a
bracket may be copied or begin a label, and after a label the text may go on at many offsets. A `State` is the set of
all parses that are still open.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# The longest substring that one label stands for, in characters, and the longest label where any label is allowed.
LONGEST, LONGEST_LABEL = 200, 40
_OPEN, _CLOSE = ord("["), ord("]")
_LETTERS = frozenset(range(ord("A"), ord("Z") + 1))
_FURTHER = _LETTERS | frozenset(b"0123456789_")


@dataclass(frozen=True, slots=True)
class State:
    """The open parses: those that copy the text from one of the byte offsets `copies`, and those that are inside a
    label, of which `prefix` is written, for a substring that begins at one of `opened`."""

    copies: frozenset[int]
    opened: frozenset[int] = frozenset()
    prefix: bytes = b""


class Grammar:
    """The masked forms of `text` with any of `labels`; None allows any label of capitals, digits and `_`."""

    def __init__(self, text: str, labels: Sequence[str] | None) -> None:
        self.data = text.encode()
        self._begins: set[int] = set()
        self._ends: list[int] = []
        # The furthest end of a substring that begins at an offset.
        self._furthest: dict[int, int] = {}
        offsets = [0]
        for character in text:
            offsets.append(offsets[-1] + len(character.encode()))
        for place, character in enumerate(text):
            if not character.isspace():
                self._begins.add(offsets[place])
                self._ends.append(offsets[place + 1])
                self._furthest[offsets[place]] = offsets[min(place + LONGEST, len(text))]
        self._labels = None if labels is None else _label_trie(labels)
        self.begin = State(frozenset([0]))

    def is_end(self, state: State) -> bool:
        """Whether the output may end here."""
        return len(self.data) in state.copies

    def allowed_bytes(self, state: State) -> set[int]:
        """The bytes that may come next."""
        found = {self.data[place] for place in state.copies if place < len(self.data)}
        if not self._begins.isdisjoint(state.copies):
            found.add(_OPEN)
        return found | self._label_bytes(state) if state.opened else found

    def step(self, state: State, byte: int) -> State | None:
        """The state after `byte`, or None where it is not allowed."""
        data, end = self.data, len(self.data)
        copies = frozenset(place + 1 for place in state.copies if place < end and data[place] == byte)
        if byte == _OPEN:
            return _state(copies, state.copies & self._begins, b"")
        if not state.opened or byte not in self._label_bytes(state):
            return _state(copies)
        if byte == _CLOSE:
            return _state(copies | self._after_label(state.opened))
        return _state(copies, state.opened, state.prefix + bytes([byte]))

    def follow(self, state: State, part: bytes) -> State | None:
        """The state after all the bytes of `part`, or None where they are not allowed."""
        found: State | None = state
        for byte in part:
            found = self.step(found, byte) if found else None
        return found

    def _label_bytes(self, state: State) -> frozenset[int]:
        if self._labels is not None:
            return self._labels[state.prefix]
        if not state.prefix:
            return _LETTERS
        return _FURTHER | {_CLOSE} if len(state.prefix) < LONGEST_LABEL else frozenset([_CLOSE])

    def _after_label(self, opened: Iterable[int]) -> set[int]:
        """Where the text may go on after a label whose substring begins at one of `opened`."""
        found: set[int] = set()
        first = 0
        for place in sorted(opened):
            past = bisect_right(self._ends, self._furthest[place])
            # What the substrings before reach is there already.
            found.update(self._ends[max(first, bisect_right(self._ends, place)) : past])
            first = past
        return found


def _state(copies: frozenset[int], opened: frozenset[int] = frozenset(), prefix: bytes = b"") -> State | None:
    return State(copies, opened, prefix) if copies or opened else None


def _label_trie(labels: Iterable[str]) -> dict[bytes, frozenset[int]]:
    """The bytes that may follow each beginning of a label, the closing bracket included."""
    allowed_bytes: defaultdict[bytes, set[int]] = defaultdict(set)
    for label in labels:
        written = label.encode() + b"]"
        for place, byte in enumerate(written):
            allowed_bytes[written[:place]].add(byte)
    return {prefix: frozenset(following) for prefix, following in allowed_bytes.items()}

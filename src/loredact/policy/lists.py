"""Find thousands of texts in one pass: an Aho-Corasick automaton, and regular expressions one by one.

Aho and Corasick, "Efficient string matching: an aid to bibliographic search", Communications of the ACM 18 (1975).
"""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

import ahocorasick

from loredact.policy.policy import Allowed

_ENDS = {"ς": "σ"}  # the small sigma at the end of a word, which is the same letter


class Match(NamedTuple):
    """An entry of a list at `[start, end)`, and the label of its group; None for any label."""

    start: int
    end: int
    label: str | None


class Lists:
    """The entries of some groups, ready to be looked for."""

    def __init__(self, groups: Iterable[Allowed]) -> None:
        groups = list(groups)
        self._exact = _automaton((entry, group.label) for group in groups for entry in group.exact)
        self._folded = _automaton((fold(entry), group.label) for group in groups for entry in group.ignore_case)
        self._patterns = [(re.compile(pattern), group.label) for group in groups for pattern in group.regex]

    def __bool__(self) -> bool:
        return bool(self._exact or self._folded or self._patterns)

    def matches(self, text: str) -> list[Match]:
        """All entries in `text` that are whole words, in order, the longer one of two that begin together first."""
        found: list[Match] = []
        if self._exact:
            found += self._exact(text, text)
        if self._folded:
            found += self._folded(fold(text), text)
        for pattern, label in self._patterns:
            places = (one.span() for one in pattern.finditer(text))
            found += (
                Match(start, end, label) for start, end in places if start < end and _whole_words(text, start, end)
            )
        if len(found) > 1:
            found = sorted(set(found), key=lambda match: (match.start, -match.end, match.label or ""))
        return found


def fold(text: str) -> str:
    """`text` in small letters, as long as it was."""
    # The one letter that has two in its place in small letters.
    small = text.replace("İ", "i").lower()
    for end, letter in _ENDS.items():
        small = small.replace(end, letter)
    return small


def _automaton(entries: Iterable[tuple[str, str | None]]) -> Callable[[str, str], list[Match]] | None:
    labels: dict[str, set[str | None]] = {}
    for entry, label in entries:
        labels.setdefault(entry, set()).add(label)
    if not labels:
        return None
    automaton = ahocorasick.Automaton()
    for entry, of_entry in labels.items():
        automaton.add_word(entry, (len(entry), tuple(of_entry)))
    automaton.make_automaton()

    def find(searched: str, text: str) -> list[Match]:
        return [
            Match(last + 1 - length, last + 1, label)
            for last, (length, of_entry) in automaton.iter(searched)
            if _whole_words(text, last + 1 - length, last + 1)
            for label in of_entry
        ]

    return find


def _whole_words(text: str, start: int, end: int) -> bool:
    return not (_within_word(text, start) or _within_word(text, end))


def _within_word(text: str, place: int) -> bool:
    return 0 < place < len(text) and text[place - 1].isalnum() and text[place].isalnum()

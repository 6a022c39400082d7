"""Placeholders: what stands in a masked text for a value of the vault.

`[PERSON_7]` is the first form of the vault's seventh entity, which is a person; `[PERSON_7b]`, `[PERSON_7c]` are other
ways in which the same person was written. Numbers count all entities of a vault, whatever their label and document, and
are never given twice, so one number tells the value, the document and the vault's entry.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from string import ascii_lowercase

# What stands for a substring of the text that only looks like a placeholder.
LITERAL = "LITERAL"
_BARE = r"(?<![\w\\])"  # no part of a longer word
_LABEL = r"[^\W\d_](?:[\w.:\\-]{0,62}[^\W\d_])?"
_SPACED_LABEL = r"[^\W\d_](?:[\w.:\\ -]{0,62}[^\W\d_])?"
# As it was written; then as people, models and editors bend it: other brackets or none, another case, spaces or
# hyphens, the backslash that Markdown puts before an underscore.
_EXACT = re.compile(r"\[(?P<label>[\w.:-]{1,64})_(?P<number>[0-9]{1,15})(?P<form>[a-z]{0,3})\]")
_SEPARATOR = r"(?:\\?_|[ \u00a0-]){1,3}"
_SEPARATES = re.compile(r"(?:\\?_|[ \u00a0-])+")
# Round brackets and quotation marks are a text's own.
_OPEN, _CLOSE = r"\[【〔［<＜{｛", r"\]】〕］>＞}｝"
_BENT = re.compile(
    rf"(?P<exact>{_EXACT.pattern})"
    rf"|[{_OPEN}][ \u00a0]{{0,3}}(?P<label2>{_SPACED_LABEL}){_SEPARATOR}"
    rf"(?P<number2>[0-9]{{1,15}})(?P<form2>[A-Za-z]{{0,3}})[ \u00a0]{{0,3}}[{_CLOSE}]"
    rf"|{_BARE}(?P<label3>{_LABEL})\\?_(?P<number3>[0-9]{{1,15}})(?P<form3>[A-Za-z]{{0,3}})(?!\w)"
)


@dataclass(frozen=True, slots=True)
class Placeholder:
    """The `form`-th form, from 0 on, of the entity `number`."""

    label: str
    number: int
    form: int = 0

    def __str__(self) -> str:
        return f"[{self.label}_{self.number}{_letters(self.form)}]"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a text something reads as a placeholder; `exact` where it is written as one."""

    start: int
    end: int
    placeholder: Placeholder
    exact: bool


def places(text: str) -> Iterator[Place]:
    """What in `text` reads as a placeholder, in order and without overlap, in capitals or not."""
    for match in _BENT.finditer(text):
        which = next(end for end in ("", "2", "3") if match[f"label{end}"] is not None)
        form = _number(match[f"form{which}"].lower())
        if form is not None:
            placeholder = Placeholder(match[f"label{which}"], int(match[f"number{which}"]), form)
            yield Place(*match.span(), placeholder, exact=str(placeholder) == match[0])


def same_label(written: str, label: str) -> bool:
    """Whether `written` is `label`, but for its case and for what separates its words."""
    return upright(written) == upright(label)


def upright(label: str) -> str:
    """`label` in capitals, with one underscore wherever something separates its words."""
    return _SEPARATES.sub("_", label).upper()


def _letters(form: int) -> str:
    """0, 1, 2, … 26, 27 … as nothing, b, c, … aa, ab, …"""
    if form == 0:
        return ""
    letters, rest = "", form
    while rest >= 0:
        letters = ascii_lowercase[rest % 26] + letters
        rest = rest // 26 - 1
    return letters


def _number(letters: str) -> int | None:
    if not letters:
        return 0
    number = 0
    for letter in letters:
        number = number * 26 + ascii_lowercase.index(letter) + 1
    return number - 1 or None  # `a` is never written

"""A text as a reader sees it: escapes are the characters they stand for, other forms of a sign are the plain one.

`Ren\\u00e9`, `ada%40example.org`, `４１１１` and `𝐚𝐝𝐚@…` are read as `René`, `ada@example.org`, `4111` and `ada@…`, and
what is found in that is given back as offsets into the text as it was. So nothing that is found ends within an escape.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from loredact.document import Span
from loredact.escapes import find_escapes
from loredact.rules import urls

# Signs of addresses and numbers in their other forms. Others, such as brackets and commas, end what is found in East
# Asian text, and stay as they are.
_SIGNS = {
    **dict.fromkeys("\uff20\ufe6b", "@"),
    **dict.fromkeys("\uff0e\ufe52", "."),
    **dict.fromkeys("\u2010\u2011\uff0d\ufe63", "-"),
    "\uff3f": "_",
    "\uff0b": "+",
    "\uff0f": "/",
    "\uff1a": ":",
}
_FORMS = frozenset({"<wide>", "<narrow>", "<font>", "<noBreak>", "<compat>"})  # not <super>: a footnote's number
_ACCENTED = re.compile("[^\\W\\d_][\u0300-\u036f]+")


@dataclass(frozen=True, slots=True)
class _Edit:
    """`[start, end)` of a text became `[new_start, new_end)` of the text after."""

    start: int
    end: int
    new_start: int
    new_end: int


@dataclass(frozen=True, slots=True)
class Seen:
    """`text` as it is seen, and how it came from what was written: the edits of each of some steps, the last first."""

    text: str
    steps: tuple[tuple[_Edit, ...], ...] = ()

    def written(self, spans: Sequence[Span]) -> list[Span]:
        """`spans` of the text as it is seen, as spans of the text as it was written.

        They are in order, and do not overlap: of two that share a sign which is seen as several, the first keeps it.
        """
        if not self.steps:
            return list(spans)
        results: list[Span] = []
        past = 0
        for span in spans:
            start, last = span.start, span.end - 1
            for edits in self.steps:
                start, last = _start_before(edits, start), _last_before(edits, last)
            if max(start, past) <= last:
                results.append(replace(span, start=max(start, past), end=last + 1))
                past = last + 1
        return results


def see(text: str) -> Seen:
    """`text` with escapes decoded and the other forms of letters, digits and signs made plain.

    Escapes are those of `loredact.escapes`; percent-encoding counts only outside URLs. Letters, digits and blanks
    become those of Unicode's normalisation form KC, but for superscripts; digits of any script become ASCII's.
    """
    steps = []
    for find in (_escapes, _forms):
        edits, text = _edited(text, find(text))
        if edits:
            steps.append(edits)
    return Seen(text, tuple(reversed(steps)))


def _escapes(text: str) -> Iterator[tuple[int, int, str]]:
    in_urls = list(urls.find(text)) if "%" in text else []
    for escape, sign in find_escapes(text):
        if escape.lastgroup == "percent" and in_urls:
            before = bisect_right(in_urls, (escape.start(), len(text)))
            if before and escape.start() < in_urls[before - 1][1]:
                continue
        yield escape.start(), escape.end(), sign


def _forms(text: str) -> Iterator[tuple[int, int, str]]:
    if text.isascii():
        return
    others = {sign for sign in set(text) if not sign.isascii()}
    plain = {sign: plain for sign in others if (plain := _plain(sign)) != sign}
    patterns = [_ACCENTED.pattern] if any("\u0300" <= sign <= "\u036f" for sign in others) else []
    patterns += [f"[{''.join(map(re.escape, plain))}]"] if plain else []
    for match in re.finditer("|".join(patterns), text) if patterns else ():
        written = match[0]
        seen = plain[written] if len(written) == 1 else unicodedata.normalize("NFKC", written)
        if seen != written:
            yield match.start(), match.end(), seen


@cache
def _plain(sign: str) -> str:
    digit = unicodedata.decimal(sign, None)
    if digit is not None:
        return str(digit)
    if sign in _SIGNS:
        return _SIGNS[sign]
    if unicodedata.decomposition(sign).partition(" ")[0] not in _FORMS:
        return sign
    normal = unicodedata.normalize("NFKC", sign)
    return normal if normal.isalnum() or normal == " " else sign


def _edited(text: str, replacements: Iterable[tuple[int, int, str]]) -> tuple[tuple[_Edit, ...], str]:
    edits: list[_Edit] = []
    pieces: list[str] = []
    read = written = 0
    for start, end, new in replacements:
        pieces += (text[read:start], new)
        written += start - read
        edits.append(_Edit(start, end, written, written + len(new)))
        read, written = end, written + len(new)
    return tuple(edits), "".join([*pieces, text[read:]]) if edits else text


def _start_before(edits: tuple[_Edit, ...], start: int) -> int:
    """Where what begins at `start` after the edits began before them."""
    number = bisect_right(edits, start, key=lambda edit: edit.new_start)
    if not number:
        return start
    edit = edits[number - 1]
    return edit.start if start < edit.new_end else edit.end + start - edit.new_end


def _last_before(edits: tuple[_Edit, ...], place: int) -> int:
    """Where the last character before the edits was of what is at `place` after them."""
    number = bisect_right(edits, place, key=lambda edit: edit.new_start)
    if not number:
        return place
    edit = edits[number - 1]
    return edit.end - 1 if place < edit.new_end else edit.end + place - edit.new_end

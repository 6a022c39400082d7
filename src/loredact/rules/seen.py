"""A text as a reader sees it: escapes are the characters they stand for, other forms of a sign are the plain one.

`Ren\\u00e9`, `ada%40example.org`, `４１１１` and `𝐚𝐝𝐚@…` are read as `René`, `ada@example.org`, `4111` and `ada@…`, and
what is found in that is given back as offsets into the text as it was. So nothing that is found ends within an escape.
"""

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from loredact.document import Span
from loredact.rules import urls

_HEX = "[0-9A-Fa-f]"


def _utf8(mark: str) -> str:
    """A pattern of one character in UTF-8 (RFC 3629), each byte as `mark` and two hexadecimal digits."""
    later = f"{mark}[89ABab]{_HEX}"
    return f"{mark}(?:[0-7]{_HEX}|[CDcd]{_HEX}{later}|[Ee]{_HEX}{later}{later}|[Ff][0-4]{later}{later}{later})"


_BYTES, _PERCENT = _utf8(r"\\x"), _utf8("%")
# Letters, digits and four signs that nobody writes so (RFC 3986, section 2.3): `%36` before a number is no 6.
_UNRESERVED = r"%(?:3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa]|2[DEde]|5[Ff]|7[Ee])"
ESCAPE = re.compile(
    r"(?P<terminal>(?:\x1b|\\u001[Bb]|\\x1[Bb]|\\033)\[[0-9;:?]{0,32}[A-Za-z])"  # ECMA-48, such as bold
    r"|(?P<backslash>\\\\)"
    rf"|(?P<pair>\\u[Dd][89ABab]{_HEX}{{2}}\\u[Dd][C-Fc-f]{_HEX}{{2}})"
    rf"|(?P<unicode>\\u(?![Dd][89A-Fa-f]){_HEX}{{4}}|\\u\{{{_HEX}{{1,6}}\}}|\\U00(?:0{_HEX}|10){_HEX}{{4}})"
    rf"|(?P<bytes>{_BYTES})|(?P<byte>\\x{_HEX}{{2}})"
    rf"|(?P<entity>&(?:\#[0-9]{{1,7}}|\#[Xx]{_HEX}{{1,6}}|[A-Za-z][A-Za-z0-9]{{1,31}});)"
    rf"|(?P<percent>(?!{_UNRESERVED}){_PERCENT})"
    r"|(?P<blank>(?<![A-Z]{2})\\[nrt])"
)
# What every escape begins with: looked for by itself, which is many times as fast as trying each kind everywhere.
_BEGINS_ESCAPE = re.compile(r"[\\&%\x1b]")
_BLANKS = {"n": "\n", "r": "\r", "t": "\t"}
_DRIVE_OR_SHARE = re.compile(r"(?:[A-Za-z]:|\\)\\[^\s\"]*\Z")
_ESCAPED_WORD = re.compile(rf"(?:[=&?]|%{_HEX}{{2}})\S*\Z")
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

    Escapes are those of JSON and of programming languages (`\\u00e9`, `\\xe9`), HTML's (`&eacute;`), and percent signs
    (RFC 3986, section 2.1) outside URLs; those of a terminal (`ESC[1m`) are not seen at all. `\\n`, `\\r` and `\\t`
    count within quotation marks alone: `CORP\\nadia` is a login. Letters, digits and blanks become those of Unicode's
    normalisation form KC, but for superscripts; digits of any script those of ASCII (Unicode's decimal digits).
    """
    steps = []
    for find in (_escapes, _forms):
        edits, text = _edited(text, find(text))
        if edits:
            steps.append(edits)
    return Seen(text, tuple(reversed(steps)))


def escapes(text: str) -> Iterator[tuple[re.Match[str], str]]:
    """The escapes in `text`, and what each stands for."""
    past = 0
    for begin in _BEGINS_ESCAPE.finditer(text):
        escape = ESCAPE.match(text, begin.start()) if begin.start() >= past else None
        if escape is not None:
            past = escape.end()
            sign = stands_for(escape)
            if sign is not None:
                yield escape, sign


def stands_for(escape: re.Match[str]) -> str | None:
    """What an `ESCAPE` stands for; None where it is none after all. Control characters but `\\t\\n\\r` are blanks."""
    kind, written = escape.lastgroup, escape[0]
    if kind == "terminal":
        return ""
    if kind == "blank":
        return _BLANKS[written[1]] if _is_quoted(escape.string, escape.start()) else None
    sign = _character(kind, written)
    if sign is None or (kind == "percent" and _is_share(escape)):
        return None
    return "".join(" " if unicodedata.category(c) == "Cc" and c not in "\t\n\r" else c for c in sign)


def _character(kind: str | None, written: str) -> str | None:
    if kind == "pair":
        return (int(written[2:6], 16).to_bytes(2) + int(written[8:], 16).to_bytes(2)).decode("utf-16-be")
    if kind in ("unicode", "byte"):
        return _chr(int(written[2:].strip("{}"), 16))
    if kind in ("bytes", "percent"):
        try:
            return bytes.fromhex(written.replace("\\x", "").replace("%", "")).decode()
        except UnicodeDecodeError:
            return None
    if kind == "entity":
        sign = html.unescape(written)
        return None if sign == written or any(0xD800 <= ord(c) < 0xE000 for c in sign) else sign
    return None


def _chr(code: int) -> str | None:
    return chr(code) if code < 0xD800 or 0xE000 <= code <= 0x10FFFF else None


def _is_share(percent: re.Match[str]) -> bool:
    """Whether a percent sign stands before a longer number, and nothing in its word tells that it is an escape."""
    text, start, end = percent.string, percent.start(), percent.end()
    return text[end : end + 1].isdigit() and not _ESCAPED_WORD.search(text, max(0, start - 64), start)


def _is_quoted(text: str, place: int) -> bool:
    """Whether a quotation mark stands before `place` in its line, and no path of a drive or a share."""
    line = text.rfind("\n", 0, place) + 1
    return text.find('"', line, place) >= 0 and not _DRIVE_OR_SHARE.search(text, max(line, place - 256), place)


def _escapes(text: str) -> Iterator[tuple[int, int, str]]:
    in_urls = list(urls.find(text)) if "%" in text else []
    for escape, sign in escapes(text):
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

"""Escapes in a text of any kind, such as a log, a program or a message: what each of them stands for.

Those of JSON and of programming languages (`\\u00e9`, `\\xe9`), HTML's (`&eacute;`), percent-encoding (RFC 3986,
section 2.1), and those of a terminal (`ESC[1m`, ECMA-48), which stand for nothing. `\\n`, `\\r` and `\\t` count only
within quotation marks: `CORP\\nadia` is a login. Both the rules and the file formats read escapes by this module.
"""

import html
import re
import unicodedata
from collections.abc import Iterator

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
# What each begins with: looked for by itself, which is many times as fast as trying each kind everywhere.
_BEGINS = re.compile(r"[\\&%\x1b]")
_BLANKS = {"n": "\n", "r": "\r", "t": "\t"}
_DRIVE_OR_SHARE = re.compile(r"(?:[A-Za-z]:|\\)\\[^\s\"]*\Z")
_ESCAPED_WORD = re.compile(rf"(?:[=&?]|%{_HEX}{{2}})\S*\Z")


def find_escapes(text: str) -> Iterator[tuple[re.Match[str], str]]:
    """The escapes in `text`, and what each stands for."""
    past = 0
    for begin in _BEGINS.finditer(text):
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

"""What is escaped in a file, read as it is meant and written again: JSON strings, markup, and any text."""

import html
import json
import re
from collections.abc import Iterator
from urllib.parse import quote

from loredact.document import Replacement
from loredact.escapes import ESCAPE, stands_for
from loredact.formats.decoded import Decoded, Token

# Characters that nobody sees, and that part a name for a program: the soft hyphen, zero-width space and word joiner,
# the byte order mark, marks of direction, and control characters.
_UNSEEN = "\xad\u200b\u200e\u200f\u2060\ufeff\u202a-\u202e\u2066-\u2069\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f"
# ECMA-48: CSI sequences, and two-character ones. Of an operating system command (a title, a link) the text counts.
_TERMINAL = r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\]\d*;?|\x1b[@-Z\\^_]|\x07"
_JSON = re.compile(r'\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\["\\/bfnrt]')
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});?")
_XML_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#x[0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);")
_SPACES = re.compile(r"[ \t\r\n\f]{2,}|[\t\r\n\f]")
# What `loredact.escapes` reads in any text, and more of it in a file: what nobody sees; percent signs in addresses too,
# whatever bytes they stand for; and a plus sign for a space. What is replaced is written in the same escapes again.
_TEXT = re.compile(
    rf"(?P<unseen>[{_UNSEEN}]+|{_TERMINAL})"
    r"|(?P<percents>(?:%[0-9a-fA-F]{2})+)"
    r"|(?P<plus>(?<=[\w+])\+(?=\w))"
    rf"|{ESCAPE.pattern}"
)
_MAY_BE_ESCAPED = re.compile(rf"[%\\&+\x1b{_UNSEEN}]")
# The query of an address, where a plus is a space.
_QUERY = re.compile(r"[?&][\w.\-\[\]%]{1,64}=[^\s&#\"'<>\\]*")


def in_json(encoded: str) -> Decoded:
    """What stands between the quotation marks of a JSON string (RFC 8259, 7)."""
    if "\\" not in encoded:
        return Decoded(encoded)
    return Decoded(encoded, (Token(m.start(), m.end(), _json_meaning(m[0])) for m in _JSON.finditer(encoded)))


def write_json(encoded: str, text: str) -> str:
    """`text` for a place between the quotation marks of the JSON string `encoded`: in ASCII where all of it is."""
    return json.dumps(text, ensure_ascii=encoded.isascii())[1:-1]


def references(encoded: str, *, xml: bool = False, offset: int = 0) -> Iterator[Token]:
    """The character references of `encoded`: those of HTML, or the ones that XML has without a declaration."""
    if "&" not in encoded:
        return
    for match in (_XML_REFERENCE if xml else _REFERENCE).finditer(encoded):
        meaning = html.unescape(match[0])
        if meaning != match[0]:
            unseen = "" if meaning and re.fullmatch(f"[{_UNSEEN}]+", meaning) else meaning
            yield Token(match.start() + offset, match.end() + offset, unseen)


def spaces(encoded: str, offset: int = 0) -> Iterator[Token]:
    """White space that markup shows as one space."""
    for match in _SPACES.finditer(encoded):
        yield Token(match.start() + offset, match.end() + offset, " ")


def write_markup(text: str) -> str:
    """`text` for a place between tags or in an attribute, whichever quotation mark it has."""
    return html.escape(text)


def in_text(encoded: str) -> Decoded:
    """What a text that may hold any of these escapes means: a log, source code, a message with an address in it.

    Bytes in percent-encoding are read as UTF-8 where they are valid, else as Latin-1.
    """
    if not _MAY_BE_ESCAPED.search(encoded):
        return Decoded(encoded)
    return Decoded(encoded, _tokens_of_text(encoded))


def write_text(decoded: Decoded, text: str, replacement: Replacement | None) -> str:
    """`text` in the escapes of what it replaces: a name in a percent-encoded address is percent-encoded."""
    if replacement is None:
        return text
    for encoding in decoded.encodings(replacement.span.start, replacement.span.end):
        if encoding[0] in "%+":
            return quote(text, safe="")
        if encoding[0] == "\\":
            return json.dumps(text)[1:-1]
        if encoding[0] == "&":
            return html.escape(text)
    return text


def _tokens_of_text(encoded: str) -> Iterator[Token]:
    queries = [match.span() for match in _QUERY.finditer(encoded)] if "=" in encoded else []
    for match in _TEXT.finditer(encoded):
        start, end = match.span()
        if match["unseen"]:
            yield Token(start, end, "")
        elif match["percents"]:
            yield from _percents(start, match[0])
        elif match["plus"]:
            while queries and queries[0][1] <= start:
                del queries[0]
            if queries and queries[0][0] <= start:
                yield Token(start, end, " ", write=lambda rest: quote(rest, safe=""))
        else:
            meaning = stands_for(match)
            if meaning is not None:
                yield Token(start, end, meaning, write=html.escape if match["entity"] else None)


def _percents(start: int, encoded: str) -> Iterator[Token]:
    """Bytes in percent-encoding, as the characters they make."""
    data = bytes.fromhex(encoded.replace("%", ""))
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode("latin-1")
        sizes = [1] * len(text)
    else:
        sizes = [len(c.encode()) for c in text]
    for character, size in zip(text, sizes, strict=True):
        end = start + 3 * size
        yield Token(start, end, character if character.isprintable() or character in "\n\r\t" else "")
        start = end


def _json_meaning(escape: str) -> str:
    meaning = json.loads(f'"{escape}"')
    assert isinstance(meaning, str)
    return meaning

"""Transfer encodings of mail parts (RFC 2045, 6): quoted-printable, base64, and none."""

import base64
import binascii
import difflib
import quopri
import re

from loredact.errors import InputError

_NONE = frozenset({"", "7bit", "8bit", "binary"})
# A line as it was before it was encoded: soft line breaks join what stands in the mail as several.
_LOGICAL_LINE = re.compile(rb"(?:[^\r\n]*=[ \t]*(?:\r\n|\n))*[^\r\n]*(?:\r\n|\n|\r|\Z)")
_LINE_END = re.compile(rb"(?:\r\n|\n|\r|)\Z")
_FEW_LINES = 2_000


def decode(encoded: bytes, kind: str) -> bytes:
    """The content of a part with the transfer encoding `kind`.

    Raises:
        InputError: where the encoding is none of MIME's, or the base64 is damaged.
    """
    if kind in _NONE:
        return encoded
    if kind == "quoted-printable":
        return b"".join(map(_unquoted, _lines(encoded)))
    if kind == "base64":
        try:
            return base64.b64decode(encoded)
        except binascii.Error:
            raise InputError("The base64 is damaged.") from None
    raise InputError("It has a transfer encoding that is not MIME's.")


def encode_like(encoded: bytes, old: bytes, new: bytes, kind: str) -> bytes:
    """`new` in the transfer encoding `kind`; where `old`, which stands there as `encoded`, is the same, as it is there."""
    if old == new:
        return encoded
    if kind in _NONE:
        return new
    if kind == "quoted-printable":
        return _quoted_like(encoded, new)
    first = re.search(rb"\S+", encoded)
    width = len(first[0]) if first else 76
    end = b"\r\n" if b"\r\n" in encoded else b"\n"
    data = base64.b64encode(new)
    before, after = encoded[: len(encoded) - len(encoded.lstrip())], encoded[len(encoded.rstrip()) :]
    return before + end.join(data[at : at + width] for at in range(0, len(data), width)) + after


def _lines(encoded: bytes) -> list[bytes]:
    return [line for line in _LOGICAL_LINE.findall(encoded) if line]


def _unquoted(line: bytes) -> bytes:
    end = _LINE_END.search(line)
    at = end.start() if end else len(line)
    # A soft line break at the very end has nothing behind it.
    return quopri.decodestring(line[:at]) + line[at:]


def _quoted_like(encoded: bytes, new: bytes) -> bytes:
    lines = _lines(encoded)
    before = [_unquoted(line) for line in lines]
    after = new.splitlines(keepends=True)
    end = b"\r\n" if b"\r\n" in encoded else b"\n"
    if len(before) == len(after):
        pairs = zip(after, before, lines, strict=True)
        return b"".join(raw if line == was else _quoted(line, end) for line, was, raw in pairs)
    if max(len(before), len(after)) > _FEW_LINES:
        return b"".join(_quoted(line, end) for line in after)
    out: list[bytes] = []
    for what, first, past, new_first, new_past in difflib.SequenceMatcher(None, before, after, False).get_opcodes():
        out += lines[first:past] if what == "equal" else (_quoted(line, end) for line in after[new_first:new_past])
    return b"".join(out)


def _quoted(line: bytes, end: bytes) -> bytes:
    match = _LINE_END.search(line)
    at = match.start() if match else len(line)
    return quopri.encodestring(line[:at]).replace(b"\n", end) + line[at:]

"""Transfer encodings of mail parts (RFC 2045, 6): quoted-printable, base64, and none."""

import base64
import difflib
import quopri
import re

from loredact.errors import InputError

_NONE = frozenset({"", "7bit", "8bit", "binary"})
# A line as it was before it was encoded: soft line breaks join what stands in the mail as several.
_LOGICAL_LINE = re.compile(rb"(?:[^\r\n]*=[ \t]*(?:\r\n|\n))*[^\r\n]*(?:\r\n|\n|\r|\Z)")
_LINE_END = re.compile(rb"(?:\r\n|\n|\r|)\Z")
_SOFT_BREAK = re.compile(rb"=[ \t]*(?:\r?\n|\Z)")
_FEW_LINES = 2_000
# A line of base64: one run, or several with padding between them. Without a run it is the padding of the line before.
_BASE64_LINE = re.compile(rb"[ \t]*+(?:[A-Za-z0-9+/]++(?:={1,3}[A-Za-z0-9+/]++)*={0,3}|={1,3})?[ \t]*(?:\r?\n|\Z)")
_BASE64_RUN = re.compile(rb"([A-Za-z0-9+/]+)(=*)")
_LONG_RUN = re.compile(rb"^[ \t]*[A-Za-z0-9+/]{40,}={0,3}[ \t]*\r?$", re.MULTILINE)
_DAMAGED = "The base64 is damaged"


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
        return _unpacked(encoded)
    raise InputError("It has a transfer encoding that is not MIME's.")


def parted(body: bytes, kind: str) -> tuple[bytes, bytes]:
    """What of a part's body is in the transfer encoding `kind`, and the plain text behind it, as mailing lists add it.

    Raises:
        InputError: where more base64 may stand in the text behind it.
    """
    if kind != "base64":
        return body, b""
    lines = body.splitlines(keepends=True)
    first = next((number for number, line in enumerate(lines) if not _BASE64_LINE.fullmatch(line)), None)
    if first is None:
        return body, b""
    # A word of a text alone on its line looks like base64 too: base64 ends with its padding, or a line that is shorter.
    width, past = 0, 0
    for line in lines[:first]:
        past += len(line)
        run = line.strip()
        if run.endswith(b"=") or len(run) < width:
            break
        width = max(width, len(run))
    behind = body[past:]
    if _LONG_RUN.search(behind):
        raise InputError(f"{_DAMAGED}: a text stands between its lines. Take that out, or have the part sent again.")
    return body[:past], behind


def encode_like(encoded: bytes, old: bytes, new: bytes, kind: str) -> bytes:
    """`new` in the transfer encoding `kind`; lines that are in `old` too, which is `encoded`, as they are there."""
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


def _unpacked(encoded: bytes) -> bytes:
    """The content of base64, block by block: padding ends a block, and not what is to be read."""
    data = b"".join(encoded.split())
    out, at = [], 0
    for run in _BASE64_RUN.finditer(data):
        missing = -len(run[1]) % 4
        if run.start() != at or missing == 3 or len(run[2]) < missing:
            raise InputError(f"{_DAMAGED}.")
        out.append(base64.b64decode(run[1] + b"=" * missing))
        at = run.end()
    if at != len(data):
        raise InputError(f"{_DAMAGED}.")
    return b"".join(out)


def _lines(encoded: bytes) -> list[bytes]:
    return [line for line in _LOGICAL_LINE.findall(encoded) if line]


def _unquoted(line: bytes) -> bytes:
    end = _LINE_END.search(line)
    at = end.start() if end else len(line)
    return quopri.decodestring(_SOFT_BREAK.sub(b"", line[:at])) + line[at:]


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

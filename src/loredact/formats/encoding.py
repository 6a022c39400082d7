"""Bytes to text and back: which encoding a file is in, read and written so that bytes come out as they went in."""

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from loredact.errors import InputError

_BLOCK_BYTES = 1 << 18
# How much of a file that is not UTF-8 its encoding is told by: what stands around the first byte that says so.
_SAMPLE_BYTES = 1 << 16
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What is written after it depends on what was written before it, so that nothing can be replaced alone.
_STATEFUL = frozenset({"utf-7", "hz", "iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_2004", "iso2022_jp_3",
                       "iso2022_jp_ext", "iso2022_kr"})  # fmt: skip
# What files are in that are neither UTF-8 nor say so, and how many bytes beyond ASCII it takes to tell them apart.
_USUAL = ("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp874", "koi8_r",
          "mac_roman", "cp850", "cp437", "cp932", "euc_jp", "gb18030", "big5", "euc_kr")  # fmt: skip
_MOST_USUAL, _ENOUGH = "cp1252", 16
_KEEP = "loredact-keep"
_HEAD_BYTES = 4096
# In UTF-16, more than this share of the upper bytes are zero where a text is in Latin letters, and of it is printed.
_MOST_WIDE, _MOST_PRINTED = 0.5, 0.95


def _keep_or_mark(error: UnicodeError) -> tuple[str | bytes, int]:
    """Decode a byte that means nothing as half a surrogate pair, and encode it as that byte; another character as ?."""
    if isinstance(error, UnicodeDecodeError):
        part = error.object[error.start : error.end]
        return "".join(chr(0xDC00 + byte) for byte in part), error.end
    if isinstance(error, UnicodeEncodeError):
        code = ord(error.object[error.start])
        return (bytes([code - 0xDC00]) if 0xDC80 <= code <= 0xDCFF else b"?"), error.start + 1
    raise error


codecs.register_error(_KEEP, _keep_or_mark)


@dataclass(frozen=True, slots=True)
class Encoding:
    """The encoding called `name` in Python, and the byte order mark that the file begins with, if any."""

    name: str
    mark: bytes = b""

    def encode(self, text: str) -> bytes:
        """The bytes of `text`. What the encoding does not have is a question mark."""
        return text.encode(self.name, _KEEP)

    def read(self, source: Path) -> Iterator[str]:
        """The text of the file in blocks, without the byte order mark, line breaks as they are."""
        decoder = codecs.getincrementaldecoder(self.name)(_errors(self.name))
        with source.open("rb") as file:
            file.seek(len(self.mark))
            for data in _blocks(file):
                if text := decoder.decode(data):
                    yield text
            if text := decoder.decode(b"", final=True):
                yield text


def encoding_of(source: Path, declared: str | None = None) -> Encoding:
    """The encoding of the file: what its byte order mark says, what it has `declared` of itself, UTF-16 if every other
    byte is zero, UTF-8 if it is valid, and otherwise what a detector says. The whole file is read for it.

    Raises:
        InputError: where the file is no text, or is not decoded and encoded again to the same bytes.
    """
    with source.open("rb") as file:
        head = file.read(4)
    for mark, name in _BOMS:
        if head.startswith(mark):
            return _sure(source, Encoding(name, mark))
    if declared is not None:
        try:
            known = codecs.lookup(declared).name
        except LookupError:
            known = None
        if known and known not in ("utf-16", "utf-32") and known != "utf-8":
            return _sure(source, Encoding(known))
    with source.open("rb") as file:
        wide = unmarked_utf16(file.read(_HEAD_BYTES))
    if wide:
        return _sure(source, Encoding(wide))
    broken = _first_that_is_not_utf8(source)
    if broken is None:
        return Encoding("utf-8")
    return _sure(source, Encoding(_detected(source, broken)))


def has_mark(head: bytes) -> bool:
    """Whether a file begins with a byte order mark."""
    return any(head.startswith(mark) for mark, _ in _BOMS)


def unmarked_utf16(head: bytes) -> str | None:
    """The name of UTF-16 in the byte order that a file seems to be in which begins so, and with no mark; else None."""
    head = head[: len(head) // 2 * 2]
    for name, at in (("utf-16-le", 1), ("utf-16-be", 0)):
        zeros, others = head[at::2].count(0), head[1 - at :: 2].count(0)
        if head and zeros > _MOST_WIDE * len(head) / 2 and not others:
            text = head.decode(name, "replace")
            if sum(c.isprintable() or c.isspace() for c in text) > _MOST_PRINTED * len(text):
                return name
    return None


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    while data := file.read(_BLOCK_BYTES):
        yield data


def _errors(name: str) -> str:
    return "strict" if name.startswith("utf") else _KEEP


def _first_that_is_not_utf8(source: Path) -> int | None:
    """About where in the file the first byte is that is not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    read, data = 0, b""
    with source.open("rb") as file:
        try:
            for data in _blocks(file):
                decoder.decode(data)
                read += len(data)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            if b"\0" in data:
                raise InputError("It is no text: it holds zero bytes, and is not UTF-8.") from None
            return read + error.start
    return None


def _detected(source: Path, broken: int) -> str:
    import charset_normalizer

    with source.open("rb") as file:
        file.seek(max(0, broken - _SAMPLE_BYTES // 2))
        sample = file.read(_SAMPLE_BYTES)
    beyond_ascii = sum(byte > 0x7F for byte in sample)
    best = charset_normalizer.from_bytes(sample, cp_isolation=list(_USUAL)).best() if beyond_ascii >= _ENOUGH else None
    if best is None or best.encoding in ("ascii", "utf_8"):
        return _MOST_USUAL
    return codecs.lookup(best.encoding).name


def _sure(source: Path, encoding: Encoding) -> Encoding:
    """`encoding`, if the file is decoded and encoded again to the same bytes."""
    if codecs.lookup(encoding.name).name in _STATEFUL:
        raise InputError(f"It is in {encoding.name}, in which nothing can be replaced alone: convert it to UTF-8.")
    try:
        same = _same(_encoded(encoding, encoding.read(source)), source, len(encoding.mark))
    except UnicodeError:
        raise InputError(
            f"It is not valid {encoding.name}, though that is what it seems: convert it to UTF-8."
        ) from None
    if not same:
        raise InputError(f"It would not come out of {encoding.name} with the same bytes: convert it to UTF-8.")
    return encoding


def _encoded(encoding: Encoding, texts: Iterable[str]) -> Iterator[bytes]:
    return (encoding.encode(text) for text in texts)


def _same(parts: Iterable[bytes], source: Path, skipped: int) -> bool:
    with source.open("rb") as file:
        file.seek(skipped)
        return all(file.read(len(part)) == part for part in parts) and not file.read(1)

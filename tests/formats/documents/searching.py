"""Unpacks a file to the last stream, and searches all of it for what should be gone."""

import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, unquote

import pikepdf

_TAG = re.compile(r"<[^>]*>")


def found_in(data: bytes, secrets: Iterable[str], name: str = "") -> list[tuple[str, str]]:
    """Which of `secrets` stand in `data`, in any form, each with its place."""
    wanted = [(secret, list(_forms(secret)), "".join(secret.split())) for secret in secrets]
    found = []
    for place, unpacked in _unpacked(data, name):
        plain = _plain(unpacked)
        for secret, forms, letters in wanted:
            if letters in plain or any(form in unpacked for form in forms):
                found.append((secret, place))
    return found


def _forms(secret: str) -> Iterator[bytes]:
    escaped = html.escape(secret, quote=False)
    for form in {secret, escaped, quote(secret), secret.replace(" ", "\xa0"), secret.replace(" ", "")}:
        yield from (form.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be"))
    if all(ord(letter) < 256 for letter in secret):
        latin = secret.encode("latin-1")
        yield from (latin, latin.hex().encode(), latin.hex().upper().encode())
        yield "".join(f"\\{byte:03o}" for byte in latin).encode()


def _plain(data: bytes) -> str:
    """The letters of a text without markup, escapes and spaces: what runs split is one again. "" for no text."""
    start = data[:4096]
    if sum(byte < 9 or 13 < byte < 32 for byte in start) > len(start) / 20:
        return ""
    return "".join(unquote(html.unescape(_TAG.sub("", data.decode("utf-8", "replace")))).split())


def _unpacked(data: bytes, place: str) -> Iterator[tuple[str, bytes]]:
    yield place, data
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                yield from _unpacked(archive.read(info), f"{place}/{info.filename}")
                yield f"{place}/{info.filename} (extra)", info.extra + info.comment + info.filename.encode()
    elif data[:5] == b"%PDF-":
        yield from _streams(data, place)
        with pikepdf.open(io.BytesIO(data)) as pdf:
            for number, value in enumerate(list(pdf.objects), 1):
                yield from _strings(value, f"{place}, object {number}", 0)
            yield from _strings(pdf.trailer, f"{place}, trailer", 0)


def _streams(data: bytes, place: str) -> Iterator[tuple[str, bytes]]:
    """Whatever unpacks, wherever it stands: also what no object refers to any more."""
    for match in re.finditer(rb"stream\r?\n", data):
        try:
            yield f"{place}, stream at {match.end()}", zlib.decompressobj().decompress(data[match.end() :])
        except zlib.error:
            continue


def _strings(value: object, place: str, depth: int) -> Iterator[tuple[str, bytes]]:
    if depth > 40 or (depth and getattr(value, "is_indirect", False)):
        return
    if isinstance(value, pikepdf.String):
        yield place, str(value).encode()
    elif isinstance(value, pikepdf.Array):
        for child in value:
            yield from _strings(child, place, depth + 1)
    elif isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
        if isinstance(value, pikepdf.Stream):
            try:
                yield place, value.read_bytes()
            except pikepdf.PdfError:  # a picture's own compression
                yield place, value.read_raw_bytes()
        for key, child in value.items():
            yield from _strings(child, f"{place}{key}", depth + 1)


def parts(path: Path) -> dict[str, bytes]:
    """The members of a zip file, by name, in their order."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}

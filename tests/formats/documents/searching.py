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
    return [
        (secret, place) for place, unpacked in _unpacked(data, name) for secret in secrets if _holds(unpacked, secret)
    ]


def _holds(data: bytes, secret: str) -> bool:
    escaped = html.escape(secret, quote=False)
    forms = {secret, escaped, quote(secret), secret.replace(" ", "\xa0"), secret.replace(" ", "")}
    if any(form.encode(code) in data for form in forms for code in ("utf-8", "utf-16-le", "utf-16-be")):
        return True
    if secret.isascii() or all(ord(c) < 256 for c in secret):
        if secret.encode("latin-1") in data or secret.encode("latin-1").hex().encode() in data.lower():
            return True
        if "".join(f"\\{byte:03o}" for byte in secret.encode("latin-1")).encode() in data:
            return True
    # Split over runs, percent-encoded, with entities.
    text = data.decode("utf-8", "replace")
    plain = "".join(unquote(html.unescape(_TAG.sub("", text))).split())
    return "".join(secret.split()) in plain


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
            for number in range(len(pdf.objects)):
                yield from _strings(pdf.objects[number], f"{place}, object {number + 1}", 0)
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

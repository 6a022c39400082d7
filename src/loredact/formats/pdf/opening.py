"""A PDF opened with limits: repaired, deciphered and in memory, for three readers of the same bytes.

pikepdf (qpdf) repairs the file and edits it, pdfminer.six knows what its fonts' codes mean, PDFium draws it. All three
get what qpdf wrote, so that a file which each would repair in its own way is one file for all.
"""

import io
import logging
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfinterp import PDFResourceManager
from pdfminer.pdfparser import PDFParser

from loredact.errors import InputError, told_as

_MOST_BYTES = 512 << 20
_MOST_STREAM_BYTES = 256 << 20
_MOST_PAGES = 20_000
_CHUNK = 1 << 20
_STREAM = re.compile(rb"stream\r?\n")

# pdfminer warns of each odd object, with what it says.
logging.getLogger("pdfminer").setLevel(logging.CRITICAL)
logging.getLogger("pikepdf").setLevel(logging.CRITICAL)


@dataclass(slots=True)
class OpenPdf:
    """One document: `pdf` to edit, `miner` and `fonts` to read its fonts, and the bytes that both were made from."""

    pdf: pikepdf.Pdf
    miner: PDFDocument
    fonts: PDFResourceManager
    data: bytes


def open_pdf(source: Path) -> OpenPdf:
    """Open the file `source`.

    Raises:
        InputError: when it is no PDF, needs a password, is damaged beyond repair, or is over a limit.
    """
    if source.stat().st_size > _MOST_BYTES:
        raise InputError(f"The PDF is over {_MOST_BYTES >> 20} MB; split it.")
    raw = source.read_bytes()
    if b"%PDF-" not in raw[:1024]:
        raise InputError("The file is no PDF: it does not begin like one.")
    _refuse_bombs(raw)
    with told_as(InputError, "The PDF is damaged beyond repair."):
        try:
            pdf = pikepdf.open(io.BytesIO(raw), suppress_warnings=True)
        except pikepdf.PasswordError:
            raise InputError("The PDF needs a password. Save it without one first, for example with qpdf.") from None
        if len(pdf.pages) > _MOST_PAGES:
            raise InputError(f"The PDF has more than {_MOST_PAGES} pages; split it.")
        if len(pdf.pages) == 0:
            raise InputError("The PDF has no pages.")
        _make_fonts_objects(pdf)
        written = io.BytesIO()
        # Without object streams, and so without the earlier revisions; qpdf writes what the last one refers to.
        pdf.save(written, object_stream_mode=pikepdf.ObjectStreamMode.disable, compress_streams=True)
        data = written.getvalue()
        _refuse_bombs(data)
        pdf = pikepdf.open(io.BytesIO(data), suppress_warnings=True)
        return OpenPdf(pdf, PDFDocument(PDFParser(io.BytesIO(data))), PDFResourceManager(), data)


def _refuse_bombs(raw: bytes) -> None:
    """Refuse a file of which some stream unpacks to more than any page needs, before a library unpacks it.

    Raises:
        InputError: where one is over the limit.
    """
    for match in _STREAM.finditer(raw):
        start = match.end()
        if raw[start : start + 1] != b"\x78":  # what zlib's streams begin with
            continue
        unpacker = zlib.decompressobj()
        size = 0
        try:
            block = unpacker.decompress(raw[start : start + _CHUNK], _CHUNK)
            start += _CHUNK
            while True:
                size += len(block)
                if size > _MOST_STREAM_BYTES:
                    raise InputError(f"A stream of the PDF unpacks to more than {_MOST_STREAM_BYTES >> 20} MB.")
                if unpacker.eof:
                    break
                waiting = unpacker.unconsumed_tail
                if not waiting:
                    if start >= len(raw):
                        break
                    waiting = raw[start : start + _CHUNK]
                    start += _CHUNK
                block = unpacker.decompress(waiting, _CHUNK)
        except zlib.error:
            continue  # damaged, or not what it looked like: the libraries will say


def _make_fonts_objects(pdf: pikepdf.Pdf) -> None:
    """Give each font an object number, by which pdfminer finds it."""
    for found in pdf.objects:
        for holder in (found, _entry(found, "/Resources")):
            fonts = _entry(holder, "/Font")
            if isinstance(fonts, pikepdf.Dictionary):
                for name in list(fonts.keys()):
                    if isinstance(fonts[name], pikepdf.Dictionary) and not fonts[name].is_indirect:
                        fonts[name] = pdf.make_indirect(fonts[name])


def _entry(holder: object, key: str) -> object:
    if isinstance(holder, pikepdf.Dictionary | pikepdf.Stream):
        return holder.get(key)
    return None

"""A last look at what was written: two libraries read it, and what was masked must be gone."""

import io
from collections import Counter
from collections.abc import Mapping

import pypdfium2 as pdfium
from pdfminer.high_level import extract_text

_SHORTEST = 3


def still_there(before: bytes, after: bytes, masked: Mapping[int, Counter[str]]) -> set[int]:
    """The pages on which PDFium or pdfminer read a masked text more often than it was left there on purpose.

    `masked` counts, by page from 0, how often a text was masked there; a text may also stand where it was not masked,
    within another word. Spaces and line ends count for nothing, since libraries differ on them.
    """
    return {
        page
        for page, counts in masked.items()
        for read in (_by_pdfium, _by_pdfminer)
        if _left(read(before, page), read(after, page), counts)
    }


def _left(before: str, after: str, counts: Counter[str]) -> bool:
    for text, count in counts.items():
        wanted = "".join(text.split())
        if len(wanted) >= _SHORTEST and after.count(wanted) > max(0, before.count(wanted) - count):
            return True
    return False


def _by_pdfium(data: bytes, page: int) -> str:
    document = pdfium.PdfDocument(data)
    try:
        return "".join(document[page].get_textpage().get_text_bounded().split())
    finally:
        document.close()


def _by_pdfminer(data: bytes, page: int) -> str:
    return "".join(extract_text(io.BytesIO(data), page_numbers=[page]).split())

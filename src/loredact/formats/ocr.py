"""What stands written in pictures, read by the program Tesseract where it is installed."""

import functools
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pdfminer.utils import Matrix, Point, apply_matrix_pt
from PIL import Image

# The corners of a quadrilateral: of a word or a letter that may be turned.
Quad = tuple[Point, Point, Point, Point]

_SECONDS = 300  # for a page
_SURE = 30  # percent, Tesseract's own; below it sees letters in lines and stains
_MARGIN = 0.15  # of a word's height, blacked around it


@dataclass(frozen=True, slots=True)
class Word:
    """A word that stands in a picture of a page, and its corners on the page."""

    text: str
    quad: Quad
    line: tuple[int, int]  # the block and the line of Tesseract's layout
    block: int


def has_tesseract() -> bool:
    """Whether Tesseract can be called here."""
    return shutil.which("tesseract") is not None


def words(picture: Image.Image, to_page: Matrix) -> list[Word]:
    """The words that Tesseract reads in `picture`; `to_page` takes its pixels to the page."""
    import pytesseract

    table = pytesseract.image_to_data(picture, lang=_languages(), output_type=pytesseract.Output.DICT, timeout=_SECONDS)
    found = []
    for i, text in enumerate(table["text"]):
        if not text.strip() or float(table["conf"][i]) < _SURE:
            continue
        x0, y0 = table["left"][i], table["top"][i]
        x1, y1 = x0 + table["width"][i], y0 + table["height"][i]
        margin = _MARGIN * (y1 - y0)
        corners = (
            (x0 - margin, y1 + margin),
            (x1 + margin, y1 + margin),
            (x1 + margin, y0 - margin),
            (x0 - margin, y0 - margin),
        )
        a, b, c, d = (apply_matrix_pt(to_page, corner) for corner in corners)
        block = table["block_num"][i] * 1000 + table["par_num"][i]
        found.append(Word(text, (a, b, c, d), (block, table["line_num"][i]), block))
    return found


@functools.cache
def _languages() -> str:
    import pytesseract

    return "+".join(
        name for name in pytesseract.get_languages() if re.fullmatch(r"[a-z]{3}(_[A-Za-z]+)?", name) and name != "osd"
    )


def paragraphs(found: Sequence[Word]) -> Iterator[list[list[Word]]]:
    """The words by paragraphs, and those by lines."""
    of_block: dict[int, dict[tuple[int, int], list[Word]]] = {}
    for word in found:
        of_block.setdefault(word.block, {}).setdefault(word.line, []).append(word)
    for lines in of_block.values():
        yield list(lines.values())


def written(lines: Sequence[Sequence[Word]]) -> tuple[str, list[tuple[Word, int, int]]]:
    """The text of lines of words, and where each word stands in it."""
    text = ""
    places = []
    for line in lines:
        for number, word in enumerate(line):
            text += " " if number else ""
            places.append((word, len(text), len(text) + len(word.text)))
            text += word.text
        text += "\n"
    return text, places

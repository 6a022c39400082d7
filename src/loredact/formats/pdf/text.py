"""The text of a surface: its glyphs in lines and blocks, as pdfminer's layout analysis puts them together."""

import math
import statistics
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pdfminer.layout import LAParams, LTAnno, LTChar, LTPage, LTTextBox, LTTextLine
from pdfminer.pdfcolor import PREDEFINED_COLORSPACE
from pdfminer.pdfinterp import PDFGraphicState
from pdfminer.utils import Matrix, mult_matrix

from loredact.formats.pdf.glyphs import UNKNOWN, Glyph

# Without the search for an order of the boxes, which takes the square of their number; they are sorted by place.
# Lines up to their own height apart are one block, so that a name that a line's end divides is found.
_LAYOUT = LAParams(boxes_flow=None, line_margin=1.0)
_GRID = 15  # degrees: text of one direction is laid out together
_TWIN = 0.2  # of the size of the letter: nearer ones are one letter drawn twice
_SHORTEST_SPACED = 4  # letters of a line that may be spaced
_SPACED = 0.6  # of the letters of a line that is
_KERNED = 0.3  # of the size of the letters: nearer ones are of one word, if words have spaces between them
_WORD = 1.6  # times the gap between its letters is one between its words
_GRAY = PREDEFINED_COLORSPACE["DeviceGray"]
_STATE = PDFGraphicState()


@dataclass(frozen=True, slots=True)
class Block:
    """A block of text, and for each character the glyph that shows it; None for spaces and line ends between."""

    text: str
    glyphs: Sequence[Glyph | None]
    lines: Sequence[int]  # the line of each character

    def at(self, start: int, end: int) -> list[list[Glyph]]:
        """The glyphs of `text[start:end]`, line by line."""
        found: dict[int, list[Glyph]] = {}
        for index in range(start, end):
            glyph = self.glyphs[index]
            if glyph is not None and glyph not in found.setdefault(self.lines[index], []):
                found[self.lines[index]].append(glyph)
        return [line for line in found.values() if line]


def blocks(glyphs: Sequence[Glyph]) -> Iterator[Block]:
    """The blocks of text that `glyphs` make, those of one direction after those of another."""
    by_direction: dict[int, list[Glyph]] = defaultdict(list)
    for glyph in _without_twins(glyphs):
        by_direction[_direction(glyph)].append(glyph)
    for direction in sorted(by_direction):
        yield from _level_blocks(by_direction[direction], direction)


def readable(glyphs: Sequence[Glyph]) -> int:
    """How many of the glyphs are known letters."""
    return sum(not glyph.text.isspace() and UNKNOWN not in glyph.text for glyph in glyphs)


def _without_twins(glyphs: Sequence[Glyph]) -> Iterator[Glyph]:
    seen: dict[tuple[str, int, int], list[Glyph]] = defaultdict(list)
    for glyph in glyphs:
        x, y = glyph.quad[0]
        span = max(math.dist(glyph.quad[0], glyph.quad[3]) * _TWIN, 1e-3)
        column, row = math.floor(x / (4 * span)), math.floor(y / (4 * span))
        near = (
            other
            for across in (-1, 0, 1)
            for up in (-1, 0, 1)
            for other in seen.get((glyph.text, column + across, row + up), ())
        )
        twin = next((other for other in near if math.dist(other.quad[0], (x, y)) < span), None)
        if twin is not None and not glyph.text.isspace():
            twin.twins.append(glyph)
        else:
            seen[glyph.text, column, row].append(glyph)
            yield glyph


def _direction(glyph: Glyph) -> int:
    a, b = glyph.matrix[:2]
    if glyph.size < 0:
        a, b = -a, -b
    return round(math.degrees(math.atan2(b, a)) / _GRID) * _GRID % 360


def _level_blocks(glyphs: Sequence[Glyph], direction: int) -> Iterator[Block]:
    turned = math.radians(-direction)
    level: Matrix = (math.cos(turned), math.sin(turned), -math.sin(turned), math.cos(turned), 0, 0)
    of_letter: dict[LTChar, Glyph] = {}
    letters = []
    for glyph in glyphs:
        letter = LTChar(
            mult_matrix(glyph.matrix, level), glyph.font, glyph.size, glyph.scaling, glyph.rise, glyph.text,
            glyph.width,
            glyph.font.char_disp(0) if glyph.font.is_vertical() else 0, _GRAY, _STATE,
        )  # fmt: skip
        of_letter[letter] = glyph
        letters.append(letter)
    corners = [(letter.x0, letter.y0, letter.x1, letter.y1) for letter in letters]
    page = LTPage(
        1,
        (
            min(c[0] for c in corners),
            min(c[1] for c in corners),
            max(c[2] for c in corners),
            max(c[3] for c in corners),
        ),
    )
    for letter in letters:
        page.add(letter)
    page.analyze(_LAYOUT)
    placed: set[Glyph] = set()
    for box in page:
        if isinstance(box, LTTextBox):
            block = _block([line for line in box if isinstance(line, LTTextLine)], of_letter)
            placed.update(glyph for glyph in block.glyphs if glyph is not None)
            yield block
    # The analysis leaves out lines without extent; what they say is a block by itself.
    if rest := [glyph for glyph in glyphs if glyph not in placed and not glyph.text.isspace()]:
        texts = [glyph.text for glyph in rest]
        yield Block("".join(texts), [glyph for glyph in rest for _ in glyph.text], [0 for text in texts for _ in text])


def _no_spaces(items: Sequence[LTAnno | LTChar]) -> set[int]:
    """Which of the spaces that the analysis sees in a line are none.

    Some stand between the letters of a word that is set widely, as headings are. Where a line has spaces of its own,
    letters that stand somewhat apart are kerned, and their programs gave them other widths than the font has.
    """
    between = {
        index: (after.x0 - before.x1, max(before.height, before.width))
        for index, (before, item, after) in enumerate(zip(items, items[1:], items[2:], strict=False), 1)
        if isinstance(before, LTChar) and isinstance(item, LTAnno) and isinstance(after, LTChar)
    }
    letters = [item for item in items if isinstance(item, LTChar)]
    if len(letters) >= _SHORTEST_SPACED and len(between) >= _SPACED * (len(letters) - 1):
        widest = statistics.median(gap for gap, _ in between.values()) * _WORD
        return {index for index, (gap, _) in between.items() if gap < widest}
    if any(letter.get_text().isspace() for letter in letters[1:-1]):
        return {index for index, (gap, size) in between.items() if gap < _KERNED * size}
    return set()


def _block(text_lines: Sequence[LTTextLine], of_letter: dict[LTChar, Glyph]) -> Block:
    texts: list[str] = []
    glyphs: list[Glyph | None] = []
    lines: list[int] = []
    for number, line in enumerate(text_lines):
        items = list(line)
        gaps = _no_spaces(items)
        for index, item in enumerate(items):
            beside = {other.get_text() for other in (items[index - 1 : index] + items[index + 1 : index + 2])}
            is_double = isinstance(item, LTAnno) and any(text.isspace() for text in beside)
            text = "" if index in gaps or (is_double and item.get_text() == " ") else item.get_text()
            texts.append(text)
            glyphs += [of_letter[item] if isinstance(item, LTChar) else None] * len(text)
            lines += [number] * len(text)
    return Block("".join(texts), glyphs, lines)

"""Reading a content stream (ISO 32000-1, 7.8 and 9): where each glyph stands, and which operator shows it.

A surface is what holds a content stream: a page, or the appearance of an annotation. Forms that it draws are read too,
each time they are drawn, since the same form may stand in two places.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

import pikepdf
from pdfminer.pdffont import PDFFont, PDFUnicodeNotDefined
from pdfminer.pdftypes import dict_value
from pdfminer.utils import MATRIX_IDENTITY, Matrix, Point, apply_matrix_pt, mult_matrix

from loredact.errors import InputError
from loredact.formats.pdf.opening import OpenPdf

_MOST_GLYPHS = 2_000_000  # of one surface
_MOST_INSTRUCTIONS = 5_000_000
_DEEPEST = 24  # forms in forms
_INVISIBLE = 3  # text rendering mode: neither fill nor stroke; what programs lay over scanned pages
UNKNOWN = "\ufffd"
SHOWS = frozenset({"Tj", "TJ", "'", '"'})
_COLOURS = {1: "g", 3: "rg", 4: "k"}

Quad = tuple[Point, Point, Point, Point]


@dataclass(eq=False, slots=True)
class Canvas:
    """One use of a content stream: its instructions, the forms that they draw, and what is to be taken out of it."""

    source: pikepdf.Object
    resources: pikepdf.Object
    instructions: list[pikepdf.ContentStreamInstruction]
    forms: dict[int, "Canvas"] = field(default_factory=dict)
    dropped: dict[int, set[int]] = field(default_factory=dict)
    pictures: dict[int, pikepdf.Stream] = field(default_factory=dict)
    shown: dict[int, list["Glyph"]] = field(default_factory=dict)
    lines: dict[int, Matrix] = field(default_factory=dict)  # the text line matrix after each operator that moves it
    unbalanced: int = 0  # graphics states that are saved and never restored


@dataclass(eq=False, slots=True)
class Glyph:
    """A glyph on a surface. `matrix` takes text space to the surface's; `advance` is in text space, spacing included.

    `order` counts what is painted, so that one can tell what lies above. Twins are the same glyph drawn again, a little
    aside: that is how some programs make bold.
    """

    text: str
    matrix: Matrix
    font: PDFFont
    size: float
    scaling: float
    rise: float
    width: float
    advance: float
    visible: bool
    order: int
    canvas: Canvas
    instruction: int
    index: int
    colour: str
    twins: list["Glyph"] = field(default_factory=list)

    @property
    def quad(self) -> Quad:
        """The corners of the glyph's box on the surface."""
        low = self.font.get_descent() * self.size + self.rise
        right = self.width * self.size * self.scaling
        return _quad(self.matrix, (0, low, right, low + self.size))

    def drop(self) -> None:
        """Have the glyph, and its twins, taken out when the surface is written."""
        self.canvas.dropped.setdefault(self.instruction, set()).add(self.index)
        for twin in self.twins:
            twin.drop()


@dataclass(eq=False, slots=True)
class Picture:
    """A picture on a surface: the unit square by `matrix`. `stream` is None for one that stands in the content itself."""

    stream: pikepdf.Stream | None
    matrix: Matrix
    order: int
    canvas: Canvas
    instruction: int

    @property
    def quad(self) -> Quad:
        """The picture's corners on the surface."""
        return _quad(self.matrix, (0, 0, 1, 1))


@dataclass(slots=True)
class Surface:
    """What a content stream draws."""

    canvas: Canvas
    glyphs: list[Glyph]
    pictures: list[Picture]
    paints: bool  # whether it draws lines or areas
    unsure: bool  # whether it shows text that could not be read


@dataclass(slots=True)
class _State:
    """The part of the graphics state (8.4.1, 9.3) on which it depends where glyphs stand and how they look."""

    ctm: Matrix
    font: PDFFont | None = None
    size: float = 0.0
    character_spacing: float = 0.0
    word_spacing: float = 0.0
    scaling: float = 1.0
    leading: float = 0.0
    rise: float = 0.0
    mode: int = 0
    colour: str = "0 g"


class Reader:
    """Reads the surfaces of one document."""

    def __init__(self, document: OpenPdf) -> None:
        self._document = document
        self._fonts: dict[int, PDFFont] = {}
        self._codes: dict[tuple[int, bytes], list[tuple[bytes, int]]] = {}

    def read(self, source: pikepdf.Object, resources: pikepdf.Object) -> Surface:
        """What `source`, a page or a form, draws with `resources`.

        Raises:
            InputError: when it draws more than any page needs.
        """
        self._glyphs: list[Glyph] = []
        self._pictures: list[Picture] = []
        self._order = 0
        self._instructions = 0
        self._paints = False
        self._unsure = False
        canvas = self._read(source, resources, _State(MATRIX_IDENTITY), ())
        return Surface(canvas, self._glyphs, self._pictures, self._paints, self._unsure)

    def _read(
        self, source: pikepdf.Object, resources: pikepdf.Object, state: _State, within: tuple[int, ...]
    ) -> Canvas:
        canvas = Canvas(source, resources, list(pikepdf.parse_content_stream(source)))
        self._instructions += len(canvas.instructions)
        if self._instructions > _MOST_INSTRUCTIONS or len(within) > _DEEPEST:
            raise InputError("A page of the PDF draws more than any page needs: forms within forms, again and again.")
        saved: list[_State] = []
        matrix = line = MATRIX_IDENTITY  # of text (Tm, Tlm)
        for number, instruction in enumerate(canvas.instructions):
            operator, operands = str(instruction.operator), instruction.operands
            if operator in {"BT", "ET"}:
                matrix = line = MATRIX_IDENTITY
            elif operator == "q":
                saved.append(replace(state))
            elif operator == "Q":
                if saved:
                    state = saved.pop()
            elif operator == "INLINE IMAGE":
                self._pictures.append(Picture(None, state.ctm, self._next(), canvas, number))
            elif operator in _PAINTS:
                self._paints = True
                self._order += 1
            elif operator in _OPERATORS:
                try:
                    if operator in SHOWS:
                        if operator == '"':
                            state.word_spacing, state.character_spacing = float(operands[0]), float(operands[1])
                        if operator in "'\"":
                            matrix = line = canvas.lines[number] = mult_matrix((1, 0, 0, 1, 0, -state.leading), line)
                        matrix = self._show(canvas, number, operands[-1], state, matrix)
                    elif operator in MOVES:
                        matrix = line = canvas.lines[number] = _moved(operator, operands, state, line)
                    elif operator == "Do":
                        self._draw(canvas, number, operands[0], state, within)
                    else:
                        self._set(operator, operands, state, resources)
                except (IndexError, TypeError, ValueError, KeyError, AttributeError):
                    # An operator without what it needs does nothing: readers skip it. Not so where text is concerned.
                    self._unsure |= operator in SHOWS or operator in {"Tf", "gs"}
        canvas.unbalanced = len(saved)
        return canvas

    def _next(self) -> int:
        self._order += 1
        return self._order

    def _set(self, operator: str, operands: Sequence[object], state: _State, resources: pikepdf.Object) -> None:
        numbers = [float(operand) for operand in operands if isinstance(operand, _NUMBERS)]
        if operator == "cm":
            a, b, c, d, e, f = numbers
            state.ctm = mult_matrix((a, b, c, d, e, f), state.ctm)
        elif operator == "Tf":
            state.size = numbers[-1]
            state.font = self._font(resources["/Font"][str(operands[0])])
        elif operator == "gs":
            font = resources["/ExtGState"][str(operands[0])].get("/Font")
            if font is not None:
                state.font, state.size = self._font(font[0]), float(font[1])
        elif operator == "Tz":
            state.scaling = numbers[0] / 100
        elif operator in _PLAIN:
            setattr(state, _PLAIN[operator], numbers[0])
        elif operator in {"g", "rg", "k", "sc", "scn"}:
            name = _COLOURS.get(len(numbers)) if len(numbers) == len(operands) else None
            state.colour = " ".join([f"{number:g}" for number in numbers] + [name]) if name else "0 g"

    def _font(self, font: pikepdf.Object) -> PDFFont:
        number = font.objgen[0]
        if number not in self._fonts:
            try:
                spec = dict_value(self._document.miner.getobj(number))
                self._fonts[number] = self._document.fonts.get_font(number, spec)
            except Exception as error:  # pdfminer raises anything on a damaged font
                raise ValueError from error
        return self._fonts[number]

    def split(self, font: PDFFont, string: bytes) -> list[tuple[bytes, int]]:
        """The codes of `string` in `font`, each with its bytes and its character's number; -1 for one that has none."""
        if not font.is_multibyte():
            return [(string[i : i + 1], string[i]) for i in range(len(string))]
        key = (id(font), string)
        if key not in self._codes:
            found, start = [], 0
            while start < len(string):
                for length in (1, 2, 3, 4):
                    code = string[start : start + length]
                    cids = list(font.decode(code))
                    if cids:
                        break
                else:
                    code, cids = string[start : start + 1], [-1]
                found.append((code, cids[0]))
                start += len(code)
            self._codes[key] = found
        return self._codes[key]

    def _show(self, canvas: Canvas, number: int, shown: object, state: _State, matrix: Matrix) -> Matrix:
        font = state.font
        if font is None:
            raise ValueError
        vertical = font.is_vertical()
        order = self._next()
        glyphs: list[Glyph] = []
        for part in shown if isinstance(shown, pikepdf.Array) else [shown]:
            if not isinstance(part, pikepdf.String):
                matrix = _advanced(matrix, -float(part) / 1000 * state.size, state, vertical=vertical)
                continue
            for code, cid in self.split(font, bytes(part)):
                width = font.char_width(cid) if cid >= 0 else 0.0
                advance = width * state.size + state.character_spacing
                advance += state.word_spacing if code == b" " else 0
                text = _unicode(font, cid)
                placed = mult_matrix(matrix, state.ctm)
                glyphs.append(
                    Glyph(text, placed, font, state.size, state.scaling, state.rise, width, advance,
                          state.mode != _INVISIBLE, order, canvas, number, len(glyphs), state.colour)
                )  # fmt: skip
                matrix = _advanced(matrix, advance, state, vertical=vertical)
        canvas.shown[number] = glyphs
        self._glyphs += glyphs
        if len(self._glyphs) > _MOST_GLYPHS:
            raise InputError("A page of the PDF shows more letters than any page can hold.")
        return matrix

    def _draw(self, canvas: Canvas, number: int, name: object, state: _State, within: tuple[int, ...]) -> None:
        drawn = canvas.resources["/XObject"][str(name)]
        if drawn.get("/Subtype") == "/Image":
            self._pictures.append(Picture(drawn, state.ctm, self._next(), canvas, number))
        elif drawn.get("/Subtype") == "/Form" and drawn.objgen[0] not in within:  # none draws itself
            a, b, c, d, e, f = (float(value) for value in drawn.get("/Matrix", MATRIX_IDENTITY))
            inner = replace(state, ctm=mult_matrix((a, b, c, d, e, f), state.ctm))
            resources = drawn.get("/Resources", canvas.resources)
            canvas.forms[number] = self._read(drawn, resources, inner, (*within, drawn.objgen[0]))


MOVES = frozenset({"Td", "TD", "Tm", "T*"})
_PAINTS = frozenset({"f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "sh"})
_PLAIN = {"Tc": "character_spacing", "Tw": "word_spacing", "TL": "leading", "Ts": "rise", "Tr": "mode"}
_OPERATORS = SHOWS | MOVES | {"Do", "cm", "Tf", "gs", "Tz", "g", "rg", "k", "sc", "scn", *_PLAIN}
_NUMBERS = (int, float, Decimal)


def _moved(operator: str, operands: Sequence[object], state: _State, line: Matrix) -> Matrix:
    if operator == "T*":
        return mult_matrix((1, 0, 0, 1, 0, -state.leading), line)
    numbers = [float(operand) for operand in operands if isinstance(operand, _NUMBERS)]
    if operator == "Tm":
        a, b, c, d, e, f = numbers
        return (a, b, c, d, e, f)
    x, y = numbers
    if operator == "TD":
        state.leading = -y
    return mult_matrix((1, 0, 0, 1, x, y), line)


def _advanced(matrix: Matrix, by: float, state: _State, *, vertical: bool) -> Matrix:
    shift = (0.0, by) if vertical else (by * state.scaling, 0.0)
    return mult_matrix((1, 0, 0, 1, *shift), matrix)


def _unicode(font: PDFFont, cid: int) -> str:
    try:
        return font.to_unichr(cid) or UNKNOWN
    except (PDFUnicodeNotDefined, KeyError, ValueError):
        return UNKNOWN


def _quad(matrix: Matrix, box: tuple[float, float, float, float]) -> Quad:
    x0, y0, x1, y1 = box
    return (
        apply_matrix_pt(matrix, (x0, y0)),
        apply_matrix_pt(matrix, (x1, y0)),
        apply_matrix_pt(matrix, (x1, y1)),
        apply_matrix_pt(matrix, (x0, y1)),
    )

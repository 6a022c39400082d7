"""Reading a content stream (ISO 32000-1, 7.8 and 9): where each glyph stands, and which operator shows it.

A surface is what holds a content stream: a page, or the appearance of an annotation. Forms that it draws are read too,
each time they are drawn, since the same form may stand in two places.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pikepdf
from pdfminer.pdffont import PDFFont, PDFUnicodeNotDefined
from pdfminer.pdftypes import dict_value
from pdfminer.utils import MATRIX_IDENTITY, Matrix, apply_matrix_pt, mult_matrix

from loredact.errors import InputError
from loredact.formats.ocr import Quad
from loredact.formats.pdf.opening import OpenPdf

_MOST_GLYPHS = 2_000_000  # of one surface
_MOST_INSTRUCTIONS = 5_000_000
_MOST_FORMS = 10_000
_DEEPEST = 24  # forms in forms
_INVISIBLE = 3  # text rendering mode: neither fill nor stroke; what programs lay over scanned pages
UNKNOWN = "\ufffd"
SHOWS = frozenset({"Tj", "TJ", "'", '"'})

Instruction = pikepdf.ContentStreamInstruction | pikepdf.ContentStreamInlineImage


@dataclass(eq=False, slots=True)
class Canvas:
    """One use of a content stream: its instructions, what they draw by their number, and what is to be taken out."""

    source: pikepdf.Object
    resources: pikepdf.Object
    instructions: list[Instruction]
    forms: dict[int, "Canvas"] = field(default_factory=dict)
    texts: dict[int, "Text"] = field(default_factory=dict)
    lines: dict[int, Matrix] = field(default_factory=dict)  # the text line matrix after each operator that moves it
    pictures: dict[int, pikepdf.Stream] = field(default_factory=dict)  # what takes a picture's place
    dropped: dict[int, set[int]] = field(default_factory=dict)  # of each operator's glyphs
    labels: dict[int, dict[int, "Label"]] = field(default_factory=dict)  # before which of an operator's glyphs


@dataclass(frozen=True, slots=True)
class Text:
    """What an operator shows, and the text state in which it does."""

    glyphs: list["Glyph"]
    font: pikepdf.Object
    font_name: str | None  # in the resources of the canvas, where that is known
    size: float
    character_spacing: float
    word_spacing: float


@dataclass(frozen=True, slots=True)
class Label:
    """A text to show in the place of glyphs, and how much room they took, in text space."""

    text: str
    room: float


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

    def label(self, text: str, last: "Glyph") -> None:
        """Have `text` shown in the place of what is taken out from here to `last`, on the same line."""
        if not self.visible or self.font.is_vertical():  # a label would run across a column of letters
            return
        unit = math.hypot(self.matrix[0], self.matrix[1]) * abs(self.scaling)
        room = math.dist(self.quad[0], last.quad[1]) / unit if unit else 0.0
        self.canvas.labels.setdefault(self.instruction, {})[self.index] = Label(text, room)


@dataclass(eq=False, slots=True)
class Picture:
    """A picture on a surface: the unit square by `matrix`. `stream` is None for one within the content stream."""

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
    """The part of the graphics state (8.4.1, 9.3) on which it depends where glyphs stand."""

    ctm: Matrix
    font: PDFFont | None = None
    font_object: pikepdf.Object | None = None
    font_name: tuple[Canvas, str] | None = None
    size: float = 0.0
    character_spacing: float = 0.0
    word_spacing: float = 0.0
    scaling: float = 1.0
    leading: float = 0.0
    rise: float = 0.0
    mode: float = 0


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
        run = _Run(self)
        canvas = run.read(source, resources, _State(MATRIX_IDENTITY), ())
        return Surface(canvas, run.glyphs, run.pictures, run.paints, run.unsure)

    def font(self, font: pikepdf.Object) -> PDFFont:
        """pdfminer's reading of a font.

        Raises:
            ValueError: when it cannot be read.
        """
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
            self._codes[key] = list(_codes(font, string))
        return self._codes[key]


class _Run:
    """One reading of a surface: what was found so far."""

    def __init__(self, reader: Reader) -> None:
        self.glyphs: list[Glyph] = []
        self.pictures: list[Picture] = []
        self.paints = self.unsure = False
        self._reader = reader
        self._order = 0
        self._instructions = self._forms = 0

    def read(self, source: pikepdf.Object, resources: pikepdf.Object, state: _State, within: tuple[int, ...]) -> Canvas:
        """Read one stream, and the forms that it draws."""
        canvas = Canvas(source, resources, list(pikepdf.parse_content_stream(source)))
        self._instructions += len(canvas.instructions)
        self._forms += 1
        if self._instructions > _MOST_INSTRUCTIONS or self._forms > _MOST_FORMS or len(within) > _DEEPEST:
            raise InputError("A page of the PDF draws more than any page needs: forms within forms, again and again.")
        saved: list[_State] = []
        matrix = line = MATRIX_IDENTITY  # of text (Tm, Tlm)
        for number, instruction in enumerate(canvas.instructions):
            operator, operands = str(instruction.operator), list(instruction.operands)
            if operator in {"BT", "ET"}:
                matrix = line = MATRIX_IDENTITY
            elif operator == "q":
                saved.append(replace(state))
            elif operator == "Q":
                state = saved.pop() if saved else state
            elif operator in _PAINTS:
                self.paints = True
                self._order += 1
            elif operator in _OPERATORS:
                try:
                    if operator in MOVES or operator in "'\"":
                        line = matrix = canvas.lines[number] = _moved(operator, operands, state, line)
                    if operator in SHOWS:
                        matrix = self._show(canvas, number, operands[-1], state, matrix)
                    elif operator not in MOVES:
                        self._other(canvas, number, operands, state, within)
                except (IndexError, TypeError, ValueError, KeyError, AttributeError):
                    # An operator without what it needs does nothing: readers skip it. Not so where text is concerned.
                    self.unsure |= operator in SHOWS or operator in {"Tf", "gs"}
        return canvas

    def _next(self) -> int:
        self._order += 1
        return self._order

    def _other(self, canvas: Canvas, number: int, operands: list[Any], state: _State, within: tuple[int, ...]) -> None:
        operator = str(canvas.instructions[number].operator)
        if operator == "Do":
            self._draw(canvas, number, operands[0], state, within)
        elif operator == "INLINE IMAGE":
            self.pictures.append(Picture(None, state.ctm, self._next(), canvas, number))
        elif operator == "cm":
            a, b, c, d, e, f = map(float, operands)
            state.ctm = mult_matrix((a, b, c, d, e, f), state.ctm)
        elif operator == "Tf":
            state.font_object, state.size = canvas.resources["/Font"][str(operands[0])], float(operands[1])
            state.font, state.font_name = self._reader.font(state.font_object), (canvas, str(operands[0]))
        elif operator == "gs":
            if font := canvas.resources["/ExtGState"][str(operands[0])].get("/Font"):
                state.font, state.font_object, state.font_name = self._reader.font(font[0]), font[0], None
                state.size = float(font[1])
        elif operator == "Tz":
            state.scaling = float(operands[0]) / 100
        else:
            setattr(state, _PLAIN[operator], float(operands[0]))

    def _show(self, canvas: Canvas, number: int, shown: Any, state: _State, matrix: Matrix) -> Matrix:
        font = state.font
        if font is None or state.font_object is None:
            raise ValueError
        order = self._next()
        glyphs: list[Glyph] = []
        for part in shown if isinstance(shown, pikepdf.Array) else [shown]:
            if not isinstance(part, pikepdf.String):
                matrix = _advanced(matrix, -float(part) / 1000 * state.size, state, font)
                continue
            for code, cid in self._reader.split(font, bytes(part)):
                width = font.char_width(cid) if cid >= 0 else 0.0
                advance = width * state.size + state.character_spacing + (state.word_spacing if code == b" " else 0)
                placed = mult_matrix(matrix, state.ctm)
                glyphs.append(
                    Glyph(_unicode(font, cid), placed, font, state.size, state.scaling, state.rise, width, advance,
                          state.mode != _INVISIBLE, order, canvas, number, len(glyphs))
                )  # fmt: skip
                matrix = _advanced(matrix, advance, state, font)
        name = state.font_name[1] if state.font_name and state.font_name[0] is canvas else None
        canvas.texts[number] = Text(
            glyphs, state.font_object, name, state.size, state.character_spacing, state.word_spacing
        )
        self.glyphs += glyphs
        if len(self.glyphs) > _MOST_GLYPHS:
            raise InputError("A page of the PDF shows more letters than any page can hold.")
        return matrix

    def _draw(self, canvas: Canvas, number: int, name: object, state: _State, within: tuple[int, ...]) -> None:
        drawn = canvas.resources["/XObject"][str(name)]
        if not isinstance(drawn, pikepdf.Stream):
            return
        if drawn.get("/Subtype") == "/Image":
            self.pictures.append(Picture(drawn, state.ctm, self._next(), canvas, number))
        elif drawn.get("/Subtype") == "/Form" and drawn.objgen[0] not in within:  # one that draws itself draws nothing
            a, b, c, d, e, f = (float(value) for value in drawn.get("/Matrix", MATRIX_IDENTITY))
            inner = replace(state, ctm=mult_matrix((a, b, c, d, e, f), state.ctm))
            resources = drawn.get("/Resources", canvas.resources)
            canvas.forms[number] = self.read(drawn, resources, inner, (*within, drawn.objgen[0]))


MOVES = frozenset({"Td", "TD", "Tm", "T*"})
_PAINTS = frozenset({"f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "sh"})
_PLAIN = {"Tc": "character_spacing", "Tw": "word_spacing", "TL": "leading", "Ts": "rise", "Tr": "mode"}
_OPERATORS = SHOWS | MOVES | {"Do", "INLINE IMAGE", "cm", "Tf", "gs", "Tz", *_PLAIN}


def _moved(operator: str, operands: list[Any], state: _State, line: Matrix) -> Matrix:
    """The text line matrix after an operator that moves it (9.4.2, 9.4.3)."""
    if operator == "Tm":
        a, b, c, d, e, f = map(float, operands)
        return (a, b, c, d, e, f)
    if operator == '"':
        state.word_spacing, state.character_spacing = float(operands[0]), float(operands[1])
    x, y = map(float, operands) if operator in {"Td", "TD"} else (0.0, -state.leading)
    if operator == "TD":
        state.leading = -y
    return mult_matrix((1, 0, 0, 1, x, y), line)


def _advanced(matrix: Matrix, by: float, state: _State, font: PDFFont) -> Matrix:
    shift = (0.0, by) if font.is_vertical() else (by * state.scaling, 0.0)
    return mult_matrix((1, 0, 0, 1, *shift), matrix)


def _codes(font: PDFFont, string: bytes) -> Iterator[tuple[bytes, int]]:
    """The codes of a composite font, of one to four bytes, as its CMap tells them apart (9.7.6.2)."""
    start = 0
    while start < len(string):
        code, cid = string[start : start + 1], -1
        for length in (1, 2, 3, 4):
            if cids := list(font.decode(string[start : start + length])):
                code, cid = string[start : start + length], cids[0]
                break
        yield code, cid
        start += len(code)


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

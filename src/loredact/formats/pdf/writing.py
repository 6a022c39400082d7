"""Writing a surface without the glyphs that were taken out, and with labels in their places.

Of what is taken out nothing stays in the content stream: the codes go, and one number in their place moves what follows
to where it was. That number is the width of all that was taken out; where text follows on the same line, anybody could
measure that gap on the page (see docs/how-to/documents.md).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import pikepdf
from pdfminer.fontmetrics import FONT_METRICS
from pdfminer.utils import Matrix

from loredact.formats.pdf.glyphs import MOVES, SHOWS, Canvas, Glyph, Reader

_LABEL_FONT = "/LoredactLabel"
_SMALLEST = 0.4  # of the size of what was there; a longer label runs on instead
_Written = pikepdf.ContentStreamInstruction | pikepdf.ContentStreamInlineImage
_WIDTHS = FONT_METRICS["Helvetica"][1]


@dataclass(frozen=True, slots=True)
class Label:
    """A text to draw where glyphs were taken out: from the first of them, as wide as all of them."""

    text: str
    glyphs: Sequence[Glyph]


def rewrite(pdf: pikepdf.Pdf, reader: Reader, canvas: Canvas, labels: Sequence[Label]) -> bool:
    """Write the canvas's page or form again; whether anything in it changed."""
    instructions = _instructions(pdf, reader, canvas)
    if instructions is None and not labels:
        return False
    content = pikepdf.unparse_content_stream(canvas.instructions if instructions is None else instructions)
    if labels:
        # Whatever the stream leaves behind of the graphics state is undone before labels are drawn.
        content = b"q\n" + content + b"\nQ" * (canvas.unbalanced + 1) + b"\n" + _drawn(pdf, canvas, labels)
    if isinstance(canvas.source, pikepdf.Stream):
        canvas.source.write(content)
        canvas.source["/Resources"] = canvas.resources
    else:
        canvas.source["/Contents"] = pdf.make_stream(content)
        canvas.source["/Resources"] = canvas.resources
    return True


def _instructions(pdf: pikepdf.Pdf, reader: Reader, canvas: Canvas) -> list[_Written] | None:
    """The instructions of the canvas without what was taken out of it; None where nothing was."""
    new_forms = {}
    for number, form in canvas.forms.items():
        changed = _instructions(pdf, reader, form)
        if changed is not None:
            new_forms[number] = _copy_of_form(pdf, form, changed)
    if not (new_forms or canvas.dropped or canvas.pictures):
        return None
    _own_resources(pdf, canvas)
    writer = _TextWriter(reader, canvas)
    for number, instruction in enumerate(canvas.instructions):
        operator = str(instruction.operator)
        if operator in SHOWS or operator in MOVES or operator == "ET":
            writer.take(number, instruction, operator)
        elif number in new_forms or number in canvas.pictures:
            drawn = new_forms.get(number) or canvas.pictures[number]
            name = _add(canvas.resources, "/XObject", "/Loredact", drawn)
            writer.written.append(_instruction("Do", pikepdf.Name(name)))
        elif operator in {"BDC", "DP"}:
            writer.written.append(_without_words(instruction))
        else:
            writer.written.append(instruction)
    _drop_unused(canvas, writer.written)
    return writer.written


class _TextWriter:
    """Writes the operators of text objects again.

    What moves the text is held back until something is shown. Where all that an operator showed is gone, the moves
    before it go too, and the next text that stays is put in its place by its own matrix: else the moves between
    letters that were shown one by one would tell how wide each letter was.
    """

    def __init__(self, reader: Reader, canvas: Canvas) -> None:
        self.written: list[_Written] = []
        self._reader = reader
        self._canvas = canvas
        self._held: list[_Written] = []
        self._place: Matrix | None = None  # where the held moves lead
        self._gone = False  # whether something shown since the held moves began is gone
        self._gap = 0.0  # how far what is gone moved the text since the last move, in text space

    def take(self, number: int, instruction: _Written, operator: str) -> None:
        """Write the instruction, or hold it back."""
        if operator == "ET":
            self._held.clear()
            self._place, self._gone, self._gap = None, False, 0.0
            self.written.append(instruction)
            return
        if operator == '"':
            self.written.append(_instruction("Tw", instruction.operands[0]))
            self.written.append(_instruction("Tc", instruction.operands[1]))
        if operator == "TD":  # it sets the leading too, which holds when the move is held back
            self.written.append(_instruction("TL", -instruction.operands[1]))
        if operator in MOVES or operator in "'\"":
            self._held.append(instruction if operator in MOVES else _instruction("T*"))
            self._place = self._canvas.lines.get(number, self._place)
            self._gap = 0.0
        if operator in SHOWS:
            glyphs = self._canvas.shown.get(number, [])
            gone = self._canvas.dropped.get(number, set())
            if glyphs and len(gone) == len(glyphs):
                self._gone = True
                self._gap += _reach(glyphs, instruction.operands[-1])
                return
            self._move(glyphs[0].size if glyphs else 0.0)
            if gone:
                self.written.append(self._shown(glyphs, gone, instruction.operands[-1]))
            else:
                self.written.append(_instruction("TJ" if operator == "TJ" else "Tj", instruction.operands[-1]))

    def _move(self, size: float) -> None:
        if self._gone and self._place is not None:
            self.written.append(_instruction("Tm", *(_number(value, 5) for value in self._place)))
        else:
            self.written += self._held
        if self._gap and size:
            self.written.append(_instruction("TJ", pikepdf.Array([_number(-self._gap * 1000 / size)])))
        self._held.clear()
        self._place, self._gone, self._gap = None, False, 0.0

    def _shown(self, glyphs: Sequence[Glyph], gone: set[int], shown: pikepdf.Object) -> _Written:
        """What shows the glyphs that stay."""
        parts: list[bytes | float] = []
        index, size = 0, glyphs[0].size
        for part in shown if isinstance(shown, pikepdf.Array) else [shown]:
            if not isinstance(part, pikepdf.String):
                parts.append(float(part))
                continue
            for code, _ in self._reader.split(glyphs[0].font, bytes(part)):
                gap = -glyphs[index].advance * 1000 / size if size else 0.0
                parts.append(gap if index in gone else code)
                index += 1
        array = [pikepdf.String(part) if isinstance(part, bytes) else _number(part) for part in _joined(parts)]
        return _instruction("TJ", pikepdf.Array(array))


def _reach(glyphs: Sequence[Glyph], shown: pikepdf.Object) -> float:
    """How far an operator moved the text, in text space before scaling."""
    numbers = (
        [part for part in shown if not isinstance(part, pikepdf.String)] if isinstance(shown, pikepdf.Array) else []
    )
    return sum(glyph.advance for glyph in glyphs) - sum(map(float, numbers)) / 1000 * glyphs[0].size


def _joined(parts: Sequence[bytes | float]) -> list[bytes | float]:
    """Codes next to one another as one string, numbers as one number: one gap says less than the width of each letter."""
    joined: list[bytes | float] = []
    for part in parts:
        last = joined[-1] if joined else None
        if (isinstance(part, bytes) and isinstance(last, bytes)) or (
            isinstance(part, float) and isinstance(last, float)
        ):
            joined[-1] = last + part
        else:
            joined.append(part)
    return joined


def _instruction(operator: str, *operands: object) -> pikepdf.ContentStreamInstruction:
    return pikepdf.ContentStreamInstruction(list(operands), pikepdf.Operator(operator))


def _number(value: float, places: int = 3) -> Decimal:
    return Decimal(f"{value:.{places}f}")


def _without_words(instruction: _Written) -> _Written:
    """Marked content without the text that it is said to stand for (14.9)."""
    properties = instruction.operands[-1]
    if not isinstance(properties, pikepdf.Dictionary):
        return instruction
    kept = {key: value for key, value in properties.items() if key not in {"/ActualText", "/Alt", "/E"}}
    return _instruction(str(instruction.operator), instruction.operands[0], pikepdf.Dictionary(kept))


def _copy_of_form(
    pdf: pikepdf.Pdf,
    form: Canvas,
    instructions: Sequence[_Written],
) -> pikepdf.Stream:
    """The form with other instructions. It is a copy: the same form may be drawn elsewhere, with nothing taken out."""
    copied = pdf.make_stream(pikepdf.unparse_content_stream(instructions))
    for key, value in form.source.items():
        if key not in {"/Length", "/Filter", "/DecodeParms", "/Resources"}:
            copied[key] = value
    copied["/Resources"] = form.resources
    return copied


def _own_resources(pdf: pikepdf.Pdf, canvas: Canvas) -> None:
    """Give the canvas a dictionary of resources of its own, since others may share the one that it has."""
    own = pikepdf.Dictionary({key: value for key, value in canvas.resources.items()})
    for key in ("/XObject", "/Font"):
        entries = own.get(key)
        own[key] = pikepdf.Dictionary({k: v for k, v in entries.items()} if entries is not None else {})
    canvas.resources = pdf.make_indirect(own)


def _add(resources: pikepdf.Object, kind: str, stem: str, value: pikepdf.Object) -> str:
    number = 1
    while f"{stem}{number}" in resources[kind]:
        number += 1
    resources[kind][f"{stem}{number}"] = value
    return f"{stem}{number}"


def _drop_unused(canvas: Canvas, written: Sequence[_Written]) -> None:
    """Take the forms and pictures that are drawn no more out of the resources."""
    drawn = {str(i.operands[0]) for i in written if str(i.operator) == "Do"}
    for name in list(canvas.resources["/XObject"].keys()):
        if name not in drawn:
            del canvas.resources["/XObject"][name]


def _drawn(pdf: pikepdf.Pdf, canvas: Canvas, labels: Sequence[Label]) -> bytes:
    """Content that draws the labels, in Helvetica, which every reader has (9.6.2.2)."""
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.Type1,
        BaseFont=pikepdf.Name.Helvetica,
        Encoding=pikepdf.Name.WinAnsiEncoding,
    )
    if "/Font" not in canvas.resources or not canvas.resources.is_indirect:
        _own_resources(pdf, canvas)
    name = _add(canvas.resources, "/Font", _LABEL_FONT, pdf.make_indirect(font))
    drawn = []
    for label in labels:
        first, last = label.glyphs[0], label.glyphs[-1]
        (x0, y0), (x1, y1) = first.quad[0], last.quad[1]
        room = math.dist((x0, y0), (x1, y1))
        height = math.dist(first.quad[0], first.quad[3])
        size = height
        needed = sum(_WIDTHS.get(c, 556) for c in label.text) / 1000 * size
        if needed > room > 0:
            size = max(size * room / needed, size * _SMALLEST)
        a, b, _, _, x, y = first.matrix
        length = math.hypot(a, b) or 1.0
        cos, sin = a / length, b / length
        x, y = x - sin * first.rise * length, y + cos * first.rise * length
        text = pikepdf.String(label.text).unparse() if label.text.isascii() else _win_ansi(label.text)
        drawn.append(
            b"q BT %s %s %s Tf %s %s %s %s %s %s Tm %s Tj ET Q"
            % (
                first.colour.encode(),
                name.encode(),
                *(f"{value:.4f}".encode() for value in (size, cos, sin, -sin, cos, x, y)),
                text,
            )
        )
    return b"\n".join(drawn)


def _win_ansi(text: str) -> bytes:
    return b"<" + text.encode("cp1252").hex().encode() + b">"


def drawable(text: str) -> bool:
    """Whether the labels' font has every letter of `text`."""
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return text.isprintable()

"""Writing a surface without the glyphs that were taken out, and with labels in their places.

Of what is taken out nothing stays in the content stream: the codes go, and one number in their place moves what follows
to where it was. That number is the width of all that was taken out; where text follows on the same line, anybody could
measure that gap on the page (see docs/how-to/documents.md).
"""

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pikepdf
from pdfminer.fontmetrics import FONT_METRICS
from pdfminer.utils import Matrix

from loredact.formats.pdf.glyphs import MOVES, SHOWS, Canvas, Instruction, Label, Reader, Text

_LABEL_FONT = "/LoredactLabel"
_SMALLEST = 0.4  # of the size of what was there; a longer label runs on instead
_SMALLEST_GAP = 1e-4
_WIDTHS = FONT_METRICS["Helvetica"][1]


def rewrite(pdf: pikepdf.Pdf, reader: Reader, canvas: Canvas) -> None:
    """Write the canvas's page or form again, if anything was taken out of it."""
    instructions = _instructions(pdf, reader, canvas)
    if instructions is None:
        return
    content = pikepdf.unparse_content_stream(instructions)
    if isinstance(canvas.source, pikepdf.Stream):
        canvas.source.write(content)
    else:
        canvas.source["/Contents"] = pdf.make_stream(content)
    canvas.source["/Resources"] = canvas.resources


def drawable(text: str) -> bool:
    """Whether the labels' font has every letter of `text`."""
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return text.isprintable()


def _instructions(pdf: pikepdf.Pdf, reader: Reader, canvas: Canvas) -> list[Instruction] | None:
    """The instructions of the canvas without what was taken out of it; None where nothing was."""
    new_forms = {}
    for number, form in canvas.forms.items():
        changed = _instructions(pdf, reader, form)
        if changed is not None:
            new_forms[number] = _copy_of_form(pdf, form, changed)
    if not (new_forms or canvas.dropped or canvas.pictures):
        return None
    _own_resources(pdf, canvas)
    writer = _TextWriter(pdf, reader, canvas)
    for number, instruction in enumerate(canvas.instructions):
        operator = str(instruction.operator)
        if operator in SHOWS or operator in MOVES or operator == "ET":
            writer.take(number, list(instruction.operands), operator)
        elif number in new_forms or number in canvas.pictures:
            drawn = new_forms.get(number) or canvas.pictures[number]
            name = _add(canvas.resources, "/XObject", "/Loredact", drawn)
            writer.add(_instruction("Do", pikepdf.Name(name)))
        else:
            writer.add(instruction)
    writer.flush()
    _drop_unused(canvas, writer.written)
    return writer.written


class _TextWriter:
    """Writes the operators of text objects again.

    What moves the text is held back until something is shown. Where all that an operator showed is gone, the moves
    before it go too, and the next text that stays is put in its place by its own matrix: else the moves between
    letters that were shown one by one would tell how wide each letter was.
    """

    def __init__(self, pdf: pikepdf.Pdf, reader: Reader, canvas: Canvas) -> None:
        self.written: list[Instruction] = []
        self._parts: list[bytes | Decimal] = []  # what is shown next
        self._pdf = pdf
        self._reader = reader
        self._canvas = canvas
        self._label_font: str | None = None
        self._held: list[Instruction] = []
        self._place: Matrix | None = None  # where the held moves lead
        self._gone = False  # whether something that is gone was shown since the last move that was written
        self._gap = 0.0  # how far it moved the text since the last move, in text space

    def take(self, number: int, operands: list[Any], operator: str) -> None:
        """Write the instruction, or hold it back."""
        if operator == "ET":
            self._clear()
            self.add(_instruction("ET"))
            return
        if operator == '"':
            self.add(_instruction("Tw", operands[0]), _instruction("Tc", operands[1]))
        if operator == "TD":  # it sets the leading too, which holds when the move is held back
            self.add(_instruction("TL", -operands[1]))
        if operator in MOVES or operator in "'\"":
            self._held.append(_instruction(operator, *operands) if operator in MOVES else _instruction("T*"))
            self._place = self._canvas.lines.get(number, self._place)
            self._gap = 0.0
        if operator in SHOWS:
            self._show(number, operands[-1])

    def _show(self, number: int, shown: Any) -> None:
        text = self._canvas.texts.get(number)
        gone = self._canvas.dropped.get(number, set())
        if text is None or not gone:
            self._move(text.size if text else 0.0)
            self.add(_instruction("TJ" if isinstance(shown, pikepdf.Array) else "Tj", shown))
            return
        labels = self._canvas.labels.get(number, {})
        index = 0
        for part in shown if isinstance(shown, pikepdf.Array) else [shown]:
            if not isinstance(part, pikepdf.String):
                self._gap -= float(part) / 1000 * text.size
                continue
            for code, _ in self._reader.split(text.glyphs[0].font, bytes(part)):
                if index in gone:
                    self._gone = True
                    if index in labels:
                        self._gap -= self._write_label(labels[index], text)
                    self._gap += text.glyphs[index].advance
                else:
                    self._move(text.size)
                    self._write_code(code)
                index += 1

    def _move(self, size: float) -> None:
        """Write what moves the text to where something is shown now."""
        if self._gone and self._place is not None:
            self.add(_instruction("Tm", *(_number(value) for value in self._place)))
        elif self._held:
            self.add(*self._held)
        if abs(self._gap) > _SMALLEST_GAP and size:
            self._parts.append(_number(-self._gap * 1000 / size))
        self._clear()

    def _clear(self) -> None:
        self._held.clear()
        self._place, self._gone, self._gap = None, False, 0.0

    def add(self, *instructions: Instruction) -> None:
        """Write instructions, after what is still to be shown before them."""
        self.flush()
        self.written += instructions

    def flush(self) -> None:
        """Write what is shown so far as one operator."""
        if self._parts:
            parts = [pikepdf.String(part) if isinstance(part, bytes) else part for part in self._parts]
            self.written.append(_instruction("TJ", pikepdf.Array(parts)))
            self._parts.clear()

    def _write_code(self, code: bytes) -> None:
        if self._parts and isinstance(self._parts[-1], bytes):
            self._parts[-1] += code
        else:
            self._parts.append(code)

    def _write_label(self, label: Label, text: Text) -> float:
        """Show the label in the labels' font and go back to the font that was; how far it moved the text."""
        self._move(text.size)
        wide = sum(_WIDTHS.get(letter, 556) for letter in label.text) / 1000
        size = abs(text.size)
        if wide * size > label.room > 0:
            size = max(label.room / wide, size * _SMALLEST)
        size = math.copysign(size, text.size)
        name = text.font_name or _add(self._canvas.resources, "/Font", "/LoredactFont", text.font)
        self.add(
            _instruction("Tf", pikepdf.Name(self._font_of_labels()), _number(size)),
            _instruction("Tc", 0),
            _instruction("Tw", 0),
            _instruction("Tj", pikepdf.String(label.text.encode("cp1252"))),
            _instruction("Tf", pikepdf.Name(name), _number(text.size)),
            _instruction("Tc", _number(text.character_spacing)),
            _instruction("Tw", _number(text.word_spacing)),
        )
        self._gone = True
        return wide * size

    def _font_of_labels(self) -> str:
        """Helvetica, which every reader has (9.6.2.2), by its name in the resources."""
        if self._label_font is None:
            font = pikepdf.Dictionary(
                Type=pikepdf.Name.Font,
                Subtype=pikepdf.Name.Type1,
                BaseFont=pikepdf.Name.Helvetica,
                Encoding=pikepdf.Name.WinAnsiEncoding,
            )
            self._label_font = _add(self._canvas.resources, "/Font", _LABEL_FONT, self._pdf.make_indirect(font))
        return self._label_font


def _instruction(operator: str, *operands: Any) -> pikepdf.ContentStreamInstruction:
    return pikepdf.ContentStreamInstruction(list(operands), pikepdf.Operator(operator))


def _number(value: float, places: int = 5) -> Decimal:
    return Decimal(f"{value:.{places}f}")


def _copy_of_form(
    pdf: pikepdf.Pdf,
    form: Canvas,
    instructions: Sequence[Instruction],
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
    own = pikepdf.Dictionary(dict(canvas.resources.items()))
    for key in ("/XObject", "/Font"):
        entries = own.get(key)
        own[key] = pikepdf.Dictionary(dict(entries.items()) if entries is not None else {})
    canvas.resources = pdf.make_indirect(own)


def _add(resources: pikepdf.Object, kind: str, stem: str, value: pikepdf.Object) -> str:
    number = 1
    while f"{stem}{number}" in resources[kind]:
        number += 1
    resources[kind][f"{stem}{number}"] = value
    return f"{stem}{number}"


def _drop_unused(canvas: Canvas, written: Sequence[Instruction]) -> None:
    """Take the forms and pictures that are drawn no more out of the resources."""
    drawn = {str(i.operands[0]) for i in written if str(i.operator) == "Do"}
    for name in list(canvas.resources["/XObject"].keys()):
        if name not in drawn:
            del canvas.resources["/XObject"][name]

"""The format PDF: pages read by position and written anew."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pikepdf
from pdfminer.utils import Matrix
from PIL import Image

from loredact.document import Masked
from loredact.errors import InputError, told_as
from loredact.formats import ocr
from loredact.formats.cell import Cell
from loredact.formats.format import Options
from loredact.formats.ocr import Quad, Word
from loredact.formats.office.slots import Slot, spread
from loredact.formats.pdf import checking, pictures, strings
from loredact.formats.pdf.glyphs import Canvas, Glyph, Reader, Surface
from loredact.formats.pdf.opening import OpenPdf, open_pdf
from loredact.formats.pdf.text import Block, blocks, readable
from loredact.formats.pdf.writing import drawable, rewrite

_FEW_LETTERS = 50  # a page with fewer, and a picture over most of it, is a scanned one
_MOST = 0.5
_UNKNOWN = 0.2  # of a page's glyphs, above which what it says is not known
_SMALL = 0.01  # of the page: a picture that is not looked at


class Pdf:
    """A PDF. A cell is a block of text on a page, a paragraph in a picture, or a text beside the pages.

    What Tesseract reads in pictures are cells too, where it is installed. A page that is a picture, and one whose fonts
    do not say what their letters are, is refused where it is not, unless the options say to leave what is not read.
    """

    name = "pdf"
    suffixes = (".pdf",)

    def __init__(self, options: Options) -> None:
        self._options = options

    def cells(self, source: Path) -> Iterator[Cell]:
        """The texts of the pages in their order, then those beside them."""
        document = open_pdf(source)
        strings.clean(document.pdf)
        for part in self._parts(document):
            yield from part.cells()
        yield from (piece.cell for piece in strings.pieces(document.pdf))

    def rewrite(self, source: Path, out: Path, masked: Iterable[Masked]) -> None:
        """Write the document again without what `masked` replaces, and without what it was before.

        Raises:
            InputError: where what is masked could be read in what was written.
        """
        masks = iter(masked)
        document = open_pdf(source)
        gone = strings.clean(document.pdf)
        if gone:
            self._options.note("Taken out: " + ", ".join(gone) + ".")
        texts: dict[str, str] = {}
        counts: dict[int, Counter[str]] = defaultdict(Counter)
        pages: dict[int, _Part] = {}
        for part in self._parts(document):
            part.mask(masks, texts, counts[part.page])
            if part.is_page:
                pages[part.page] = part
            with told_as(InputError, f"Page {part.page + 1} of the PDF cannot be written again."):
                part.write()
            if part.emptied:
                self._options.note(f"A note on page {part.page + 1} with a name under a picture was emptied.")
            part.forget()
        self._mask_strings(document.pdf, masks, texts)
        strings.replace_everywhere(document.pdf, texts)
        written = _saved(document.pdf, out)
        with told_as(InputError, "The PDF cannot be read again when it is written, so nobody knows what it holds."):
            wrong = checking.still_there(document.data, written, {page: c for page, c in counts.items() if c})
        if wrong:
            for page in wrong:
                pages[page].draw_anew()
            written = _saved(document.pdf, out)
            if checking.still_there(document.data, written, {page: counts[page] for page in wrong}):
                raise InputError("Something that is masked can still be read in the PDF; it was not written.")
        if drawn := sorted(page + 1 for page, part in pages.items() if part.drawn_anew):
            self._options.note("Drawn as pictures, without text to select: pages " + ", ".join(map(str, drawn)) + ".")

    def _mask_strings(self, pdf: pikepdf.Pdf, masks: Iterator[Masked], texts: dict[str, str]) -> None:
        touched: list[Slot] = []
        for piece in strings.pieces(pdf):
            masked = next(masks)
            if masked.replacements:
                text = piece.cell.text
                texts.update({text[r.span.start : r.span.end]: r.text for r in masked.replacements})
                spread(piece.slots, masked)
                touched += piece.slots
        for slot in touched:
            slot.settle()

    def _parts(self, document: OpenPdf) -> "Iterator[_Part]":
        reader = Reader(document)
        for number, page in enumerate(document.pdf.pages):
            with told_as(InputError, f"Page {number + 1} of the PDF cannot be read."):
                page_resources = _inherited(page.obj, "/Resources") or pikepdf.Dictionary()
                surface = reader.read(page.obj, page_resources)
                words = self._words(document, number, page, surface)
                part = _Part(document, reader, number, page, surface, words)
            yield part
            for stream in _appearances(page):
                with told_as(InputError, f"A note on page {number + 1} of the PDF cannot be read."):
                    surface = reader.read(stream, stream.get("/Resources", page_resources))
                    part = _Part(document, reader, number, page, surface, [], is_page=False)
                if surface.glyphs:
                    yield part

    def _words(self, document: OpenPdf, number: int, page: pikepdf.Page, surface: Surface) -> list[Word]:
        """What stands in pictures of the page, and not in its text.

        Raises:
            InputError: where the page is a picture and nothing here can read it.
        """
        box = _box(page)
        area = max((box[2] - box[0]) * (box[3] - box[1]), 1.0)
        covered = [min(_area(picture.quad) / area, 1.0) for picture in surface.pictures]
        letters = readable(surface.glyphs)
        seen = sum(not glyph.text.isspace() for glyph in surface.glyphs)
        unknown = surface.unsure or seen - letters > _UNKNOWN * seen
        is_picture = letters < _FEW_LETTERS and (any(c > _MOST for c in covered) or (surface.paints and not letters))
        if not (unknown or is_picture or any(c > _SMALL for c in covered)):
            return []
        if not ocr.has_tesseract():
            if (unknown or any(c > _MOST for c in covered)) and not self._options.unread and (unknown or is_picture):
                raise InputError(
                    f"Page {number + 1} of the PDF is a picture, or does not say what its letters are. Install "
                    "Tesseract to have it read, or leave such pages as they are with --unread."
                )
            self._options.note(f"Page {number + 1}: pictures were left as they are; Tesseract is not installed.")
            return []
        drawn = pictures.drawn(document.data, number)
        found = ocr.words(drawn, pictures.page_matrix(box, _rotation(page), drawn.size))
        known = [glyph for glyph in surface.glyphs if glyph.visible and not glyph.text.isspace()]
        return _apart_from(found, [] if unknown else known)


@dataclass(slots=True)
class _Part:
    """A page, or what an annotation on it looks like: its cells, and how they are masked."""

    document: OpenPdf
    reader: Reader
    page: int
    of: pikepdf.Page
    surface: Surface
    words: list[Word]
    is_page: bool = True
    blacked: list[Quad] = field(default_factory=list)  # in pictures
    covered: list[Quad] = field(default_factory=list)  # all that is masked, for a page that is drawn anew
    drawn_anew: bool = False
    emptied: bool = False
    found: list[Block] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.found = list(blocks(self.surface.glyphs))

    @property
    def _where(self) -> str:
        return f"page {self.page + 1}" + ("" if self.is_page else ", a note")

    def cells(self) -> Iterator[Cell]:
        """The blocks of text, then the paragraphs in pictures."""
        for number, block in enumerate(self.found, 1):
            yield Cell(block.text, f"{self._where}, block {number}")
        for number, lines in enumerate(ocr.paragraphs(self.words), 1):
            yield Cell(ocr.written(lines)[0], f"{self._where}, picture text {number}")

    def mask(self, masks: Iterator[Masked], texts: dict[str, str], counts: Counter[str]) -> None:
        """Note what is to be taken out, and what stands in its place."""
        for block in self.found:
            masked = next(masks)
            for replacement in masked.replacements:
                span = replacement.span
                text = block.text[span.start : span.end]
                texts[text] = replacement.text
                counts[text] += 1
                new = replacement.text if drawable(replacement.text) else f"[{span.label}]"
                self._take_out(block.at(span.start, span.end), new)
        for lines in ocr.paragraphs(self.words):
            masked = next(masks)
            text, places = ocr.written(lines)
            for replacement in masked.replacements:
                span = replacement.span
                texts[text[span.start : span.end]] = replacement.text
                self.blacked += [word.quad for word, start, end in places if start < span.end and end > span.start]

    def _take_out(self, lines: Sequence[Sequence[Glyph]], new: str) -> None:
        for number, line in enumerate(lines):
            for glyph in line:
                glyph.drop()
                self.covered.append(glyph.quad)
                above = [p for p in self.surface.pictures if not glyph.visible or p.order > glyph.order]
                if any(pictures.touches(picture, glyph.quad) for picture in above):
                    self.blacked.append(glyph.quad)
            if number == 0 and new:
                line[0].label(new, line[-1])

    def write(self) -> None:
        """Write the page or the note again, if anything of it is masked."""
        if not (self.covered or self.blacked):
            return
        self.covered += self.blacked
        if not self._black():
            if self.is_page:
                self.draw_anew()
            else:
                self._empty()
            return
        rewrite(self.document.pdf, self.reader, self.surface.canvas)

    def _black(self) -> bool:
        """Black what is masked in pictures; whether that was possible in every one."""
        hidden = set(map(id, self.blacked))
        for picture in self.surface.pictures:
            quads = [quad for quad in self.blacked if pictures.touches(picture, quad)]
            if not quads:
                continue
            hidden -= set(map(id, quads))
            try:
                black = pictures.blacked(self.document.pdf, picture, quads)
            except Exception:  # a kind of picture that Pillow or pikepdf does not know
                return False
            picture.canvas.pictures[picture.instruction] = black
        return not hidden

    def draw_anew(self) -> None:
        """Put a picture of the page in place of what it draws, black where something is masked."""
        picture: Image.Image = pictures.drawn(self.document.data, self.page)
        to_page: Matrix = pictures.page_matrix(_box(self.of), _rotation(self.of), picture.size)
        pictures.draw_anew(self.document.pdf, self.of, picture, to_page, self.covered)
        self.drawn_anew = True

    def _empty(self) -> None:
        """Let the note look like nothing: a page's picture has no place for it."""
        assert isinstance(self.surface.canvas.source, pikepdf.Stream)
        self.surface.canvas.source.write(b"")
        self.emptied = True

    def forget(self) -> None:
        """Let go of what was read: a document may have thousands of pages."""
        self.surface = Surface(Canvas(self.of.obj, pikepdf.Dictionary(), []), [], [], False, False)
        self.found.clear()
        self.words.clear()


def _apart_from(words: Sequence[Word], glyphs: Sequence[Glyph]) -> list[Word]:
    """The words that stand where none of `glyphs` does: the others are the text of the page, drawn."""
    cells: dict[tuple[int, int], list[tuple[float, float, float, float]]] = defaultdict(list)
    for glyph in glyphs:
        box = _bounds(glyph.quad)
        for column in range(int(box[0] // 50), int(box[2] // 50) + 1):
            for row in range(int(box[1] // 50), int(box[3] // 50) + 1):
                cells[column, row].append(box)
    found = []
    for word in words:
        x0, y0, x1, y1 = _bounds(word.quad)
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        near = cells.get((int(x // 50), int(y // 50)), ())
        if not any(a - (b - a) <= x <= b + (b - a) and low <= y <= high for a, low, b, high in near):
            found.append(word)
    return found


def _bounds(quad: Quad) -> tuple[float, float, float, float]:
    xs, ys = [x for x, _ in quad], [y for _, y in quad]
    return min(xs), min(ys), max(xs), max(ys)


def _area(quad: Quad) -> float:
    (x0, y0), (x1, y1), _, (x3, y3) = quad
    return abs((x1 - x0) * (y3 - y0) - (x3 - x0) * (y1 - y0))


def _box(page: pikepdf.Page) -> tuple[float, float, float, float]:
    media = [float(value) for value in page.mediabox]
    crop = [float(value) for value in page.cropbox]
    x0, y0, x1, y1 = (
        max(min(crop[0], crop[2]), min(media[0], media[2])), max(min(crop[1], crop[3]), min(media[1], media[3])),
        min(max(crop[0], crop[2]), max(media[0], media[2])), min(max(crop[1], crop[3]), max(media[1], media[3])),
    )  # fmt: skip
    return x0, y0, x1, y1


def _rotation(page: pikepdf.Page) -> int:
    return int(_inherited(page.obj, "/Rotate") or 0) % 360


def _inherited(page: pikepdf.Object, key: str) -> pikepdf.Object | None:
    """The page's entry, or that of the nodes above it (7.7.3.4)."""
    node: pikepdf.Object | None = page
    for _ in range(100):
        if node is None:
            break
        if key in node:
            return node[key]
        node = node.get("/Parent")
    return None


def _appearances(page: pikepdf.Page) -> Iterator[pikepdf.Stream]:
    """The streams that draw the page's annotations: as they are, pressed, under the pointer, in each state."""
    seen = set()
    for annotation in page.obj.get("/Annots", []):
        looks = annotation.get("/AP") if isinstance(annotation, pikepdf.Dictionary) else None
        if not isinstance(looks, pikepdf.Dictionary):
            continue
        for look in looks.values():
            states = list(look.values()) if isinstance(look, pikepdf.Dictionary) else [look]
            for stream in states:
                if isinstance(stream, pikepdf.Stream) and stream.objgen not in seen:
                    seen.add(stream.objgen)
                    yield stream


def _saved(pdf: pikepdf.Pdf, out: Path) -> bytes:
    pdf.remove_unreferenced_resources()
    pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate, compress_streams=True, deterministic_id=True)
    return out.read_bytes()

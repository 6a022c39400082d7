"""Pictures in a package: what Tesseract reads in them is masked in their own pixels."""

import io
from collections.abc import Callable, Iterator

from PIL import Image, ImageDraw, UnidentifiedImageError

from loredact.document import Masked
from loredact.errors import InputError, told_as
from loredact.formats.cell import Cell
from loredact.formats.ocr import Word, has_tesseract, paragraphs, words, written
from loredact.formats.office.leftovers import Leftovers
from loredact.formats.office.package import Package
from loredact.formats.office.part import Part

# Formats that are read and written again as they were; another, such as EMF, is left as it is.
_FORMATS = frozenset({"PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP"})
_QUALITY = 95  # of those that lose something
# In pixels: no word is readable in less, and more is made to fill a memory.
_LEAST_SIDE, _MOST_PIXELS = 16, 40_000_000
_AS_IT_STANDS = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


class PicturePart(Part):
    """A picture. A cell is a paragraph that stands in it; `left` is told of one that nothing here can read."""

    def __init__(self, package: Package, name: str, leftovers: Leftovers, left: Callable[[str], None]) -> None:
        super().__init__(package, name)
        self._leftovers, self._left = leftovers, left

    def cells(self) -> Iterator[Cell]:
        """The paragraphs in the picture."""
        for number, lines in enumerate(paragraphs(self._words(self._opened())), 1):
            yield Cell(written(lines)[0], f"{self.name}, picture text {number}")

    def mask(self, masks: Iterator[Masked], changed: dict[str, bytes]) -> None:
        """Black what is masked; a picture in which nothing is stays as it is, byte for byte."""
        image = self._opened()
        if image is None:
            self._left(self.name)
        hidden: list[Word] = []
        for lines in paragraphs(self._words(image)):
            text, places = written(lines)
            for replacement in next(masks).replacements:
                span = replacement.span
                self._leftovers.masked(text[span.start : span.end])
                hidden += [word for word, start, end in places if start < span.end and end > span.start]
        if image is not None and hidden:
            changed[self.name] = _blacked(image, hidden)
        self._leftovers.left_bytes(self.name, changed.get(self.name) or self.package.read(self.name))

    def _opened(self) -> Image.Image | None:
        """The picture, if it is one that is read here."""
        if not has_tesseract():
            return None
        try:
            image = Image.open(io.BytesIO(self.package.read(self.name)), formats=sorted(_FORMATS))
            if getattr(image, "n_frames", 1) > 1 or image.width * image.height > _MOST_PIXELS:
                return None
            image.load()
        except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            return None
        return image

    def _words(self, image: Image.Image | None) -> list[Word]:
        if image is None or min(image.size) < _LEAST_SIDE:
            return []
        # What is transparent is white on paper.
        rgba = image.convert("RGBA")
        on_paper = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")
        with told_as(InputError, f"The picture {self.name} cannot be read."):
            return words(on_paper, _AS_IT_STANDS)


def _blacked(image: Image.Image, hidden: list[Word]) -> bytes:
    """The picture with the words black, in its own format and without what its file said beside its pixels."""
    kind = str(image.format)
    black = image.convert("RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB")
    draw = ImageDraw.Draw(black)
    for word in hidden:
        xs, ys = [x for x, _ in word.quad], [y for _, y in word.quad]
        draw.rectangle((min(xs), min(ys), max(xs), max(ys)), fill="black")
    if kind in {"JPEG", "BMP"}:
        black = black.convert("RGB")
    out = io.BytesIO()
    black.info.clear()
    settings = {"JPEG": {"quality": _QUALITY, "subsampling": 0}, "WEBP": {"quality": _QUALITY}}.get(kind, {})
    black.save(out, kind, **settings)
    return out.getvalue()

"""Pictures: how what stands in them is blacked; and pages drawn as pictures."""

import io
import math
import zlib
from collections.abc import Sequence

import pikepdf
import pypdfium2 as pdfium
from pdfminer.utils import Matrix, apply_matrix_pt
from PIL import Image, ImageDraw

from loredact.formats.ocr import Quad
from loredact.formats.pdf.glyphs import Picture

_DPI = 200
_MOST_PIXELS = 40_000_000
_JPEG_QUALITY = 95


def drawn(data: bytes, number: int) -> Image.Image:
    """The page with the number, from 0, as a picture, without the notes on it, which are masked on their own."""
    document = pdfium.PdfDocument(data)
    try:
        page = document[number]
        width, height = page.get_size()
        scale = min(_DPI / 72, math.sqrt(_MOST_PIXELS / max(width * height, 1)))
        picture: Image.Image = page.render(scale=scale, may_draw_forms=False, draw_annots=False).to_pil().convert("RGB")
        return picture
    finally:
        document.close()


def page_matrix(box: Sequence[float], rotate: int, size: tuple[int, int]) -> Matrix:
    """Takes pixels of the drawn page, which is `size` wide and high, to the page's own space, before its rotation."""
    x0, y0, x1, y1 = box
    width, height = size
    if rotate == 90:
        return (0, (y1 - y0) / width, (x1 - x0) / height, 0, x0, y0)
    if rotate == 180:
        return (-(x1 - x0) / width, 0, 0, (y1 - y0) / height, x1, y0)
    if rotate == 270:
        return (0, -(y1 - y0) / width, -(x1 - x0) / height, 0, x1, y1)
    return ((x1 - x0) / width, 0, 0, -(y1 - y0) / height, x0, y1)


def inverse(matrix: Matrix) -> Matrix:
    """The inverse of an affine map.

    Raises:
        ValueError: when it has none.
    """
    a, b, c, d, e, f = matrix
    scale = a * d - b * c
    if abs(scale) < 1e-12:
        raise ValueError
    return (d / scale, -b / scale, -c / scale, a / scale, (c * f - d * e) / scale, (b * e - a * f) / scale)


def touches(picture: Picture, quad: Quad) -> bool:
    """Whether a quad lies over the picture, if only in part."""
    try:
        x0, y0, x1, y1 = _unit_box(picture, quad)
    except ValueError:
        return False
    return x0 < 1 and y0 < 1 and x1 > 0 and y1 > 0


def _unit_box(picture: Picture, quad: Quad) -> tuple[float, float, float, float]:
    points = [apply_matrix_pt(inverse(picture.matrix), corner) for corner in quad]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def blacked(pdf: pikepdf.Pdf, picture: Picture, quads: Sequence[Quad]) -> pikepdf.Stream:
    """A copy of the picture with the quads black in its pixels.

    Raises:
        Exception: of many kinds, where the picture's own kind cannot be written here; the page is drawn anew then.
    """
    if picture.stream is None:
        raise ValueError
    boxes = [_unit_box(picture, quad) for quad in quads]
    source = picture.stream
    copied = _repainted(pdf, source, boxes, opaque=bool(source.get("/ImageMask", False)))
    for key in ("/SMask", "/Mask"):
        mask = source.get(key)
        if isinstance(mask, pikepdf.Stream):  # where the words themselves are the mask, they go with it
            copied[key] = _repainted(pdf, mask, boxes, opaque=True)
    return copied


def _repainted(
    pdf: pikepdf.Pdf, source: pikepdf.Stream, boxes: Sequence[tuple[float, float, float, float]], *, opaque: bool
) -> pikepdf.Stream:
    is_stencil = bool(source.get("/ImageMask", False))
    if is_stencil:
        width, height = int(source["/Width"]), int(source["/Height"])
        row = (width + 7) // 8
        image = Image.frombytes("1", (width, height), source.read_bytes()[: row * height])
        paints = 1 if [int(v) for v in source.get("/Decode", [0, 1])] == [1, 0] else 0
        fill: int | tuple[int, int, int] = paints
    else:
        image = pikepdf.PdfImage(source).as_pil_image()
        image = image.convert("L" if image.mode in {"1", "L"} or opaque else "RGB")
        fill = (255 if opaque else 0) if image.mode == "L" else (0, 0, 0)
    width, height = image.size
    draw = ImageDraw.Draw(image)
    for x0, y0, x1, y1 in boxes:
        # The unit square's origin is the lower left corner, a picture's first row is the uppermost one.
        draw.rectangle(
            (
                math.floor(x0 * width),
                math.floor((1 - y1) * height),
                math.ceil(x1 * width),
                math.ceil((1 - y0) * height),
            ),
            fill=fill,
        )
    stream = _as_stream(pdf, image, jpeg="/DCTDecode" in str(source.get("/Filter", "")), stencil=is_stencil)
    for key in ("/Interpolate", "/OC", "/Intent") + (("/Decode", "/ImageMask") if is_stencil else ()):
        if key in source:
            stream[key] = source[key]
    return stream


def _as_stream(pdf: pikepdf.Pdf, image: Image.Image, *, jpeg: bool, stencil: bool = False) -> pikepdf.Stream:
    """The image as JPEG where it was one, which lost something already, and without loss else."""
    if jpeg and not stencil:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
        stream = pikepdf.Stream(pdf, buffer.getvalue())
        stream["/Filter"] = pikepdf.Name.DCTDecode
    else:
        stream = pikepdf.Stream(pdf, zlib.compress(image.tobytes()))
        stream["/Filter"] = pikepdf.Name.FlateDecode
    stream["/Type"], stream["/Subtype"] = pikepdf.Name.XObject, pikepdf.Name.Image
    stream["/Width"], stream["/Height"] = image.size
    stream["/BitsPerComponent"] = 1 if stencil else 8
    if not stencil:
        stream["/ColorSpace"] = pikepdf.Name.DeviceGray if image.mode == "L" else pikepdf.Name.DeviceRGB
    return stream


def draw_anew(
    pdf: pikepdf.Pdf, page: pikepdf.Page, picture: Image.Image, to_page: Matrix, quads: Sequence[Quad]
) -> None:
    """Put `picture`, the drawn page, in place of what the page draws, with the quads black in it."""
    to_pixels = inverse(to_page)
    draw = ImageDraw.Draw(picture)
    for quad in quads:
        draw.polygon([apply_matrix_pt(to_pixels, corner) for corner in quad], fill=(0, 0, 0))
    width, height = picture.size
    # The unit square to the pixels, and those to the page.
    place = _chained((width, 0, 0, -height, 0, height), to_page)
    numbers = " ".join(f"{value:.4f}" for value in place)
    page.obj["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Page=_as_stream(pdf, picture, jpeg=True)))
    page.obj["/Contents"] = pdf.make_stream(f"q {numbers} cm /Page Do Q".encode())


def _chained(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    (x, y), (ax, ay), (cx, cy) = (apply_matrix_pt(then, p) for p in ((e, f), (e + a, f + b), (e + c, f + d)))
    return (ax - x, ay - y, cx - x, cy - y, x, y)

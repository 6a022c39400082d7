"""PDFs made by other programs: ReportLab, fpdf2, WeasyPrint, Matplotlib, LibreOffice, Cairo, Tesseract, pikepdf, pypdf."""

import io
import shutil
import subprocess
from pathlib import Path

import docx
import fpdf
import matplotlib as mpl
import pikepdf
import pypdf
import pytest
import weasyprint
from matplotlib.figure import Figure
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

from tests.formats.documents import libreoffice

TEXT = (
    "Dear Ada Moorcroft, ring +44 1632 960123 or write to ada.moorcroft@example.org. We met Thabo Lindqvist, who was born "
    "on 1987-05-01, and talked of nothing else. "
)
DEJAVU = Path(str(mpl.get_data_path())) / "fonts" / "ttf" / "DejaVuSans.ttf"


def by_reportlab(folder: Path) -> list[Path]:
    """Three: drawn text with forms, notes and bookmarks; paragraphs and a table; a TrueType font."""
    drawn = canvas.Canvas(str(folder / "drawn.pdf"), pagesize=A4)
    drawn.setAuthor("Ada Moorcroft")
    drawn.setTitle("Thabo Lindqvist")
    drawn.bookmarkPage("Ada Moorcroft")
    drawn.addOutlineEntry("Ada Moorcroft", "Ada Moorcroft")
    drawn.drawString(72, 760, TEXT[:60])
    drawn.setFont("Times-Bold", 18)
    drawn.setFillColorRGB(0.8, 0, 0)
    drawn.drawString(72, 720, "Ada Moorcroft and others")
    drawn.saveState()
    drawn.translate(300, 300)
    drawn.rotate(90)
    drawn.drawString(0, 0, "upright Thabo Lindqvist there")
    drawn.restoreState()
    drawn.beginForm("stamp")
    drawn.setFont("Helvetica", 10)
    drawn.drawString(0, 0, "stamped by Ada Moorcroft")
    drawn.endForm()
    for y in (600, 500):
        drawn.saveState()
        drawn.translate(72, y)
        drawn.doForm("stamp")
        drawn.restoreState()
    x = 72.0
    for letter in "Ada Moorcroft by letters":  # each by itself
        drawn.drawString(x, 450, letter)
        x += pdfmetrics.stringWidth(letter, "Times-Bold", 18)
    text = drawn.beginText(72, 400)
    text.setCharSpace(1.5)
    text.setWordSpace(4)
    text.textLines("spaced out Ada Moorcroft\nand Thabo Lindqvist")
    text.setCharSpace(6)
    text.textLine("Ada Moorcroft in a heading")
    drawn.drawText(text)
    drawn.linkURL("mailto:ada.moorcroft@example.org", (72, 300, 200, 320))
    drawn.textAnnotation("Ask Thabo Lindqvist", (10, 10, 50, 50))
    drawn.acroForm.textfield(name="client", tooltip="Ada Moorcroft", value="Ada Moorcroft", x=72, y=200, width=200)
    drawn.showPage()
    drawn.save()

    styles = getSampleStyleSheet()
    SimpleDocTemplate(str(folder / "paragraphs.pdf"), author="Ada Moorcroft").build([
        *(Paragraph(TEXT * 3, styles["Normal"]) for _ in range(12)),
        Table([["name", "telephone"], ["Ada Moorcroft", "+44 1632 960123"]]),
    ])  # fmt: skip

    pdfmetrics.registerFont(TTFont("DejaVu", str(DEJAVU)))
    subset = canvas.Canvas(str(folder / "truetype.pdf"))
    subset.setFont("DejaVu", 11)
    subset.drawString(72, 700, "Zoë Þórsdóttir met Ada Moorcroft")
    subset.save()
    return [folder / name for name in ("drawn.pdf", "paragraphs.pdf", "truetype.pdf")]


def by_fpdf2(folder: Path) -> list[Path]:
    """One, with an embedded font, a link, an attachment and a note."""
    document = fpdf.FPDF()
    document.set_author("Ada Moorcroft")
    document.add_page()
    document.add_font("DejaVu", fname=str(DEJAVU))
    document.set_font("DejaVu", size=12)
    document.multi_cell(0, 8, TEXT + "Zoë Þórsdóttir.")
    document.start_section("Ada Moorcroft")
    document.text_annotation(x=100, y=130, text="Thabo Lindqvist?")
    attached = folder / "Ada Moorcroft.txt"
    attached.write_text("Ada Moorcroft +44 1632 960123")
    document.embed_file(str(attached), desc="of Ada Moorcroft")
    document.output(str(folder / "fpdf2.pdf"))
    return [folder / "fpdf2.pdf"]


def by_weasyprint(folder: Path) -> list[Path]:
    """Two: one with XML metadata and a form, and one that is tagged."""
    html = (
        '<html lang="en"><head><title>Ada Moorcroft</title><meta name="author" content="Thabo Lindqvist"></head><body>'
        f'<h1 id="ada">Ada Moorcroft</h1><p>{TEXT}</p><p style="text-align:justify;width:13cm">{TEXT * 3}</p>'
        '<p><a href="mailto:ada.moorcroft@example.org">Zoë Þórsdóttir</a></p><img alt="Ada Moorcroft" '
        'src="data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4//8/AAX+Av4N70a4AAAAAElFTkSuQmCC">'
        '<input name="who" value="Ada Moorcroft"></body></html>'
    )
    page = weasyprint.HTML(string=html)
    page.write_pdf(str(folder / "weasyprint.pdf"), pdf_forms=True, pdf_variant="pdf/a-3b")
    page.write_pdf(str(folder / "tagged.pdf"), pdf_variant="pdf/ua-1")
    return [folder / "weasyprint.pdf", folder / "tagged.pdf"]


def by_matplotlib(folder: Path) -> list[Path]:
    """Two: letters as Type 3 fonts, and as TrueType."""
    for kind in (3, 42):
        with mpl.rc_context({"pdf.fonttype": kind}):
            figure = Figure(figsize=(6, 4))
            axes = figure.subplots()
            axes.plot([1, 2, 3])
            axes.set_title("Calls of Ada Moorcroft")
            axes.set_ylabel("by Thabo Lindqvist")
            figure.savefig(folder / f"matplotlib{kind}.pdf", metadata={"Author": "Ada Moorcroft"})
    return [folder / "matplotlib3.pdf", folder / "matplotlib42.pdf"]


def by_libreoffice(folder: Path, profile: Path) -> list[Path]:
    """One, from a Word document with a table and a header."""
    if libreoffice.SOFFICE is None:
        pytest.skip(libreoffice.MISSING)
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "File of Ada Moorcroft"
    document.add_heading("Ada Moorcroft", 1)
    document.add_paragraph(TEXT + "Zoë Þórsdóttir.")
    document.add_table(1, 1).cell(0, 0).text = "Thabo Lindqvist"
    document.core_properties.author = "Ada Moorcroft"
    document.save(str(folder / "libreoffice.docx"))
    return list(libreoffice.convert([folder / "libreoffice.docx"], "pdf", folder, profile).values())


def by_cairo(source: Path, folder: Path) -> list[Path]:
    """One, drawn again by Cairo, which Poppler's pdftocairo calls."""
    if shutil.which("pdftocairo") is None:
        pytest.skip("pdftocairo is not installed (apt-get install poppler-utils)")
    subprocess.run(["pdftocairo", "-pdf", str(source), str(folder / "cairo.pdf")], check=True)
    return [folder / "cairo.pdf"]


def changed_by_others(source: Path, folder: Path) -> list[Path]:
    """Three of one: revised (its first text still within), with object streams and linearised, and joined by pypdf."""
    with pikepdf.open(source) as pdf:
        pdf.save(folder / "linearised.pdf", linearize=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    writer = pypdf.PdfWriter(clone_from=str(source))
    writer.add_metadata({"/Author": "Zoë Þórsdóttir"})
    script = pypdf.generic.DictionaryObject({
        pypdf.generic.NameObject("/S"): pypdf.generic.NameObject("/JavaScript"),
        pypdf.generic.NameObject("/JS"): pypdf.generic.TextStringObject("app.alert('Ada Moorcroft');"),
    })  # fmt: skip
    writer._root_object[pypdf.generic.NameObject("/OpenAction")] = script
    writer.add_attachment("Ada Moorcroft.txt", b"Ada Moorcroft")
    writer.write(str(folder / "pypdf.pdf"))
    # An incremental update: a page that said something else once.
    revised = pypdf.PdfWriter(str(source), incremental=True)
    stream = pypdf.generic.DecodedStreamObject()
    stream.set_data(b"BT /F1 12 Tf 72 700 Td (now only Thabo Lindqvist) Tj ET")
    revised.pages[0][pypdf.generic.NameObject("/Contents")] = revised._add_object(stream)
    revised.write(str(folder / "revised.pdf"))
    return [folder / name for name in ("linearised.pdf", "pypdf.pdf", "revised.pdf")]


def scanned(folder: Path) -> list[Path]:
    """Two: a page that is a picture, and the same with Tesseract's text laid over it."""
    if shutil.which("tesseract") is None:
        pytest.skip("Tesseract is not installed (apt-get install tesseract-ocr)")
    picture(folder / "scan.png")
    Image.open(folder / "scan.png").convert("RGB").save(folder / "scan.pdf", resolution=200)
    subprocess.run(
        ["tesseract", str(folder / "scan.png"), str(folder / "searchable"), "--dpi", "200", "pdf"],
        check=True, capture_output=True,
    )  # fmt: skip
    return [folder / "scan.pdf", folder / "searchable.pdf"]


def picture(path: Path) -> None:
    """A picture of a letter."""
    image = Image.new("L", (1654, 1100), 255)
    font = ImageFont.truetype(str(DEJAVU), 40)
    draw = ImageDraw.Draw(image)
    lines = (
        "Dear Ada Moorcroft,",
        "thank you for your letter.",
        "Please ring +44 1632 960123 soon.",
        "Thabo Lindqvist",
    )
    for number, line in enumerate(lines):
        draw.text((150, 150 + 120 * number), line, fill=0, font=font)
    image.save(path)


def encrypted(source: Path, path: Path, password: str) -> Path:
    """`source` with a password to open it."""
    with pikepdf.open(source) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(owner="owner", user=password))
    return path


def raw_pdf(content: bytes, more: str = "") -> bytes:
    """A page with the content stream `content`, and further objects."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(600, 800))
    page.obj["/Contents"] = pdf.make_stream(content)
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    page.obj["/Resources"] = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    if more:
        page.obj["/PieceInfo"] = pikepdf.String(more)
    buffer = io.BytesIO()
    pdf.save(buffer)
    return buffer.getvalue()

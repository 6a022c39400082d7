"""PDFs: what is masked cannot be read, searched or unpacked in what was written, and the rest is as it was."""

import io
import re
import shutil
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pikepdf
import pypdf
import pypdfium2 as pdfium
import pytest
from matplotlib.figure import Figure
from pdfminer.high_level import extract_text
from PIL import ImageFilter
from reportlab.pdfbase.pdfmetrics import stringWidth

from loredact.document import Masked, Span
from loredact.errors import InputError
from loredact.formats.format import Options
from loredact.formats.pdf import Pdf
from loredact.operators import Replace, apply
from tests.formats.documents import libreoffice, pdf_files
from tests.formats.documents.finding import SECRETS, mask
from tests.formats.documents.searching import found_in

_A_LETTER = 40  # of 255
_TESSERACT = shutil.which("tesseract") is not None


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("profile")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, profile: Path) -> list[Path]:
    """PDFs by ReportLab, fpdf2, WeasyPrint, Matplotlib, pikepdf, pypdf, and LibreOffice and Cairo where installed."""
    folder = tmp_path_factory.mktemp("pdf")
    files = pdf_files.by_reportlab(folder)
    files += pdf_files.by_fpdf2(folder) + pdf_files.by_weasyprint(folder) + pdf_files.by_matplotlib(folder)
    files += pdf_files.changed_by_others(files[1], folder)
    if shutil.which("pdftocairo"):
        files += pdf_files.by_cairo(files[1], folder)
    if libreoffice.SOFFICE is not None:
        files += pdf_files.by_libreoffice(folder, profile)
    return files


@pytest.fixture(scope="module")
def masked(made: list[Path], tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Path]:
    """What each became."""
    folder = tmp_path_factory.mktemp("masked")
    for path in made:
        masked_copy(path, folder / path.name)
    return {path: folder / path.name for path in made}


def masked_copy(source: Path, out: Path, options: Options | None = None) -> None:
    form = Pdf(options or Options())
    out.touch()
    form.rewrite(source, out, (mask(cell.text) for cell in form.cells(source)))


def _readings(path: Path) -> Iterator[tuple[str, str]]:
    yield "pdfminer", extract_text(path)
    yield "pypdf", "".join(page.extract_text() for page in pypdf.PdfReader(path).pages)
    document = pdfium.PdfDocument(path)
    yield "PDFium", "".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    if shutil.which("pdftotext"):
        yield "Poppler", subprocess.run(["pdftotext", str(path), "-"], check=True, capture_output=True).stdout.decode()


def _without_spaces(text: str) -> str:
    return re.sub(r"\s|\u200b", "", text)


def test_every_pdf_holds_secrets_that_can_be_read(made: list[Path]) -> None:
    assert len(made) >= 11
    for path in made:
        reading = _without_spaces(dict(_readings(path))["PDFium"])
        assert any(_without_spaces(secret) in reading for secret in SECRETS), path.name


def test_no_reader_reads_what_was_masked(masked: dict[Path, Path]) -> None:
    for source, out in masked.items():
        for reader, text in _readings(out):
            left = [secret for secret in SECRETS if _without_spaces(secret) in _without_spaces(text)]
            assert not left, (source.name, reader)


def test_nothing_masked_is_left_in_any_object_stream_or_revision(masked: dict[Path, Path]) -> None:
    for source, out in masked.items():
        assert found_in(out.read_bytes(), SECRETS) == [], source.name


def test_labels_stand_where_the_names_stood(masked: dict[Path, Path]) -> None:
    for source, out in masked.items():
        if source.stem != "drawn":
            assert "[PERSON]" in dict(_readings(out))["PDFium"], source.name
    text = extract_text(next(out for source, out in masked.items() if source.stem == "paragraphs"))
    assert "Dear [PERSON], ring [PHONE_NUMBER] or write to [EMAIL]." in " ".join(text.split()).replace(
        " ,", ","
    ).replace(" .", ".")


def test_every_other_letter_is_still_there(masked: dict[Path, Path]) -> None:
    for source, out in masked.items():
        if source.stem == "drawn":
            continue
        before, after = (_without_spaces(dict(_readings(path))["PDFium"]) for path in (source, out))
        for secret in SECRETS:
            before = before.replace(_without_spaces(secret), "")
        for label in ("[PERSON]", "[PHONE_NUMBER]", "[EMAIL]"):
            after = after.replace(label, "")
        assert sorted(after) == sorted(before), source.name


@pytest.mark.parametrize("stem", ["paragraphs", "truetype", "fpdf2", "cairo", "libreoffice", "matplotlib3"])
def test_pixels_away_from_what_was_masked_are_the_same(masked: dict[Path, Path], stem: str) -> None:
    source = next((path for path in masked if path.stem == stem), None)
    if source is None:
        pytest.skip(f"the program that makes {stem}.pdf is not installed")
    before, after = pdfium.PdfDocument(source), pdfium.PdfDocument(masked[source])
    for old, new in zip(before, after, strict=True):
        allowed = _near_secrets(old)
        # PDFium draws letters on whole pixels, and one that stands a hundredth of a point aside may take the next:
        # blurred, that is little, and a letter more or less is much.
        pictures = [
            page.render(scale=2).to_pil().convert("L").filter(ImageFilter.GaussianBlur(3)) for page in (old, new)
        ]
        was, now = (np.asarray(picture, dtype=int) for picture in pictures)
        assert was.shape == now.shape
        assert (np.abs(was - now) > _A_LETTER).any()
        assert not ((np.abs(was - now) > _A_LETTER) & ~allowed).any()
    before.close()
    after.close()


def _near_secrets(page: "pdfium.PdfPage") -> "np.ndarray[tuple[int, int], np.dtype[np.bool_]]":
    """Where PDFium finds the secrets on the page, and a little around: pixels at twice 72 dots an inch."""
    width, height = page.get_size()
    allowed = np.zeros((int(np.ceil(height * 2)), int(np.ceil(width * 2))), dtype=bool)
    text = page.get_textpage()
    letters = [text.get_text_range(index, 1) for index in range(text.count_chars())]
    places = [index for index, letter in enumerate(letters) if letter.strip()]
    plain = "".join(letters[index] for index in places)
    for secret in map(_without_spaces, SECRETS):
        for match in re.finditer(re.escape(secret), plain):
            for index in places[match.start() : match.end()]:
                left, low, right, high = text.get_charbox(index, loose=True)
                allowed[
                    max(int((height - high) * 2) - 8, 0) : int((height - low) * 2) + 8,
                    max(int(left * 2) - 6, 0) : int(right * 2) + 60,  # a long label runs on
                ] = True
    return allowed


def test_attachments_scripts_metadata_and_signatures_are_gone(masked: dict[Path, Path]) -> None:
    for out in masked.values():
        with pikepdf.open(out) as pdf:
            assert "/Metadata" not in pdf.Root
            assert not pdf.attachments
            assert "/JavaScript" not in pdf.Root.get("/Names", {})
            assert "/OpenAction" not in pdf.Root or pdf.Root["/OpenAction"].get("/S") != "/JavaScript"


def test_a_letter_by_letter_text_leaves_no_widths_behind(tmp_path: Path) -> None:
    widths = [stringWidth(letter, "Helvetica", 12) for letter in "Ada Moorcroft"]
    letters = zip([0.0, *widths], "Ada Moorcroft", strict=False)
    moves = "".join(f"{width:.2f} 0 Td ({letter}) Tj " for width, letter in letters).encode()
    source, out = tmp_path / "in.pdf", tmp_path / "out.pdf"
    source.write_bytes(
        pdf_files.raw_pdf(b"BT /F1 12 Tf 72 700 Td (to ) Tj 20 0 Td " + moves + b"40 0 Td (rings) Tj ET")
    )
    masked_copy(source, out)
    with pikepdf.open(out) as pdf:
        content = pdf.pages[0].Contents.read_bytes()
    assert content.count(b"Td") == 1  # to the first word
    assert content.count(b"Tm") == 2  # to the label, and to the word after the name
    assert extract_text(out).split() == ["to", "[PERSON]", "rings"]


def test_a_form_drawn_on_two_pages_is_masked_on_the_one_where_it_should_be(tmp_path: Path) -> None:
    from reportlab.pdfgen import canvas

    source, out = tmp_path / "in.pdf", tmp_path / "out.pdf"
    drawn = canvas.Canvas(str(source))
    drawn.beginForm("stamp")
    drawn.drawString(100, 100, "April Moorcroft")
    drawn.endForm()
    for _ in range(2):
        drawn.doForm("stamp")
        drawn.showPage()
    drawn.save()
    form = Pdf(Options())
    masks = [
        apply(Replace(), c.text, [Span(0, 15, "PERSON")]) if c.where.startswith("page 2") else Masked(c.text)
        for c in form.cells(source)
    ]
    out.touch()
    form.rewrite(source, out, iter(masks))
    assert [extract_text(out, page_numbers=[page]).strip() for page in (0, 1)] == ["April Moorcroft", "[PERSON]"]


def test_letters_drawn_twice_for_bold_go_both(tmp_path: Path) -> None:
    source, out = tmp_path / "in.pdf", tmp_path / "out.pdf"
    x, twice = 72.0, ""
    for letter in "Ada Moorcroft":
        twice += "".join(f"1 0 0 1 {x + aside:.2f} 700 Tm ({letter}) Tj " for aside in (0, 0.4))
        x += stringWidth(letter, "Helvetica", 12)
    source.write_bytes(pdf_files.raw_pdf(f"BT /F1 12 Tf {twice} ET".encode()))
    masked_copy(source, out)
    assert extract_text(out).strip() == "[PERSON]"


def test_note_with_a_name_under_a_picture_is_emptied_and_the_page_stays_masked(tmp_path: Path) -> None:
    """The page's own name must not come back with a picture of the page as it was."""
    source, out = tmp_path / "in.pdf", tmp_path / "out.pdf"
    picture = b"q 200 0 0 40 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x80 EI Q"
    with pikepdf.open(io.BytesIO(pdf_files.raw_pdf(b"BT /F1 12 Tf 72 700 Td (Ada Moorcroft) Tj ET"))) as pdf:
        page = pdf.pages[0]
        looks = pdf.make_stream(b"BT /F1 12 Tf 5 10 Td (Ada Moorcroft) Tj ET " + picture)
        looks["/Type"], looks["/Subtype"] = pikepdf.Name.XObject, pikepdf.Name.Form
        looks["/BBox"], looks["/Resources"] = pikepdf.Array([0, 0, 200, 40]), page.obj["/Resources"]
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Stamp,
            Rect=[300, 300, 500, 340],
            AP=pikepdf.Dictionary(N=looks),
        )
        page.obj["/Annots"] = pikepdf.Array([pdf.make_indirect(note)])
        pdf.save(source)
    notes: list[str] = []
    masked_copy(source, out, Options(note=notes.append))
    assert extract_text(out).strip() == "[PERSON]"
    assert found_in(out.read_bytes(), SECRETS) == []
    drawn = pdfium.PdfDocument(out)[0].render().to_pil().convert("L")
    assert drawn.crop((300, 460, 500, 500)).getextrema() == (255, 255)
    assert "Drawn as pictures" not in " ".join(notes)
    assert any("was emptied" in note for note in notes)


@pytest.mark.skipif(not _TESSERACT, reason="Tesseract is not installed (apt-get install tesseract-ocr)")
def test_names_in_scanned_pages_are_black(tmp_path: Path) -> None:
    for source in pdf_files.scanned(tmp_path):
        out = tmp_path / f"masked_{source.name}"
        masked_copy(source, out)
        assert found_in(out.read_bytes(), SECRETS) == [], source.name
        image = pdfium.PdfDocument(out)[0].render(scale=200 / 72).to_pil()
        image.save(tmp_path / "page.png")
        read = subprocess.run(
            ["tesseract", str(tmp_path / "page.png"), "-"], check=True, capture_output=True
        ).stdout.decode()
        assert "thank you for your letter" in read, source.name
        assert not any(part in read for part in ("Moorcroft", "Lindqvist", "960123")), source.name


def test_a_scanned_page_is_refused_where_nothing_can_read_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pdf_files.picture(tmp_path / "scan.png")
    from PIL import Image

    Image.open(tmp_path / "scan.png").save(tmp_path / "scan.pdf", resolution=200)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="Tesseract"):
        list(Pdf(Options()).cells(tmp_path / "scan.pdf"))
    notes: list[str] = []
    cells = Pdf(Options(unread=True, note=notes.append)).cells(tmp_path / "scan.pdf")
    assert [cell.where for cell in cells] == ["document properties"]
    assert notes


def test_a_password_is_asked_for_in_words(made: list[Path], tmp_path: Path) -> None:
    locked = pdf_files.encrypted(made[0], tmp_path / "locked.pdf", "secret")
    with pytest.raises(InputError, match="password"):
        list(Pdf(Options()).cells(locked))
    # A file that anybody can open and only some may change is read.
    assert list(Pdf(Options()).cells(pdf_files.encrypted(made[0], tmp_path / "open.pdf", "")))


def test_a_stream_that_unpacks_to_gigabytes_is_refused(tmp_path: Path) -> None:
    packer = zlib.compressobj()
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(400)) + packer.flush()
    pdf = pikepdf.new()
    page = pdf.add_blank_page()
    page.obj["/Contents"] = pikepdf.Stream(pdf, bomb, Filter=pikepdf.Name.FlateDecode)
    pdf.save(tmp_path / "bomb.pdf", stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)
    assert (tmp_path / "bomb.pdf").stat().st_size < 1 << 20
    with pytest.raises(InputError, match="256 MB"):
        list(Pdf(Options()).cells(tmp_path / "bomb.pdf"))


def test_forms_that_draw_one_another_without_end_are_read_once(tmp_path: Path) -> None:
    pdf = pikepdf.new()
    page = pdf.add_blank_page()
    forms = [pdf.make_stream(b"/Next Do") for _ in range(2)]
    for form, other in zip(forms, reversed(forms), strict=True):
        form["/Type"], form["/Subtype"], form["/BBox"] = pikepdf.Name.XObject, pikepdf.Name.Form, [0, 0, 1, 1]
        form["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Next=other))
    page.obj["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Next=forms[0]))
    page.obj["/Contents"] = pdf.make_stream(b"/Next Do")
    pdf.save(tmp_path / "loop.pdf")
    assert list(Pdf(Options()).cells(tmp_path / "loop.pdf")) == []


def test_forms_that_each_draw_ten_others_are_refused(tmp_path: Path) -> None:
    pdf = pikepdf.new()
    page = pdf.add_blank_page()
    last = pdf.make_stream(b"0 0 m 1 1 l S")
    last["/Subtype"], last["/BBox"] = pikepdf.Name.Form, [0, 0, 1, 1]
    for _ in range(12):
        form = pdf.make_stream(b"/Next Do " * 10)
        form["/Subtype"], form["/BBox"] = pikepdf.Name.Form, [0, 0, 1, 1]
        form["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Next=last))
        last = form
    page.obj["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Next=last))
    page.obj["/Contents"] = pdf.make_stream(b"/Next Do")
    pdf.save(tmp_path / "forms.pdf")
    with pytest.raises(InputError, match="forms within forms"):
        list(Pdf(Options()).cells(tmp_path / "forms.pdf"))


@pytest.mark.parametrize("kept", [0.02, 0.3, 0.9])
def test_a_file_cut_short_is_refused_or_masked_as_far_as_it_goes(made: list[Path], tmp_path: Path, kept: float) -> None:
    whole = made[1].read_bytes()
    path, out = tmp_path / "short.pdf", tmp_path / "out.pdf"
    path.write_bytes(whole[: int(len(whole) * kept)])
    try:
        masked_copy(path, out)
    except InputError:
        return
    assert found_in(out.read_bytes(), SECRETS) == []


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.pdf"
    path.write_text("no PDF")
    with pytest.raises(InputError, match="no PDF"):
        list(Pdf(Options()).cells(path))


def test_the_same_file_gives_the_same_bytes(made: list[Path], tmp_path: Path) -> None:
    for name in ("a.pdf", "b.pdf"):
        masked_copy(made[1], tmp_path / name)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_words_that_marked_content_stands_for_are_gone_though_nothing_else_is_masked(tmp_path: Path) -> None:
    source, out = tmp_path / "in.pdf", tmp_path / "out.pdf"
    content = (
        b"/Span <</MCID 0 /ActualText (Ada) /E (Moorcroft)>> BDC 10 10 40 40 re f EMC "
        b"/Span <</Actual#54ext (Ada Moorcroft)>> DP /Span /Words BDC 60 10 40 40 re f EMC /Drawn Do"
    )
    with pikepdf.open(io.BytesIO(pdf_files.raw_pdf(content))) as pdf:
        resources = pdf.pages[0].obj["/Resources"]
        words = pikepdf.Dictionary(ActualText="Ada", Alt="Moorcroft", E="Ada Moorcroft")
        resources["/Properties"] = pikepdf.Dictionary(Words=pdf.make_indirect(words))
        form = pdf.make_stream(b"/Span <</Alt (Ada Moorcroft)>> BDC 0 0 10 10 re f EMC")
        form["/Subtype"], form["/BBox"] = pikepdf.Name.Form, [0, 0, 10, 10]
        resources["/XObject"] = pikepdf.Dictionary(Drawn=form)
        element = pikepdf.Dictionary(S=pikepdf.Name.Span, Pg=pdf.pages[0].obj, K=0, ActualText="Ada", E="Moorcroft")
        pdf.Root["/StructTreeRoot"] = pikepdf.Dictionary(K=pdf.make_indirect(element))
        pdf.save(source)
    notes: list[str] = []
    masked_copy(source, out, Options(note=notes.append))
    assert found_in(out.read_bytes(), ["Ada", "Moorcroft"]) == []
    assert notes == ["Taken out: texts that stand for letters of the pages."]
    drawn = [pdfium.PdfDocument(path)[0].render().to_pil().tobytes() for path in (source, out)]
    assert drawn[0] == drawn[1]


def test_description_of_a_picture_stays_without_what_is_masked_on_the_page(tmp_path: Path) -> None:
    source, out = tmp_path / "in.pdf", tmp_path / "out.pdf"
    with pikepdf.open(io.BytesIO(pdf_files.raw_pdf(b"BT /F1 12 Tf 72 700 Td (Ada Moorcroft) Tj ET"))) as pdf:
        element = pikepdf.Dictionary(S=pikepdf.Name.Figure, Alt="Portrait of Ada Moorcroft, in oil")
        pdf.Root["/StructTreeRoot"] = pikepdf.Dictionary(K=pdf.make_indirect(element))
        pdf.save(source)
    form = Pdf(Options())
    # The name is found on the page, and not in the description.
    masks = [mask(cell.text) if cell.where.startswith("page") else Masked(cell.text) for cell in form.cells(source)]
    out.touch()
    form.rewrite(source, out, iter(masks))
    with pikepdf.open(out) as pdf:
        assert str(pdf.Root["/StructTreeRoot"]["/K"]["/Alt"]) == "Portrait of [PERSON], in oil"


@pytest.mark.parametrize("value", ["Ada Moorcroft, at length", "Zoë Þórsdóttir", "李小龙"])
def test_value_of_a_field_that_is_a_stream_is_masked_as_a_string_is(tmp_path: Path, value: str) -> None:
    source, out = tmp_path / "in.pdf", tmp_path / "out.pdf"
    with pikepdf.open(io.BytesIO(pdf_files.raw_pdf(b"0 0 m 1 1 l S"))) as pdf:
        text = bytes(pikepdf.String(value))
        field = pikepdf.Dictionary(FT=pikepdf.Name.Tx, T="client", V=pdf.make_stream(text), DV=pdf.make_stream(text))
        pdf.Root["/AcroForm"] = pikepdf.Dictionary(Fields=pikepdf.Array([pdf.make_indirect(field)]))
        pdf.save(source)
    assert [cell.text for cell in Pdf(Options()).cells(source)].count(value) == 2
    masked_copy(source, out)
    assert found_in(out.read_bytes(), SECRETS) == []
    with pikepdf.open(out) as pdf:
        masked = pdf.Root["/AcroForm"]["/Fields"][0]
        assert str(masked["/V"]) == str(masked["/DV"]) == mask(value).text


def test_bytes_of_a_preview_of_a_program_are_gone(tmp_path: Path) -> None:
    source, out = tmp_path / "in.pdf", tmp_path / "out.pdf"
    source.write_bytes(pdf_files.raw_pdf(b"BT /F1 12 Tf 72 700 Td (Ada Moorcroft) Tj ET", more="Ada Moorcroft"))
    masked_copy(source, out)
    assert found_in(out.read_bytes(), SECRETS) == []
    assert io.BytesIO(out.read_bytes()).read(5) == b"%PDF-"


@pytest.mark.parametrize("indirect", [False, True])
def test_a_font_whose_name_is_that_of_what_is_taken_out_stays(tmp_path: Path, indirect: bool) -> None:
    source, out = tmp_path / "in.pdf", tmp_path / "out.pdf"
    with pikepdf.open(io.BytesIO(pdf_files.raw_pdf(b"BT /AA 12 Tf 72 700 Td (Ada Moorcroft is here) Tj ET"))) as pdf:
        page = pdf.pages[0].obj
        attached = pikepdf.Dictionary(Type=pikepdf.Name.Filespec, F="notes.txt")
        fonts = pikepdf.Dictionary(AA=page["/Resources"]["/Font"]["/F1"], AF=attached)
        page["/Resources"]["/Font"] = pdf.make_indirect(fonts) if indirect else fonts
        page["/AA"] = pikepdf.Dictionary(O=pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert()"))
        pdf.save(source)
    masked_copy(source, out)
    assert extract_text(out).split() == ["[PERSON]", "is", "here"]
    with pikepdf.open(out) as pdf:
        assert "/AA" not in pdf.pages[0].obj
    assert found_in(out.read_bytes(), ["notes.txt", "app.alert"]) == []


def test_letters_and_pictures_named_v_are_drawn_as_before(tmp_path: Path) -> None:
    source, drawn, out = tmp_path / "in.pdf", tmp_path / "drawn.pdf", tmp_path / "out.pdf"
    figure = Figure(figsize=(3, 1))
    figure.text(0.1, 0.5, "VICTOR Vega AVE")
    with mpl.rc_context({"pdf.fonttype": 3}):
        figure.savefig(source)
    with pikepdf.open(source) as pdf:
        form = pdf.make_stream(b"0 0 10 10 re f")
        form["/Subtype"], form["/BBox"], form["/Type"] = pikepdf.Name.Form, [0, 0, 10, 10], pikepdf.Name.XObject
        resources = pdf.pages[0].obj["/Resources"]
        resources["/XObject"] = pikepdf.Dictionary(V=form)
        resources["/Font"]["/Odd"] = pikepdf.Dictionary(Type=pikepdf.Array([1]))
        pdf.pages[0].contents_add(b"/V Do")
        pdf.save(drawn)
    masked_copy(drawn, out)
    assert "VICTOR Vega AVE" in extract_text(out)
    pictures = [pdfium.PdfDocument(path)[0].render().to_pil().tobytes() for path in (drawn, out)]
    assert pictures[0] == pictures[1]


def test_what_is_no_resource_goes_though_it_stands_among_resources(tmp_path: Path) -> None:
    source, out = tmp_path / "in.pdf", tmp_path / "out.pdf"
    with pikepdf.open(io.BytesIO(pdf_files.raw_pdf(b"0 0 m 1 1 l S"))) as pdf:
        fonts = pikepdf.Dictionary(
            XFA=pikepdf.String("Ada Moorcroft"),
            AF=pikepdf.Array([pikepdf.Dictionary(EF=pikepdf.Dictionary(F=pdf.make_stream(b"Ada Moorcroft")))]),
            Metadata=pdf.make_stream(b"Ada Moorcroft"),
            PieceInfo=pikepdf.Dictionary(X="Ada Moorcroft"),
        )
        pdf.Root["/AcroForm"] = pikepdf.Dictionary(Fields=[], DR=pikepdf.Dictionary(Font=fonts))
        pdf.Root["/Font"] = pikepdf.Dictionary(AF=pdf.make_stream(b"Ada Moorcroft"))
        pdf.save(source)
    masked_copy(source, out)
    assert found_in(out.read_bytes(), SECRETS) == []

"""Word documents: all that is masked is nowhere in them, and everything else is as it was."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytesseract
import pytest
from lxml import etree
from PIL import Image

from loredact.document import Masked
from loredact.errors import InputError
from loredact.formats.docx import Docx
from loredact.formats.format import Options
from loredact.formats.ocr import has_tesseract
from tests.formats.documents import libreoffice, pdf_files, word_files
from tests.formats.documents.finding import SECRETS, mask
from tests.formats.documents.searching import found_in, parts


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("profile")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, profile: Path) -> list[Path]:
    """Documents by python-docx and, where they are installed, LibreOffice and pandoc; and one as Word writes it."""
    folder = tmp_path_factory.mktemp("word")
    files = word_files.by_python_docx(folder) + word_files.as_word_writes(folder)
    if libreoffice.SOFFICE is not None:
        files += word_files.by_libreoffice(folder, profile)
    try:
        import pypandoc  # noqa: F401
    except ImportError:
        return files
    return files + word_files.by_pandoc(folder)


def masked_copy(source: Path, out: Path, options: Options = Options()) -> None:  # noqa: B008 - it is frozen
    form = Docx(options)
    out.touch()
    form.rewrite(source, out, (mask(cell.text) for cell in form.cells(source)))


def _markup(data: bytes) -> list[tuple[str, set[str]]]:
    """The elements of a part and which attributes they have, but tabs, line breaks and how space is kept."""
    return [
        (str(element.tag), {str(name) for name in element.attrib if "space" not in str(name)})
        for element in etree.fromstring(data).iter(etree.Element)
        if etree.QName(element.tag).localname not in {"tab", "br"}
    ]


def test_every_secret_stands_in_some_document(made: list[Path]) -> None:
    # Otherwise the tests below would search for what was never there.
    assert len(made) >= 7
    for path in made:
        assert found_in(path.read_bytes(), SECRETS), path.name


def test_nothing_masked_is_left_anywhere(made: list[Path], tmp_path: Path) -> None:
    for path in made:
        out = tmp_path / path.name
        masked_copy(path, out)
        assert found_in(out.read_bytes(), SECRETS) == [], path.name


def test_parts_in_which_nothing_is_masked_are_the_same_bytes_in_the_same_order(
    made: list[Path], tmp_path: Path
) -> None:
    for path in made:
        out = tmp_path / path.name
        masked_copy(path, out)
        before, after = parts(path), parts(out)
        assert list(after) == [name for name in before if "thumbnail" not in name]
        for name, data in after.items():
            if name.endswith(".xlsx") or name == "_rels/.rels":
                continue
            if not found_in(before[name], SECRETS):
                assert data == before[name], (path.name, name)


def test_markup_stays_and_texts_become_what_was_masked(made: list[Path], tmp_path: Path) -> None:
    form = Docx(Options())
    for path in made:
        out = tmp_path / path.name
        masked_copy(path, out)
        # What a change shares with the text before it is masked in both, though it is a name in one alone.
        after = [cell.text for cell in form.cells(out) if "before its changes" not in cell.where]
        assert after == [mask(c.text).text for c in form.cells(path) if "before its changes" not in c.where]
        old, new = parts(path), parts(out)
        for name in new:
            if name.endswith(".xml"):  # a tab or a line break within a name goes with it
                assert _markup(new[name]) == _markup(old[name]), (path.name, name)


def test_a_name_that_runs_split_is_found_and_its_label_has_the_first_runs_form(
    made: list[Path], tmp_path: Path
) -> None:
    out = tmp_path / "out.docx"
    masked_copy(made[0], out)
    import docx

    runs = docx.Document(str(out)).paragraphs[0].runs
    assert next((run.text, run.bold) for run in runs if "PERSON" in run.text) == ("[PERSON]", True)


def test_a_name_that_a_tracked_change_completes_is_found_as_it_is_and_as_it_was(made: list[Path]) -> None:
    texts = [cell.text for cell in Docx(Options()).cells(next(p for p in made if p.stem == "as_word_writes"))]
    assert "Dear Ada Moorcroft\t+44\n1632 960123" in [text.replace("\n\n", "\n") for text in texts]
    assert "Dear Ada Moorland\t+44\n1632 960123" in texts


def test_libreoffice_opens_what_was_masked(made: list[Path], tmp_path: Path, profile: Path) -> None:
    if libreoffice.SOFFICE is None:
        pytest.skip(libreoffice.MISSING)
    for path in made:
        masked_copy(path, tmp_path / path.name)
    opened = libreoffice.convert((tmp_path / path.name for path in made), "txt:Text", tmp_path / "txt", profile)
    for source, text in opened.items():
        written = text.read_text(encoding="utf-8-sig")
        assert written.strip(), source.name
        assert not any(secret in written for secret in SECRETS), source.name


def test_nothing_masked_leaves_every_part_as_it_was(made: list[Path], tmp_path: Path) -> None:
    form = Docx(Options())
    for path in made:
        out = tmp_path / path.name
        out.touch()
        form.rewrite(path, out, (Masked(cell.text) for cell in form.cells(path)))
        assert parts(out) == parts(path), path.name


def _package(path: Path, document: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", document)
    return path


def test_entities_are_refused(tmp_path: Path) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    with pytest.raises(InputError, match="document type"):
        list(Docx(Options()).cells(_package(tmp_path / "entities.docx", bomb)))


def _with_document(source: Path, path: Path, change: Callable[[bytes], bytes]) -> Path:
    """A copy of a document whose main part is changed."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data) if name == "word/document.xml" else data)
    return path


def test_strict_form_is_refused_since_nothing_in_it_would_be_found(made: list[Path], tmp_path: Path) -> None:
    ordinary, strict = (
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
    )
    path = _with_document(made[0], tmp_path / "strict.docx", lambda data: data.replace(ordinary, strict))
    with pytest.raises(InputError, match="Strict Open XML"):
        list(Docx(Options()).cells(path))


def test_captions_of_tables_and_entries_of_lists_are_cells(made: list[Path], tmp_path: Path) -> None:
    table = (
        b'<w:tbl><w:tblPr><w:tblCaption w:val="Ada Moorcroft"/><w:tblDescription w:val="by Ada Moorcroft"/></w:tblPr>'
        b"<w:tblGrid/><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl><w:sectPr"
    )
    path = _with_document(made[0], tmp_path / "table.docx", lambda data: data.replace(b"<w:sectPr", table, 1))
    texts = [cell.text for cell in Docx(Options()).cells(path)]
    assert "Ada Moorcroft" in texts
    assert "by Ada Moorcroft" in texts


def test_a_package_that_unpacks_to_gigabytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("word/document.xml", "w") as part:
        for _ in range(300):
            part.write(bytes(1 << 20))
    with pytest.raises(InputError, match="256 MB"):
        list(Docx(Options()).cells(path))


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.99])
def test_a_file_cut_short_is_refused(made: list[Path], tmp_path: Path, kept: float) -> None:
    whole = made[0].read_bytes()
    path = tmp_path / "short.docx"
    path.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(InputError):
        list(Docx(Options()).cells(path))


def test_a_damaged_member_is_refused(made: list[Path], tmp_path: Path) -> None:
    with zipfile.ZipFile(made[0]) as archive:
        start = archive.getinfo("word/document.xml").header_offset + 60
    data = bytearray(made[0].read_bytes())
    data[start : start + 40] = bytes(40)
    path = tmp_path / "damaged.docx"
    path.write_bytes(data)
    with pytest.raises(InputError):
        list(Docx(Options()).cells(path))


def test_a_locked_or_an_old_document_is_named_as_such(tmp_path: Path) -> None:
    path = tmp_path / "old.docx"
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(1000))
    with pytest.raises(InputError, match="password"):
        list(Docx(Options()).cells(path))


@pytest.mark.parametrize(
    ("name", "data"), [("word/vbaProject.bin", b"macro"), ("word/embeddings/oleObject1.bin", b"object")]
)
def test_what_cannot_be_read_is_refused(made: list[Path], tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / "more.docx"
    path.write_bytes(made[0].read_bytes())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, data)
    with pytest.raises(InputError, match="cannot be read"):
        list(Docx(Options()).cells(path))


def _with_metadata(data: bytes) -> bytes:
    """The PDF `data` with an author, XML metadata and an attachment."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        with pdf.open_metadata() as metadata:
            metadata["dc:creator"] = ["Ada Moorcroft"]
        pdf.docinfo["/Author"] = "Thabo Lindqvist"
        pdf.docinfo["/ApprovalDate"] = "by Zoë Þórsdóttir"
        pdf.attachments["more.txt"] = pikepdf.AttachedFileSpec(pdf, b"Ada Moorcroft")
        pdf.save(out)
    return out.getvalue()


@pytest.mark.parametrize("deep", [False, True])
def test_pdf_within_loses_its_metadata_though_nothing_in_it_is_masked(
    made: list[Path], tmp_path: Path, deep: bool
) -> None:
    path, out = tmp_path / "around.docx", tmp_path / "out.docx"
    within = _with_metadata(pdf_files.raw_pdf(b"BT /F1 12 Tf 72 700 Td (nobody) Tj ET"))
    name = "word/embeddings/within.pdf"
    if deep:
        name = "word/embeddings/within.docx"
        inner = io.BytesIO(made[0].read_bytes())
        with zipfile.ZipFile(inner, "a") as archive:
            archive.writestr("word/embeddings/within.pdf", within)
        within = inner.getvalue()
    path.write_bytes(made[0].read_bytes())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, within)
    form = Docx(Options())
    out.touch()
    form.rewrite(path, out, (Masked(cell.text) for cell in form.cells(path)))
    masked = parts(out)[name]
    if deep:
        (tmp_path / "within.docx").write_bytes(masked)
        masked = parts(tmp_path / "within.docx")["word/embeddings/within.pdf"]
    with pikepdf.open(io.BytesIO(masked)) as pdf:
        assert "/Metadata" not in pdf.Root
        assert not pdf.attachments


def test_properties_of_a_pdf_within_are_masked_though_its_pages_name_nobody(made: list[Path], tmp_path: Path) -> None:
    path = tmp_path / "around.docx"
    path.write_bytes(made[0].read_bytes())
    with zipfile.ZipFile(path, "a") as archive:
        nobody = pdf_files.raw_pdf(b"BT /F1 12 Tf 72 700 Td (nobody) Tj ET")
        archive.writestr("word/embeddings/within.pdf", _with_metadata(nobody))
    masked_copy(path, tmp_path / "out.docx")
    assert found_in((tmp_path / "out.docx").read_bytes(), SECRETS) == []


def test_a_masked_name_in_a_pictures_bytes_is_refused(made: list[Path], tmp_path: Path) -> None:
    path = tmp_path / "picture.docx"
    path.write_bytes(made[0].read_bytes())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("word/media/image9.emf", bytes(100) + "Ada Moorcroft".encode("utf-16-le") + bytes(100))
    with pytest.raises(InputError, match="image9"):
        masked_copy(path, tmp_path / "out.docx")


def _with_a_scan(source: Path, path: Path, folder: Path) -> Path:
    """`source` with a picture of a letter in it, by python-docx."""
    import docx

    pdf_files.picture(folder / "scan.png")
    document = docx.Document(str(source))
    document.add_picture(str(folder / "scan.png"))
    document.save(str(path))
    return path


def test_names_in_a_picture_are_black_in_its_own_pixels(made: list[Path], tmp_path: Path) -> None:
    if not has_tesseract():
        pytest.skip("Tesseract is not installed (apt-get install tesseract-ocr)")
    scan = _with_a_scan(made[0], tmp_path / "scan.docx", tmp_path)
    masked_copy(scan, tmp_path / "out.docx")
    (name,) = (name for name in parts(scan) if "media" in name)
    old, new = (Image.open(io.BytesIO(parts(path)[name])) for path in (scan, tmp_path / "out.docx"))
    assert (new.format, new.size) == (old.format, old.size)
    read = pytesseract.image_to_string(new)
    assert "thank you for your letter" in read
    assert not any(part in read for part in ("Moorcroft", "Lindqvist", "960123"))


@pytest.mark.parametrize(("suffix", "kind"), [(".jfif", "JPEG"), (".webp", "WEBP")])
def test_pictures_of_the_web_are_read_and_told_of_as_others_are(
    made: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, kind: str
) -> None:
    if not has_tesseract():
        pytest.skip("Tesseract is not installed (apt-get install tesseract-ocr)")
    pdf_files.picture(tmp_path / "scan.png")
    picture = io.BytesIO()
    Image.open(tmp_path / "scan.png").save(picture, kind)
    name = f"word/media/image9{suffix}"
    scan = tmp_path / "scan.docx"
    scan.write_bytes(made[0].read_bytes())
    with zipfile.ZipFile(scan, "a") as archive:
        archive.writestr(name, picture.getvalue())
    masked_copy(scan, tmp_path / "out.docx")
    new = Image.open(io.BytesIO(parts(tmp_path / "out.docx")[name]))
    assert new.format == kind
    read = pytesseract.image_to_string(new)
    assert "thank you for your letter" in read
    assert not any(part in read for part in ("Moorcroft", "Lindqvist", "960123"))

    monkeypatch.setenv("PATH", str(tmp_path))
    notes: list[str] = []
    masked_copy(scan, tmp_path / "unread.docx", Options(note=notes.append))
    assert "Pictures were not read, and are left as they are: 1 (Tesseract is not installed)." in notes
    assert parts(tmp_path / "unread.docx")[name] == picture.getvalue()


def test_pictures_are_told_of_where_nothing_can_read_them(
    made: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = _with_a_scan(made[0], tmp_path / "scan.docx", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    notes: list[str] = []
    masked_copy(scan, tmp_path / "out.docx", Options(note=notes.append))
    assert "Pictures were not read, and are left as they are: 1 (Tesseract is not installed)." in notes
    assert parts(tmp_path / "out.docx")["word/media/image1.png"] == parts(scan)["word/media/image1.png"]

"""Excel workbooks: all that is masked is nowhere in them, and everything else is as it was."""

import zipfile
from pathlib import Path

import openpyxl
import pytest

from loredact.document import Masked, Span
from loredact.errors import InputError
from loredact.formats.cell import Cell
from loredact.formats.format import Options
from loredact.formats.xlsx import Xlsx
from loredact.operators import Replace, apply
from tests.formats.documents import excel_files, libreoffice
from tests.formats.documents.finding import SECRETS, mask
from tests.formats.documents.searching import found_in, parts


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("profile")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, profile: Path) -> list[Path]:
    """Workbooks by XlsxWriter, openpyxl, PyExcelerate and, if installed, LibreOffice; and one as Excel writes it."""
    folder = tmp_path_factory.mktemp("excel")
    files = excel_files.by_xlsxwriter(folder) + excel_files.by_openpyxl(folder) + excel_files.by_pyexcelerate(folder)
    files += excel_files.as_excel_writes(files[0], folder)
    return files + (excel_files.by_libreoffice(folder, profile) if libreoffice.SOFFICE is not None else [])


def masked_copy(source: Path, out: Path) -> None:
    form = Xlsx(Options())
    out.touch()
    form.rewrite(source, out, (mask(cell.text) for cell in form.cells(source)))


def _named(made: list[Path], stem: str) -> Path:
    return next(path for path in made if path.stem == stem)


def _cells(path: Path) -> list[Cell]:
    return list(Xlsx(Options()).cells(path))


def test_every_workbook_holds_secrets(made: list[Path]) -> None:
    assert len(made) >= 9
    for path in made:
        assert found_in(path.read_bytes(), SECRETS), path.name


def test_nothing_masked_is_left_anywhere(made: list[Path], tmp_path: Path) -> None:
    for path in made:
        out = tmp_path / path.name
        masked_copy(path, out)
        assert found_in(out.read_bytes(), SECRETS) == [], path.name


def test_parts_without_anything_masked_are_the_same_bytes_in_the_same_order(made: list[Path], tmp_path: Path) -> None:
    for path in made:
        out = tmp_path / path.name
        masked_copy(path, out)
        before, after = parts(path), parts(out)
        assert list(after) == list(before)
        kept = [name for name in after if after[name] == before[name]]
        assert "[Content_Types].xml" in kept
        assert "xl/styles.xml" in kept
        assert "xl/_rels/workbook.xml.rels" in kept


def test_openpyxl_reads_the_same_cells_but_those_masked(made: list[Path], tmp_path: Path) -> None:
    for path in made:
        out = tmp_path / path.name
        masked_copy(path, out)
        before, after = openpyxl.load_workbook(path, data_only=True), openpyxl.load_workbook(out, data_only=True)
        assert len(before.worksheets) == len(after.worksheets)
        for old, new in zip(before.worksheets, after.worksheets, strict=True):
            assert old.dimensions == new.dimensions
            for old_row, new_row in zip(old.iter_rows(), new.iter_rows(), strict=True):
                for was, now in zip(old_row, new_row, strict=True):
                    masked = mask(_as_text(was.value))
                    assert now.style_id == was.style_id
                    if masked.replacements:
                        assert str(now.value).startswith(masked.text), path.name
                    else:
                        assert now.value == was.value, path.name


def _as_text(value: object) -> str:
    date = getattr(value, "date", None)
    return str(date()) if callable(date) else str(value)


def test_a_cells_heading_is_that_of_its_column(made: list[Path]) -> None:
    headings = {cell.heading: cell.text for cell in _cells(_named(made, "plain")) if cell.where.endswith("2")}
    assert headings == {
        "name": "Ada Moorcroft",
        "telephone": "+44 1632 960123",
        "born": "1987-05-01",
        "note": "met Thabo Lindqvist",
    }


def test_cells_of_one_row_have_one_number_and_other_rows_have_others(made: list[Path]) -> None:
    rows = [cell.row for cell in _cells(_named(made, "stream")) if cell.row is not None]
    assert rows == sorted(rows)
    assert len(set(rows)) == len(excel_files.ROWS) * 30


@pytest.mark.parametrize("stem", ["plain", "openpyxl", "from_1904", "from_csv"])
def test_dates_and_numbers_are_read_as_a_person_reads_them(made: list[Path], stem: str) -> None:
    texts = {cell.text for cell in _cells(_named(made, stem))}
    assert {"1987-05-01", "2001-01-02", "441632960123"} <= texts


def test_a_masked_sheets_name_is_one_that_excel_takes_and_formulas_follow(made: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    masked_copy(_named(made, "plain"), out)
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["(PERSON)"]
    assert book["(PERSON)"]["B8"].value == "='(PERSON)'!A2&\" and [PERSON]\""
    assert book.defined_names["Patient"].attr_text == "'(PERSON)'!$A$2"


def test_a_tables_columns_are_called_what_their_headings_say(made: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    masked_copy(_named(made, "table"), out)
    sheet = openpyxl.load_workbook(out)["T"]
    headings = [cell.value for cell in sheet[1][:3]]
    assert headings == ["[PERSON]", "[PERSON]_2", "sum"]
    assert sheet.tables["Table1"].column_names == headings
    assert sheet["E1"].value == "=SUM(Table1['[PERSON']])"


def test_cells_that_share_a_string_may_be_masked_differently(tmp_path: Path) -> None:
    import xlsxwriter

    source, out = tmp_path / "in.xlsx", tmp_path / "out.xlsx"
    with xlsxwriter.Workbook(str(source)) as book:
        book.add_worksheet().write_column(0, 0, ["April", "April", "April", "May"])
    form = Xlsx(Options())
    cells = _cells(source)
    labels = {"sheet 1, A1": "PERSON", "sheet 1, A3": "DATE_TIME"}
    masks = [apply(Replace(), c.text, [Span(0, 5, labels[c.where])] if c.where in labels else []) for c in cells]
    form.rewrite(source, out, iter(masks))
    sheet = openpyxl.load_workbook(out).worksheets[0]
    assert [cell.value for (cell,) in sheet.iter_rows()] == ["[PERSON]", "April", "[DATE_TIME]", "May"]


def test_nothing_masked_leaves_every_part_as_it_was(made: list[Path], tmp_path: Path) -> None:
    form = Xlsx(Options())
    for path in made:
        out = tmp_path / path.name
        out.touch()
        form.rewrite(path, out, (Masked(cell.text) for cell in form.cells(path)))
        assert parts(out) == parts(path), path.name


def test_libreoffice_opens_what_was_masked(made: list[Path], tmp_path: Path, profile: Path) -> None:
    if libreoffice.SOFFICE is None:
        pytest.skip(libreoffice.MISSING)
    for path in made:
        masked_copy(path, tmp_path / path.name)
    opened = libreoffice.convert((tmp_path / path.name for path in made), "csv", tmp_path / "csv", profile)
    for source, table in opened.items():
        written = table.read_text(encoding="utf-8", errors="replace")
        assert not any(secret in written for secret in SECRETS), source.name
    assert "[PERSON]" in opened[tmp_path / "plain.xlsx"].read_text()


def test_a_shared_string_that_is_not_there_is_refused(made: list[Path], tmp_path: Path) -> None:
    path = tmp_path / "damaged.xlsx"
    with zipfile.ZipFile(_named(made, "plain")) as source, zipfile.ZipFile(path, "w") as target:
        for info in source.infolist():
            data = source.read(info)
            target.writestr(info, data.replace(b"<v>0</v>", b"<v>999</v>") if "sheet1.xml" in info.filename else data)
    with pytest.raises(InputError, match="damaged"):
        _cells(path)


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.99])
def test_a_file_cut_short_is_refused(made: list[Path], tmp_path: Path, kept: float) -> None:
    whole = made[0].read_bytes()
    path = tmp_path / "short.xlsx"
    path.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(InputError):
        _cells(path)


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.xlsx"
    path.write_text("name,telephone\n")
    with pytest.raises(InputError, match="no Excel workbook"):
        _cells(path)

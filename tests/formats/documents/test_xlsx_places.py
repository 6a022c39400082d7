"""Places of a workbook that are easily overlooked: texts in number formats, and old drawings of notes and boxes."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import openpyxl.comments
import pytest
import xlsxwriter

from loredact.errors import InputError
from loredact.formats.cell import Cell
from loredact.formats.format import Options
from loredact.formats.office.fragments import format_slots
from loredact.formats.xlsx import Xlsx
from tests.formats.documents.finding import SECRETS, mask
from tests.formats.documents.searching import found_in, parts

# As Excel writes a note: HTML with line breaks that nothing closes.
VML = """<xml xmlns:v="urn:schemas-microsoft-com:vml"
 xmlns:o="urn:schemas-microsoft-com:office:office"
 xmlns:x="urn:schemas-microsoft-com:office:excel">
 <v:shape id="_x0000_s1025" type="#_x0000_t202" style='position:absolute' o:insetmode="auto">
  <v:textbox style='mso-direction-alt:auto'>
   <div style='text-align:left'><font face="Tahoma" size="160"><b>Thabo</b></font><font face="Tahoma"> Lindqvist:<br>
    calls Ada Moor</font><i>croft</i>&nbsp;today</div>
   <div>Zoë<br>Þórsdóttir</div>
  </v:textbox>
  <x:ClientData ObjectType="Note"><x:Anchor>1, 15, 0, 2</x:Anchor><x:Row>0</x:Row><x:Column>0</x:Column></x:ClientData>
 </v:shape></xml>"""


def masked_copy(source: Path, out: Path) -> None:
    form = Xlsx(Options())
    out.touch()
    form.rewrite(source, out, (mask(cell.text) for cell in form.cells(source)))


def cells(path: Path) -> list[Cell]:
    return list(Xlsx(Options()).cells(path))


def patched(path: Path, changes: Mapping[str, bytes]) -> Path:
    """`path` with parts put in place of what they were."""
    book = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            target.writestr(info, changes.get(info.filename, source.read(info)))
    return path


@pytest.fixture
def formats(tmp_path: Path) -> Path:
    """A workbook with names in number formats: of cells, of a condition, and of a chart's axis and cache."""
    path = tmp_path / "formats.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("S")
    codes = (
        '"Ada Moorcroft" 0.00',
        r"0 \A\d\a\ \M\o\o\r\c\r\o\f\t",
        '[Red]"plus" 0;"of Thabo Lindqvist" -0;@',
        "dd.mm.yyyy",
    )
    for row, code in enumerate(codes):
        sheet.write_number(row, 0, 31_898 + row, book.add_format({"num_format": code}))
    sheet.conditional_format(
        "A1:A2",
        {"type": "cell", "criteria": ">", "value": 3, "format": book.add_format({"num_format": '"Zoë Þórsdóttir"'})},
    )
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=S!$A$1:$A$3"})
    chart.set_y_axis({"num_format": '0 "Ada Moorcroft"'})
    sheet.insert_chart("D4", chart)
    book.close()
    drawn = parts(path)["xl/charts/chart1.xml"]
    cache = b"<c:formatCode>General</c:formatCode>"
    assert cache in drawn
    return patched(
        path, {"xl/charts/chart1.xml": drawn.replace(cache, b'<c:formatCode>"Thabo Lindqvist" 0</c:formatCode>')}
    )


@pytest.fixture
def drawn(tmp_path: Path) -> Path:
    """A workbook with a note, drawn as Excel draws it."""
    path = tmp_path / "drawn.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "see"
    sheet["A1"].comment = openpyxl.comments.Comment("nothing", "nobody")
    book.save(path)
    name = next(name for name in parts(path) if name.endswith(".vml"))
    return patched(path, {name: VML.encode()})


def test_texts_of_number_formats_are_cells(formats: Path) -> None:
    texts = [cell.text.strip() for cell in cells(formats) if cell.where.endswith("number format")]
    assert sorted(texts) == sorted(
        ["Ada Moorcroft", "Ada Moorcroft", "plus", "of Thabo Lindqvist -", "Zoë Þórsdóttir", "Ada Moorcroft"]
    )
    assert [cell.text.strip() for cell in cells(formats) if cell.where.endswith(", formatCode")] == ["Thabo Lindqvist"]


def test_names_in_number_formats_are_nowhere_after_masking(formats: Path, tmp_path: Path) -> None:
    assert found_in(formats.read_bytes(), SECRETS)
    masked_copy(formats, tmp_path / "out.xlsx")
    assert found_in((tmp_path / "out.xlsx").read_bytes(), SECRETS) == []


def test_codes_around_a_masked_text_stay_and_openpyxl_reads_them(formats: Path, tmp_path: Path) -> None:
    masked_copy(formats, tmp_path / "out.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["S"]
    assert [sheet.cell(row, 1).number_format for row in range(1, 5)] == [
        '"[PERSON] "0.00',
        '0" [PERSON]"',
        '[Red]"plus" 0;"of [PERSON] -"0;@',
        "dd.mm.yyyy",
    ]
    assert sheet["A4"].is_date
    assert sheet["A1"].value == 31_898


def test_number_formats_without_a_masked_text_leave_their_part_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "units.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_number(0, 0, 3, book.add_format({"num_format": '0.0\\ "kg"'}))
    sheet.write_string(1, 0, "Ada Moorcroft")
    book.close()
    masked_copy(path, tmp_path / "out.xlsx")
    assert parts(tmp_path / "out.xlsx")["xl/styles.xml"] == parts(path)["xl/styles.xml"]


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        ("General", []),
        ('0" "', []),
        ("#,##0.00\\ [$€-407]", []),
        ("[$Ada Moorcroft-409]0", ["Ada Moorcroft"]),
        ("[$Okonkwo-Bright]0", ["Okonkwo-Bright"]),
        ("[$-F800]dddd", []),
        ('_("a"* 0_)', []),
        ('"one"0"two";[Blue]\\n\\o', ["one", "two", "no"]),
        ('"Zoë";;;"not closed', ["Zoë"]),
        ('_"0\\"', []),
        ("", []),
    ],
)
def test_a_number_format_gives_the_texts_that_it_shows(code: str, texts: list[str]) -> None:
    assert [slot.text for slot in format_slots(code, list[str]().append)] == texts


def test_a_number_format_stays_as_short_as_excel_takes_it() -> None:
    written: list[str] = []
    (slot,) = format_slots('"Ada"' + "0" * 200, written.append)
    slot.put("x" * 5_000)
    assert len(written[-1]) == 255
    assert written[-1].endswith('x"' + "0" * 200)


def test_a_number_format_of_nothing_but_brackets_is_read_at_once() -> None:
    assert format_slots("[$" * 100_000, list[str]().append) == []


def test_a_quotation_mark_in_what_takes_a_texts_place_is_escaped() -> None:
    written: list[str] = []
    (slot,) = format_slots('0 "Ada"', written.append)
    slot.put('a "b"')
    assert written == ['0"a "\\""b"\\"']
    assert [slot.text for slot in format_slots(written[0], list[str]().append)] == ['a "b"']


def test_text_of_an_old_drawing_is_one_text_across_its_runs(drawn: Path) -> None:
    (box,) = [cell for cell in cells(drawn) if "text box" in cell.where]
    assert "Thabo Lindqvist:" in box.text
    assert "calls Ada Moorcroft\xa0today" in box.text
    assert [cell for cell in cells(drawn) if ".vml" in cell.where and "Ada" in cell.text] == [box]


def test_names_in_an_old_drawing_are_nowhere_after_masking(drawn: Path, tmp_path: Path) -> None:
    masked_copy(drawn, tmp_path / "out.xlsx")
    assert found_in((tmp_path / "out.xlsx").read_bytes(), SECRETS) == []
    masked = next(data for name, data in parts(tmp_path / "out.xlsx").items() if name.endswith(".vml")).decode()
    assert masked.count("[PERSON]") == 3
    assert "<x:Anchor>1, 15, 0, 2</x:Anchor>" in masked
    assert "<b>[PERSON]</b>" in masked
    openpyxl.load_workbook(tmp_path / "out.xlsx")


def test_an_old_drawing_without_anything_masked_stays_as_it_was(drawn: Path, tmp_path: Path) -> None:
    name = next(name for name in parts(drawn) if name.endswith(".vml"))
    plain = patched(
        drawn, {name: b"<xml xmlns:v='urn:schemas-microsoft-com:vml'><v:textbox>well<br>so</v:textbox></xml>"}
    )
    masked_copy(plain, tmp_path / "out.xlsx")
    assert parts(tmp_path / "out.xlsx")[name] == parts(plain)[name]


def test_an_old_drawing_that_is_broken_otherwise_is_refused(drawn: Path) -> None:
    name = next(name for name in parts(drawn) if name.endswith(".vml"))
    with pytest.raises(InputError, match="no valid XML"):
        cells(patched(drawn, {name: b"<xml><div>Ada Moorcroft<br></xml>"}))

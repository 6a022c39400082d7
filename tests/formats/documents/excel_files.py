"""Excel workbooks made by other programs: XlsxWriter, openpyxl, PyExcelerate, LibreOffice, and parts as Excel writes them."""

import datetime
import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import openpyxl.chart
import openpyxl.comments
import openpyxl.worksheet.datavalidation
import openpyxl.worksheet.table
import pyexcelerate
import pytest
import xlsxwriter
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.formats.documents import libreoffice

ROWS: list[list[Any]] = [
    ["name", "telephone", "born", "note"],
    ["Ada Moorcroft", "+44 1632 960123", datetime.date(1987, 5, 1), "met Thabo Lindqvist"],
    ["Zoë Þórsdóttir", 441632960123, datetime.date(2001, 1, 2), "nothing"],
    ["李小龙", 7, None, "ada.moorcroft@example.org"],
]


def by_xlsxwriter(folder: Path) -> list[Path]:
    """Four workbooks: plain, with tables, with comments, headers and charts, and one written as a stream."""
    made = []

    def book(name: str, **options: bool) -> xlsxwriter.Workbook:
        made.append(folder / name)
        return xlsxwriter.Workbook(str(folder / name), {"default_date_format": "dd.mm.yyyy", **options})

    with book("plain.xlsx") as plain:
        sheet = plain.add_worksheet("Ada Moorcroft")
        for number, row in enumerate(ROWS):
            sheet.write_row(number, 0, row)
        sheet.write_rich_string("A8", "Dear ", plain.add_format({"bold": True}), "Ada Moor", "croft")
        sheet.write_formula(
            "B8", "='Ada Moorcroft'!A2&\" and Thabo Lindqvist\"", None, "Ada Moorcroft and Thabo Lindqvist"
        )
        sheet.write_url("A9", "mailto:ada.moorcroft@example.org", string="write", tip="Ada Moorcroft")
        sheet.write_url("A10", "internal:'Ada Moorcroft'!A1", string="Thabo Lindqvist")
        plain.define_name("Patient", "='Ada Moorcroft'!$A$2")
        plain.set_properties({"author": "Ada Moorcroft", "title": "Thabo Lindqvist", "company": "Müller & Söhne"})
        plain.set_custom_property("Client", "Ada Moorcroft")

    with book("table.xlsx") as tables:
        sheet = tables.add_worksheet("T")
        columns = [{"header": name} for name in ("Ada Moorcroft", "Thabo Lindqvist", "sum")]
        columns[2]["formula"] = "=[@[Ada Moorcroft]]+1"
        sheet.add_table("A1:C3", {"columns": columns, "data": [[1, 2], ["Ada Moorcroft", 4]]})
        sheet.write_formula("E1", "=SUM(Table1[Ada Moorcroft])")

    with book("more.xlsx") as more:
        sheet = more.add_worksheet("Data of Thabo Lindqvist")
        sheet.write_row("A1", ["who", "Ada Moorcroft"])
        sheet.write_column("A2", ["Ada Moorcroft", "Thabo Lindqvist"])
        sheet.write_column("B2", [3, 4])
        sheet.write_comment("A2", "Ring Ada Moorcroft", {"author": "Zoë Þórsdóttir"})
        sheet.set_header('&L&"Arial,Bold"&12Ada Moorcroft&CThabo && Lindqvist&R&P')
        sheet.set_footer("&D Müller && Söhne")
        sheet.data_validation(
            "C1", {"validate": "list", "source": ["Ada Moorcroft", "x"], "input_title": "Ada Moorcroft"}
        )
        sheet.conditional_format("A1:A9", {"type": "text", "criteria": "containing", "value": "Thabo Lindqvist",
                                           "format": more.add_format({"bold": True})})  # fmt: skip
        sheet.insert_textbox("D4", "A box: Ada Moorcroft", {"description": "Thabo Lindqvist"})
        chart = more.add_chart({"type": "column"})
        chart.add_series({
            "name": "='Data of Thabo Lindqvist'!$B$1", "categories": "='Data of Thabo Lindqvist'!$A$2:$A$3",
            "values": "='Data of Thabo Lindqvist'!$B$2:$B$3",
        })  # fmt: skip
        chart.set_title({"name": "Calls of Ada Moorcroft"})
        sheet.insert_chart("F2", chart)
        sheet.autofilter("A1:B3")
        sheet.filter_column_list("A", ["Thabo Lindqvist"])

    with book("stream.xlsx", constant_memory=True) as stream:  # strings in the cells, none shared
        sheet = stream.add_worksheet()
        for number, row in enumerate(ROWS * 30):
            sheet.write_row(number, 0, row)
    return made


def by_openpyxl(folder: Path) -> list[Path]:
    """Three workbooks: plain, with comments and validations, and with counting from 1904."""
    plain = openpyxl.Workbook()
    sheet = plain.create_sheet("Thabo Lindqvist")
    for row in ROWS:
        sheet.append(row)
    sheet["E2"] = "='Thabo Lindqvist'!A2"
    sheet["E2"].comment = openpyxl.comments.Comment("Ada Moorcroft says", "Zoë Þórsdóttir")
    sheet["E3"] = "see"
    sheet["E3"].hyperlink = "https://example.org/Ada%20Moorcroft"
    plain.properties.creator = "Ada Moorcroft"
    plain.properties.keywords = "Thabo Lindqvist"
    plain.save(folder / "openpyxl.xlsx")

    checked = openpyxl.Workbook()
    sheet = checked.create_sheet("list")
    sheet.append(["Ada Moorcroft", "x"])
    rule = openpyxl.worksheet.datavalidation.DataValidation("list", formula1='"Ada Moorcroft,Thabo Lindqvist"')
    rule.promptTitle, rule.prompt = "Ada Moorcroft", "or Zoë Þórsdóttir"
    sheet.add_data_validation(rule)
    rule.add("B1")
    sheet.oddHeader.center.text = "Ada Moorcroft"
    sheet.append(["x", "y"])
    sheet.add_table(openpyxl.worksheet.table.Table(displayName="People", ref="A1:B2"))
    checked.save(folder / "checked.xlsx")

    old = openpyxl.Workbook()
    old.epoch = CALENDAR_MAC_1904
    sheet = old.create_sheet("from 1904")
    for row in ROWS:
        sheet.append(row)
    old.save(folder / "from_1904.xlsx")
    return [folder / name for name in ("openpyxl.xlsx", "checked.xlsx", "from_1904.xlsx")]


def by_pyexcelerate(folder: Path) -> list[Path]:
    """One workbook, of a writer made for speed."""
    book = pyexcelerate.Workbook()
    book.new_sheet("Ada Moorcroft", data=[[value if value is not None else "" for value in row] for row in ROWS])
    book.save(str(folder / "pyexcelerate.xlsx"))
    return [folder / "pyexcelerate.xlsx"]


def by_libreoffice(folder: Path, profile: Path) -> list[Path]:
    """Three workbooks: from CSV, and two that XlsxWriter made, saved again."""
    if libreoffice.SOFFICE is None:
        pytest.skip(libreoffice.MISSING)
    rows = "\n".join(",".join("" if value is None else str(value) for value in row) for row in ROWS)
    sources = [folder / name for name in ("from_csv.csv", "more_again.xlsx", "plain_again.xlsx")]
    sources[0].write_text(rows, encoding="utf-8")
    sources[1].write_bytes((folder / "more.xlsx").read_bytes())
    sources[2].write_bytes((folder / "plain.xlsx").read_bytes())
    made = libreoffice.convert(sources[:1], "xlsx", folder / "libreoffice", profile, read_as="CSV:44,34,UTF8")
    return [*made.values(), *libreoffice.convert(sources[1:], "xlsx", folder / "libreoffice", profile).values()]


_S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

_EXCEL_PARTS = {
    "xl/pivotCache/pivotCacheDefinition1.xml": f"""<pivotCacheDefinition xmlns="{_S}" refreshedBy="Ada Moorcroft" recordCount="1">
<cacheSource type="worksheet"><worksheetSource ref="A1:D4" sheet="Ada Moorcroft"/></cacheSource><cacheFields count="1">
<cacheField name="name"><sharedItems><s v="Ada Moorcroft"/><n v="441632960123"/></sharedItems></cacheField></cacheFields></pivotCacheDefinition>""",
    "xl/pivotCache/pivotCacheRecords1.xml": f"""<pivotCacheRecords xmlns="{_S}"><r><s v="Thabo Lindqvist"/></r></pivotCacheRecords>""",
    "xl/externalLinks/externalLink1.xml": f"""<externalLink xmlns="{_S}"><externalBook><sheetNames><sheetName val="Ada Moorcroft"/></sheetNames>
<sheetDataSet><sheetData sheetId="0"><row r="1"><cell r="A1" t="str"><v>Thabo Lindqvist</v></cell></row></sheetData></sheetDataSet></externalBook></externalLink>""",
    "xl/threadedComments/threadedComment1.xml": """<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">
<threadedComment ref="A1" id="{1}"><text>Ask Ada Moorcroft</text></threadedComment></ThreadedComments>""",
    "xl/persons/person.xml": """<personList xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">
<person displayName="Ada Moorcroft" id="{2}" userId="ada.moorcroft@example.org" providerId="None"/></personList>""",
    "xl/connections.xml": f"""<connections xmlns="{_S}"><connection id="1" name="Ada Moorcroft"><dbPr connection="user=Thabo Lindqvist" command="select"/></connection></connections>""",
    "xl/revisions/userNames.xml": f"""<users xmlns="{_S}"><userInfo guid="{{1}}" name="Zoë Þórsdóttir" id="1"/></users>""",
}


def as_excel_writes(plain: Path, folder: Path) -> list[Path]:
    """A workbook with parts that Excel writes and libraries do not, and strings with readings above the line."""
    path = folder / "as_excel_writes.xlsx"
    book = io.BytesIO(plain.read_bytes())
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            data = source.read(info)
            if info.filename == "xl/sharedStrings.xml":
                reading = '<rPh sb="0" eb="1"><t>Zoë Þórsdóttir</t></rPh><phoneticPr fontId="1"/></si>'
                data = data.replace(b"</si>", reading.encode() + b"<si><t>nobody has Ada Moorcroft_x000D_</t></si>", 1)
            target.writestr(info, data)
        for name, text in _EXCEL_PARTS.items():
            target.writestr(name, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + text)
    return [path]

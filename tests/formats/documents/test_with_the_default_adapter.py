"""Word, Excel and PDF from end to end: found by the adapter that ships, and gone."""

from pathlib import Path

import docx
import openpyxl
import pytest
from reportlab.pdfgen import canvas

from loredact.bases import Base
from loredact.formats.format import Options
from loredact.formats.registry import find_format
from loredact.masking import Masker
from tests.formats.documents.searching import found_in

_TEXT = "Dear Paula Nwosu, please write to Tom Becker at tom.becker@nwosu.example or ring +44 1947 555 0134."
_GONE = ("Paula Nwosu", "Tom Becker", "tom.becker@nwosu.example", "+44 1947 555 0134")


def _word(path: Path) -> None:
    document = docx.Document()
    document.add_paragraph(_TEXT)
    document.core_properties.author = ""
    document.save(str(path))


def _excel(path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("letters").append(["letter", _TEXT])
    book.save(path)


def _pdf(path: Path) -> None:
    drawn = canvas.Canvas(str(path))
    drawn.setFontSize(9)
    drawn.drawString(50, 700, _TEXT)
    drawn.save()


@pytest.mark.parametrize(("name", "make"), [("a.docx", _word), ("a.xlsx", _excel), ("a.pdf", _pdf)])
def test_names_and_addresses_are_gone(name: str, make: object, tmp_path: Path, multilingual_base: Base) -> None:
    assert callable(make)
    source, out = tmp_path / name, tmp_path / f"masked_{name}"
    make(source)
    found = find_format(source, Options())
    assert found_in(source.read_bytes(), _GONE)
    out.touch()
    masker = Masker.load()
    found.rewrite(source, out, masker.mask_many(cell.text for cell in found.cells(source)))
    assert found_in(out.read_bytes(), _GONE) == []
    assert any("[PERSON]" in cell.text for cell in found.cells(out))

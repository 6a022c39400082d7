"""One sheet of a workbook: its rows of cells, with the heading of each."""

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass

from lxml import etree

from loredact.document import Masked
from loredact.errors import InputError
from loredact.formats.office.fragments import literal_slots
from loredact.formats.office.slots import Piece, Slot
from loredact.formats.office.strings import S, SharedStrings, encode, encoded_slot, string_slots
from loredact.formats.office.values import number_text
from loredact.formats.office.xml_text import SPACE

_ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
# The first row with two texts is taken for the headings, if it is among the first rows.
_HEADING_ROWS = 20
_MOST_ROWS = 1 << 21  # of a sheet, and more: rows of two sheets have different numbers


@dataclass(frozen=True, slots=True)
class Workbook:
    """What cells refer to: the shared strings, the formats that show dates, and whether dates count from 1904."""

    strings: SharedStrings | None
    dates: Set[int]
    from_1904: bool


@dataclass(frozen=True, slots=True)
class SheetCell:
    """A cell of a sheet: its piece, its element, and the index of its shared string where it has one."""

    piece: Piece
    element: etree._Element
    shared: int | None
    column: str
    row: int


def sheet_cells(
    data: etree._Element, workbook: Workbook, sheet: int, headers: Mapping[int, Mapping[str, str]]
) -> Iterator[SheetCell]:
    """The cells of `data`, the `sheetData` of the sheet with that number, row by row.

    `headers` gives, by the number of a row of headings, what tables have for each column; without tables the headings
    are found. A row's heading is that of the last row of headings above it.

    Raises:
        InputError: where a cell refers to a shared string that is not there.
    """
    headings: dict[str, str] = {}
    found = bool(headers)
    number = 0
    for row in data.iter(S + "row"):
        stated = str(row.get("r", ""))
        number = int(stated) if stated.isdigit() else number + 1
        own = headers.get(number)
        cells = list(_row_cells(row, number, workbook, sheet, {} if own else headings))
        if own:
            headings = {**headings, **own}
        elif not found and number <= _HEADING_ROWS:
            texts = [cell for cell in cells if cell.element.get("t") in {"s", "inlineStr", "str"}]
            if len(texts) > 1:
                headings = {cell.column: cell.piece.cell.text for cell in texts if cell.piece.cell.text.strip()}
                found = True
        yield from cells


def _row_cells(
    row: etree._Element, number: int, workbook: Workbook, sheet: int, headings: Mapping[str, str]
) -> Iterator[SheetCell]:
    place = 0
    for element in row.iter(S + "c"):
        match = _ADDRESS.fullmatch(str(element.get("r", "")))
        column = match[1] if match else letters(place)
        place = column_number(column) + 1
        here = f"sheet {sheet}, {column}{number}"
        slots, shared = _slots(element, workbook, here)
        if slots and any(slot.text.strip() for slot in slots):
            piece = Piece(slots, here, headings.get(column, ""), sheet * _MOST_ROWS + number)
            yield SheetCell(piece, element, shared, column, number)
        formula = element.find(S + "f")
        if formula is not None:
            for slot in literal_slots(formula):
                piece = Piece([slot], f"{here}, formula", headings.get(column, ""), sheet * _MOST_ROWS + number)
                yield SheetCell(piece, element, None, column, number)


def _slots(element: etree._Element, workbook: Workbook, where: str) -> tuple[list[Slot], int | None]:
    kind = element.get("t", "n")
    value = element.find(S + "v")
    if kind == "inlineStr":
        string = element.find(S + "is")
        return (string_slots(string) if string is not None else []), None
    if value is None or not value.text or kind in {"b", "e"}:
        return [], None
    if kind == "s":
        index = int(value.text) if value.text.strip().isdigit() else -1
        if workbook.strings is None or not 0 <= index < len(workbook.strings):
            raise InputError(f"{where} refers to a shared string that is not there; the file is damaged.")
        return workbook.strings.slots(index), index
    if kind == "str":
        return [encoded_slot(value)], None
    style = str(element.get("s", "0"))
    text = value.text
    if kind == "n":
        style_index = int(style) if style.isdigit() else 0
        text = number_text(text, style_index, workbook.dates, from_1904=workbook.from_1904)
    return [Slot(text, lambda new: _make_string(element, new))], None


def _make_string(element: etree._Element, text: str) -> None:
    """A number or a date that was masked is a string from now on; what a formula gave stays its result."""
    value = element.find(S + "v")
    if value is None:
        return
    if element.find(S + "f") is not None:
        element.set("t", "str")
        value.text = encode(text)
        return
    element.set("t", "inlineStr")
    string = etree.Element(S + "is")
    letters_of = etree.SubElement(string, S + "t")
    letters_of.text = encode(text)
    if text != text.strip():
        letters_of.set(SPACE, "preserve")
    element.replace(value, string)


def point_to(cell: SheetCell, strings: SharedStrings, masked: Masked, extra: str = "") -> bool:
    """Let the cell refer to its shared string as masked; whether it refers to another one than before."""
    value = cell.element.find(S + "v")
    if value is None or cell.shared is None:
        return False
    index = strings.place(cell.shared, masked, extra)
    if index == cell.shared:
        return False
    value.text = str(index)
    return True


def column_number(column: str) -> int:
    """The number of a column, from 0: A is 0, AA is 26."""
    number = 0
    for letter in column:
        number = number * 26 + ord(letter) - 64
    return number - 1


def letters(number: int) -> str:
    """The name of the column with the number, from 0."""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name

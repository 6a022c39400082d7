"""Excel's `.xlsx` and `.xltx`: Office Open XML (ECMA-376, part 1, SpreadsheetML)."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from loredact.document import Masked
from loredact.formats.cell import Cell
from loredact.formats.office.leftovers import Leftovers
from loredact.formats.office.names import Renames, range_name, sheet_name
from loredact.formats.office.office_format import OfficeFormat, XmlPart, mask_pieces
from loredact.formats.office.package import Package, serialise
from loredact.formats.office.part import Part
from loredact.formats.office.sheet import SheetCell, Workbook, point_to, sheet_cells
from loredact.formats.office.slots import Piece, Slot, spread
from loredact.formats.office.strings import S, SharedStrings
from loredact.formats.office.tables import Table, tables_of
from loredact.formats.office.values import date_styles
from loredact.formats.office.xml_text import technical

_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_STRINGS = re.compile(r"xl/sharedStrings\d*\.xml", re.IGNORECASE)
_WORKBOOK = "xl/workbook.xml"


class Xlsx(OfficeFormat):
    """An Excel workbook. A cell is a cell of a sheet, with its column's heading, or a text that stands elsewhere.

    Numbers and dates are cells too, since telephone numbers and birthdays are kept as such; one that is masked becomes
    a text. Elsewhere: literals in formulas, comments, page headers, names of sheets and ranges, links, properties,
    charts, pivot tables and what other workbooks gave.
    """

    name = "xlsx"
    suffixes = (".xlsx", ".xltx")
    kind = "Excel workbook (.xlsx)"
    folder = "xl/"

    def _parts(
        self, package: Package, leftovers: Leftovers, unread: Callable[[str], None] = lambda name: None
    ) -> Iterator[Part]:
        book = _Book.of(package)
        others = list(super()._parts(package, leftovers, unread))
        # The sheets' names first, since formulas everywhere follow them; the shared strings when all cells were seen.
        if _WORKBOOK in package.names:
            yield _WorkbookPart(package, _WORKBOOK, leftovers, book)
        sheets = [name for name in package.names if _SHEET.fullmatch(name)]
        for number, name in enumerate(sheets, 1):
            yield _SheetPart(package, name, leftovers, book, number)
        for part in others:
            if part.name.startswith("xl/pivotCache/pivotCacheDefinition"):
                yield _PivotPart(package, part.name, leftovers)
            elif part.name != _WORKBOOK and part.name not in sheets and not _STRINGS.fullmatch(part.name):
                yield part
        if book.strings_part:
            yield _StringsPart(package, book.strings_part, leftovers, book)
        yield _RenamePart(package, leftovers, book)


@dataclass(slots=True)
class _Book:
    """What is known of a workbook while its parts are read."""

    workbook: Workbook
    strings_part: str | None
    renames: Renames = field(default_factory=Renames)
    tables: list[Table] = field(default_factory=list)

    @classmethod
    def of(cls, package: Package) -> "_Book":
        part = next(filter(_STRINGS.fullmatch, package.names), None)
        strings = SharedStrings(package.xml(part), part) if part else None
        dates = date_styles(package.xml("xl/styles.xml")) if "xl/styles.xml" in package.names else set()
        properties = package.xml(_WORKBOOK).find(S + "workbookPr") if _WORKBOOK in package.names else None
        from_1904 = properties is not None and properties.get("date1904") in {"1", "true"}
        return cls(Workbook(strings, dates, from_1904), part)


class _WorkbookPart(XmlPart):
    """The names of sheets and ranges, beside what else the part says."""

    def __init__(self, package: Package, name: str, leftovers: Leftovers, book: _Book) -> None:
        super().__init__(package, name, leftovers)
        self._renames = book.renames

    def pieces(self, root: etree._Element) -> Iterator[Piece]:
        sheets = list(root.iter(S + "sheet"))
        for number, sheet in enumerate(sheets, 1):
            yield Piece([_name_slot(sheet, sheets, self._renames.sheets, "sheet")], f"name of sheet {number}")
        ranges = [name for name in root.iter(S + "definedName") if not str(name.get("name")).startswith("_xlnm.")]
        for number, element in enumerate(ranges, 1):
            yield Piece([_name_slot(element, ranges, self._renames.ranges, "range")], f"name of range {number}")
        yield from super().pieces(root)


def _name_slot(element: etree._Element, among: list[etree._Element], renames: dict[str, str], kind: str) -> Slot:
    old = str(element.get("name"))

    def put(new: str) -> None:
        others = {str(other.get("name")) for other in among if other is not element}
        renames[old] = sheet_name(new, others) if kind == "sheet" else range_name(new, others)
        element.set("name", renames[old])

    return Slot(old, put)


class _SheetPart(XmlPart):
    """A sheet: its cells, and then what else the part says."""

    def __init__(self, package: Package, name: str, leftovers: Leftovers, book: _Book, number: int) -> None:
        super().__init__(package, name, leftovers)
        self._book = book
        self._number = number
        self._tables = tables_of(package, name)
        book.tables += self._tables

    def cells(self) -> Iterator[Cell]:
        root = self.package.xml(self.name)
        data = root.find(S + "sheetData")
        if data is not None:
            for cell in self._sheet_cells(data):
                yield cell.piece.cell
        yield from (piece.cell for piece in self.pieces(root))

    def mask(self, masks: Iterator[Masked], changed: dict[str, bytes]) -> None:
        root = self.package.xml(self.name)
        data = root.find(S + "sheetData")
        touched = data is not None and self._mask_cells(data, masks)
        if self.mask_root(root, masks) or touched:
            changed[self.name] = serialise(root)

    def branches(self, root: etree._Element) -> list[etree._Element]:
        """All but the rows, whose cells are read by themselves."""
        return [child for child in root if child.tag != S + "sheetData"]

    def _sheet_cells(self, data: etree._Element) -> Iterator[SheetCell]:
        headers: dict[int, dict[str, str]] = {}
        for table in self._tables:
            headers.setdefault(table.row, {}).update(table.names)
        return sheet_cells(data, self._book.workbook, self._number, headers)

    def _mask_cells(self, data: etree._Element, masks: Iterator[Masked]) -> bool:
        strings = self._book.workbook.strings
        touched = False
        for cell in self._sheet_cells(data):
            masked = next(masks)
            extra = ""
            if masked.replacements:
                text = cell.piece.cell.text
                for span in masked.spans:
                    self.leftovers.masked(text[span.start : span.end])
                extra = self._follow(cell, masked)
            if cell.shared is not None and strings is not None:
                touched |= point_to(cell, strings, masked, extra)
            elif masked.replacements:
                spread(cell.piece.slots, masked)
                last = cell.piece.slots[-1]
                if extra:
                    last.edits.append((len(last.text), len(last.text), extra))
                for slot in cell.piece.slots:
                    slot.settle()
                touched = True
        return touched

    def _follow(self, cell: SheetCell, masked: Masked) -> str:
        """Let a table's column follow its heading; what has to stand behind the heading to tell it from others."""
        for table in self._tables:
            if cell.row == table.row and cell.column in table.names:
                extra = table.rename(cell.column, masked.text)
                self._book.renames.columns[table.names[cell.column]] = masked.text + extra
                return extra
        return ""


class _PivotPart(XmlPart):
    """What a pivot table keeps of its source; where it was masked, Excel reads the source again."""

    def mask(self, masks: Iterator[Masked], changed: dict[str, bytes]) -> None:
        root = self.package.xml(self.name)
        if self.mask_root(root, masks):
            root.set("refreshOnLoad", "1")
            changed[self.name] = serialise(root)


class _StringsPart(Part):
    """The shared strings: those that no cell has, and readings; the others were masked with their cells."""

    def __init__(self, package: Package, name: str, leftovers: Leftovers, book: _Book) -> None:
        super().__init__(package, name)
        self._leftovers = leftovers
        self._strings = book.workbook.strings

    def _pieces(self) -> Iterator[Piece]:
        if self._strings is not None:
            yield from self._strings.unused()
            yield from self._strings.readings()

    def cells(self) -> Iterator[Cell]:
        yield from (piece.cell for piece in self._pieces())

    def mask(self, masks: Iterator[Masked], changed: dict[str, bytes]) -> None:
        if self._strings is not None:
            touched = mask_pieces(self._pieces(), masks, self._leftovers)
            if self._strings.finish() or touched:
                changed[self.name] = serialise(self._strings.root)


class _RenamePart(Part):
    """No part, but what follows when names were masked: formulas, references, columns of tables."""

    def __init__(self, package: Package, leftovers: Leftovers, book: _Book) -> None:
        super().__init__(package, "")
        self._leftovers = leftovers
        self._book = book

    def cells(self) -> Iterator[Cell]:
        yield from ()

    def mask(self, masks: Iterator[Masked], changed: dict[str, bytes]) -> None:
        del masks
        if not self._book.renames:
            return
        tables = {table.part: table for table in self._book.tables if table.renamed}
        for name in self.package.names:
            if not name.startswith("xl/") or not name.endswith(".xml") or _STRINGS.fullmatch(name):
                continue
            root = etree.fromstring(changed[name]) if name in changed else self.package.xml(name)
            touched = self._book.renames.carry_out(root)
            if name in tables:
                tables[name].carry_out(root)
            if touched or name in tables:
                changed[name] = serialise(root)
                self._leftovers.left(name, technical(root))

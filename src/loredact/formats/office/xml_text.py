"""The texts of one XML part of an Office file: paragraphs, loose texts, and attributes that people fill in.

One walk serves Word's and Excel's parts alike: documents, comments, footnotes, drawings, charts, properties, people.
What it does not take for text is technical: sizes, identifiers, names of styles and fonts. `technical` gives those that
could hold a name all the same, to be looked at after masking.
"""

from collections.abc import Iterator, Set
from functools import partial

from lxml import etree

from loredact.formats.office.fragments import format_slots, header_slots, literal_slots, without_literals
from loredact.formats.office.slots import Piece, Slot
from loredact.formats.office.writable import writable

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
SPACE = "{http://www.w3.org/XML/1998/namespace}space"

_PARAGRAPHS = {W + "p", A + "p"}
_VML_BOX = "{urn:schemas-microsoft-com:vml}textbox"
_RICH_STRINGS = {S + "text", S + "is", S + "si"}
_LETTERS = {W + "t", A + "t", M + "t"}
# What stands for one character of the text. A tab stop (in w:pPr) has the name of a tab and is none.
_MARKS = {
    W + "tab": "\t", W + "ptab": "\t", W + "br": "\n", W + "cr": "\n", W + "noBreakHyphen": "-", A + "br": "\n",
}  # fmt: skip
_PROPERTIES = {W + "pPr", W + "rPr", A + "pPr", A + "rPr", A + "endParaRPr", W + "sdtPr", W + "sdtEndPr"}
_DELETED = {W + "del", W + "moveFrom"}
_INSERTED = {W + "ins", W + "moveTo"}

# Attributes that people fill in, or programs with what they know of people, by local name.
_FILLED_IN = frozenset({
    "author", "initials", "userId", "userName", "descr", "title", "tooltip", "alt",
    "displayText", "prompt", "promptTitle", "error", "errorTitle", "caption", "refreshedBy", "instr", "string", "user",
    "comment", "connection", "command", "connectionString", "query", "url", "sourceFile", "display", "location",
    "customList", "text", "headers", "grandTotalCaption", "dataCaption", "rowHeaderCaption", "colHeaderCaption",
    "missingCaption", "errorCaption", "description", "help", "statusBar", "label", "formula", "anchor",
})  # fmt: skip
# Of elements whose attributes are otherwise technical: the attribute that holds a text.
_FILLED_IN_OF = {
    "docPr": {"name"}, "cNvPr": {"name"}, "alias": {"val"}, "tag": {"val"}, "default": {"val"}, "helpText": {"val"},
    "statusText": {"val"}, "docVar": {"name", "val"}, "listItem": {"value"}, "property": {"name"},
    "connectString": {"val"}, "udl": {"val"}, "query": {"val"}, "mailSubject": {"val"}, "addressFieldName": {"val"},
    "bookmarkStart": {"name"}, "connection": {"name"}, "scenario": {"name"}, "inputCells": {"val"},
    "filter": {"val"}, "customFilter": {"val"}, "sheetName": {"val"}, "slicer": {"name"}, "cacheField": {"name"},
    "dataField": {"name"}, "pivotField": {"name"}, "s": {"v"}, "d": {"v"}, "n": {"v"}, "item": {"n"},
    "customWorkbookView": {"name"}, "protectedRange": {"name"}, "cfRule": {"text"}, "fileSharing": {"userName"},
    "hlinkClick": {"tooltip"}, "presenceInfo": {"userId"}, "person": {"author", "displayName", "userId"},
    "userInfo": {"name"}, "header": {"userName"}, "queryTable": {"name"}, "absPath": {"url"}, "tblCaption": {"val"},
    "tblDescription": {"val"}, "listEntry": {"val"}, "attr": {"val"},
}  # fmt: skip
# Texts of these namespaces are numbers and positions.
_TECHNICAL_TEXTS = (
    "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing",
    "http://schemas.microsoft.com/office/word/2010/wordprocessingDrawing",
    "urn:schemas-microsoft-com:office:excel",
    "urn:schemas-microsoft-com:office:word",
    "urn:schemas-microsoft-com:office:office",
)
# Elements whose text is a number, a date or an identifier by its schema, by local name.
_TECHNICAL_ELEMENTS = frozenset({
    "created", "modified", "lastPrinted", "revision", "TotalTime", "Pages", "Words", "Characters", "DocSecurity",
    "Lines", "Paragraphs", "ScaleCrop", "CharactersWithSpaces", "LinksUpToDate", "SharedDoc", "HyperlinksChanged",
    "AppVersion", "Application", "i1", "i2", "i4", "i8", "int", "uint", "ui4", "r8", "r4", "decimal", "bool",
    "date", "filetime", "clsid", "sqref", "ref", "HiddenSlides", "MMClips", "Notes", "Slides", "blob",
    "textSpacer",
})  # fmt: skip
# Codes of number formats, which hold texts: an attribute and an element, by local name.
_NUMBER_FORMAT = "formatCode"
_FORMAT_HEADING = "format"  # a unit by itself may be taken for somebody
# Excel's formulas, by local name; those of Word's tables are codes of fields.
FORMULAS = frozenset({
    "f", "formula", "formula1", "formula2", "definedName", "calculatedColumnFormula", "totalsRowFormula",
})  # fmt: skip
_PAGE_HEADERS = frozenset({"oddHeader", "evenHeader", "firstHeader", "oddFooter", "evenFooter", "firstFooter"})
# Names of fonts and styles: many a place or a person is called like one, and none of them tells of anybody.
_VOCABULARY = frozenset({
    "ascii", "hAnsi", "cs", "eastAsia", "typeface", "panose", "styleId", "pStyle", "rStyle", "style", "lang", "xfId",
    "rFont", "font", "lsdException", "Requires", "Ignorable", "PartName", "ContentType", "Type", "uri", "prst", "id",
    "Id",
})  # fmt: skip


def local(name: str | bytes) -> str:
    """The name without its namespace."""
    return etree.QName(name).localname


def element_slot(element: etree._Element) -> Slot:
    """The text of `element`, up to its first child."""

    def put(new: str) -> None:
        element.text = writable(new)
        if new != new.strip() and (element.tag.startswith((W, S))):
            element.set(SPACE, "preserve")

    return Slot(element.text or "", put)


def attribute_slot(element: etree._Element, name: str) -> Slot:
    """The value of an attribute."""

    def put(new: str) -> None:
        element.set(name, writable(new))
        if name == "v" and local(element.tag) in {"n", "d"}:  # a number or a date of a pivot table is a string now
            element.tag = etree.QName(etree.QName(element.tag).namespace, "s").text

    return Slot(str(element.get(name)), put)


def pieces(root: etree._Element, part: str, *, all_attributes: bool = False) -> Iterator[Piece]:
    """The texts of the part called `part`, in its order.

    `all_attributes` takes every attribute for text, where no schema is known (custom XML).
    """
    taken: set[etree._Element] = set()  # elements that a paragraph has
    boxed: set[etree._Element] = set()  # elements in a box, whose tails it has too
    paragraphs = boxes = 0
    for element in root.iter():
        if not isinstance(element.tag, str):  # a comment, or an instruction to a program
            if element.tag is etree.Comment and (element.text or "").strip():
                yield Piece([element_slot(element)], f"{part}, a comment in the XML")
        else:
            name = local(element.tag)
            yield from _attributes(element, part, all_attributes=all_attributes)
            if element.tag == _VML_BOX and next(element.iter(*_PARAGRAPHS), None) is None:
                boxes += 1
                boxed.update(element.iter())
                yield from _box(element, f"{part}, text box {boxes}")
            if element.tag in _PARAGRAPHS:
                paragraphs += 1
                yield from _paragraph(element, f"{part}, paragraph {paragraphs}", taken)
            elif element.tag in _RICH_STRINGS and len(element):
                texts = list(element.iter(S + "t"))
                taken.update(texts)
                yield Piece([element_slot(text) for text in texts], f"{part}, {name}")
            elif (
                element not in taken
                and element not in boxed
                and (element.text or "").strip()
                and (all_attributes or not _is_technical(element))
            ):
                yield from _loose(element, f"{part}, {name}")
        if (element.tail or "").strip() and element is not root and (element not in boxed or element.tag == _VML_BOX):
            yield Piece([_tail_slot(element)], f"{part}, a text between elements")


def _attributes(element: etree._Element, part: str, *, all_attributes: bool) -> Iterator[Piece]:
    name = local(element.tag)
    filled_in: Set[str] = _FILLED_IN_OF.get(name, frozenset())
    for attribute in element.attrib:
        key = str(attribute)
        if all_attributes or local(key) in _FILLED_IN or local(key) in filled_in:
            yield Piece([attribute_slot(element, key)], f"{part}, {local(key)} of {name}", local(key))
        elif local(key) == _NUMBER_FORMAT:
            slots = format_slots(str(element.get(key)), partial(element.set, key))
            yield from (Piece([slot], f"{part}, number format", _FORMAT_HEADING) for slot in slots)


def _loose(element: etree._Element, where: str) -> Iterator[Piece]:
    """The text of an element outside paragraphs: whole, or what of it people wrote between codes."""
    name = local(element.tag)
    if name in FORMULAS:
        yield from (Piece([slot], where) for slot in literal_slots(element))
    elif name in _PAGE_HEADERS:
        slots = header_slots(element)
        if any(slot.text.strip() for slot in slots):
            yield Piece(slots, where)
    elif element.tag == C + _NUMBER_FORMAT:
        slots = format_slots(element.text or "", partial(setattr, element, "text"))
        yield from (Piece([slot], where, _FORMAT_HEADING) for slot in slots)
    else:
        yield Piece([element_slot(element)], where, _heading(element))


def technical(root: etree._Element) -> Iterator[str]:
    """What `pieces` does not give and could hold a name: attributes that are no vocabulary, and technical texts."""
    for element in root.iter(etree.Element):
        name = local(element.tag)
        if name in _VOCABULARY:
            continue
        filled_in: Set[str] = _FILLED_IN_OF.get(name, frozenset())
        for key, value in element.attrib.items():
            if local(key) == _NUMBER_FORMAT:
                yield without_literals(str(value))
            elif local(key) not in _FILLED_IN and local(key) not in filled_in and local(key) not in _VOCABULARY:
                yield str(value)
        if element.text and _is_technical(element):
            yield element.text
        elif element.text and element.tag == C + _NUMBER_FORMAT:
            yield without_literals(element.text)


def _is_technical(element: etree._Element) -> bool:
    if local(element.tag) in _TECHNICAL_ELEMENTS:
        return True
    if etree.QName(element.tag).namespace in _TECHNICAL_TEXTS:
        return True
    # A chart keeps the numbers that it draws; names stand in its caches of strings.
    return local(element.tag) == "v" and any(local(parent.tag) == "numCache" for parent in element.iterancestors())


def _heading(element: etree._Element) -> str:
    """What a loose text is called: its element's name, or that of the property that it is the value of."""
    parent = element.getparent()
    if parent is not None and local(parent.tag) == "property":
        return str(parent.get("name", ""))
    return local(element.tag)


def _tail_slot(element: etree._Element) -> Slot:
    return Slot(element.tail or "", lambda new: setattr(element, "tail", writable(new)))


class _Streams:
    """The slots of a paragraph: as it is with its changes, as it was before them, its fields' codes, its readings."""

    def __init__(self) -> None:
        self.now: list[Slot] = []
        self.before: list[Slot] = []
        self.codes: list[Slot] = []
        self.readings: list[Slot] = []
        self.has_deletions = False

    def add(self, slot: Slot, *, deleted: bool, inserted: bool, reading: bool) -> None:
        if reading:
            self.readings.append(slot)
            return
        if not deleted:
            self.now.append(slot)
        if not inserted or deleted:
            self.before.append(slot)
        self.has_deletions |= deleted


def _paragraph(paragraph: etree._Element, where: str, taken: set[etree._Element]) -> Iterator[Piece]:
    streams = _Streams()
    _gather(paragraph, streams, taken, deleted=False, inserted=False, reading=False)
    if streams.now:
        yield Piece(streams.now, where)
    if streams.has_deletions:
        yield Piece(streams.before, f"{where}, before its changes")
    if streams.codes:
        yield Piece(streams.codes, f"{where}, codes of fields")
    if streams.readings:
        yield Piece(streams.readings, f"{where}, readings above the line")


def _gather(
    parent: etree._Element,
    streams: _Streams,
    taken: set[etree._Element],
    *,
    deleted: bool,
    inserted: bool,
    reading: bool,
) -> None:
    for element in parent:
        tag = element.tag
        if not isinstance(tag, str) or tag in _PARAGRAPHS or tag in _PROPERTIES:
            continue  # a paragraph within a paragraph (a text box) is one by itself
        if tag in _LETTERS:
            taken.add(element)
            streams.add(element_slot(element), deleted=deleted, inserted=inserted, reading=reading)
        elif tag == W + "delText":
            taken.add(element)
            streams.add(element_slot(element), deleted=True, inserted=inserted, reading=reading)
        elif tag in {W + "instrText", W + "delInstrText"}:
            taken.add(element)
            streams.codes.append(element_slot(element))
        elif tag in _MARKS:
            streams.add(_mark_slot(element, _MARKS[tag]), deleted=deleted, inserted=inserted, reading=reading)
        else:
            _gather(
                element,
                streams,
                taken,
                deleted=deleted or tag in _DELETED,
                inserted=inserted or tag in _INSERTED,
                reading=reading or tag == W + "rt",
            )


def _mark_slot(element: etree._Element, text: str) -> Slot:
    def put(new: str) -> None:
        parent = element.getparent()
        if parent is None:  # gone already
            return
        if new:  # a span starts on the mark: what takes its place is text
            taking = etree.Element(A + "r" if element.tag == A + "br" else W + "t")
            (etree.SubElement(taking, A + "t") if taking.tag == A + "r" else taking).text = writable(new)
            parent.replace(element, taking)
        else:
            parent.remove(element)

    return Slot(text, put)


def _box(box: etree._Element, where: str) -> Iterator[Piece]:
    """The text of a box of VML, which is HTML, through all its runs; a line break and a block begin a new line."""
    slots = [element_slot(box)]
    _gather_box(box, slots)
    if any(slot.text.strip() for slot in slots):
        yield Piece([slot for slot in slots if slot.text], where)


def _gather_box(parent: etree._Element, slots: list[Slot]) -> None:
    for element in parent:
        if isinstance(element.tag, str):
            name = local(element.tag).lower()
            if name == "br" or (name in {"div", "p"} and any(slot.text.strip() for slot in slots)):
                slots.append(_line_slot(element))
            slots.append(element_slot(element))
            _gather_box(element, slots)
        slots.append(_tail_slot(element))


def _line_slot(element: etree._Element) -> Slot:
    def put(new: str) -> None:
        if new.strip():  # a span starts on the break: what takes its place is text
            taking = etree.Element("span")
            taking.text = writable(new)
            element.insert(0, taking)

    return Slot("\n", put)

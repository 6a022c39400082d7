"""Names that formulas refer to: of sheets, of ranges, of columns of tables. What refers to a masked one follows it."""

import re
from dataclasses import dataclass, field

from lxml import etree

from loredact.formats.office.xml_text import FORMULAS, local

_LONGEST_SHEET_NAME = 31
_LITERAL = re.compile(r'("(?:[^"]|"")*")')
_QUOTED_SHEET = re.compile(r"'((?:[^']|'')+)'!")
_BARE_SHEET = re.compile(r"(?<![\w.'\]])([^\W\d][\w.]*)!")
_COLUMN = re.compile(r"\[(@?)((?:[^\[\]']|'.)+)\]")


@dataclass(slots=True)
class Renames:
    """Old names and new ones: of sheets, of defined names, and of tables' columns."""

    sheets: dict[str, str] = field(default_factory=dict)
    ranges: dict[str, str] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.sheets or self.ranges or self.columns)

    def carry_out(self, root: etree._Element) -> bool:
        """Rename in every formula and reference below `root`; whether anything was renamed."""
        touched = False
        for element in root.iter(etree.Element):
            name = local(element.tag)
            if name in FORMULAS and element.text and (new := self.in_formula(element.text)) != element.text:
                element.text = new
                touched = True
            if name == "hyperlink" and (location := element.get("location")):
                touched |= _set(element, "location", self.in_formula(str(location)))
            elif name == "worksheetSource":
                touched |= _set(element, "sheet", self.sheets.get(str(element.get("sheet"))))
                touched |= _set(element, "name", self.ranges.get(str(element.get("name"))))
        return touched

    def in_formula(self, formula: str) -> str:
        """`formula` with the new names. What stands in quotation marks is a text and no name."""
        parts = _LITERAL.split(formula)
        parts[::2] = [self._in_code(part) for part in parts[::2]]
        return "".join(parts)

    def _in_code(self, code: str) -> str:
        if self.sheets and "!" in code:
            code = _QUOTED_SHEET.sub(self._quoted_sheet, code)
            code = _BARE_SHEET.sub(lambda m: f"'{self.sheets[m[1]]}'!" if m[1] in self.sheets else m[0], code)
        for old, new in self.ranges.items():
            code = re.sub(rf"(?<![\w.'!]){re.escape(old)}(?![\w.('!])", new.replace("\\", r"\\"), code)
        if self.columns and "[" in code:
            code = _COLUMN.sub(self._column, code)
        return code

    def _quoted_sheet(self, match: re.Match[str]) -> str:
        names = match[1].replace("''", "'").split(":")  # 'first:last'! is a row of sheets
        new = ":".join(self.sheets.get(name, name) for name in names)
        return "'" + new.replace("'", "''") + "'!"

    def _column(self, match: re.Match[str]) -> str:
        name = re.sub(r"'(.)", r"\1", match[2])
        if name not in self.columns:
            return match[0]
        return f"[{match[1]}" + re.sub(r"([\[\]#'@])", r"'\1", self.columns[name]) + "]"


def sheet_name(text: str, others: set[str]) -> str:
    """`text` as a name that a sheet may have: no bracket, colon, star, mark or slash, 31 letters, not in `others`."""
    text = re.sub(r"[:*?/\\]", "-", text.replace("[", "(").replace("]", ")")).strip("'") or "-"
    return unique(text, others, _LONGEST_SHEET_NAME)


def range_name(text: str, others: set[str]) -> str:
    """`text` as a name that a range may have and none of `others` has."""
    text = re.sub(r"[^\w.]", "_", text)
    return unique(text if re.match(r"[^\W\d]", text) and "_" in text else "_" + text, others, 255)


def unique(text: str, others: set[str], longest: int) -> str:
    """`text`, with a number behind it where `others` have it already, in any case of letters."""
    known = {other.casefold() for other in others}
    name, number = text[:longest], 1
    while name.casefold() in known:
        number += 1
        ending = f" {number}" if longest == _LONGEST_SHEET_NAME else f"_{number}"
        name = text[: longest - len(ending)] + ending
    return name


def _set(element: etree._Element, attribute: str, value: str | None) -> bool:
    if value is None or element.get(attribute) in {None, value}:
        return False
    element.set(attribute, value)
    return True

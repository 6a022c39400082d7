"""Tables of a sheet (ListObjects): where their rows of headings are, and what their columns are called.

A column's name has to be the text of its heading's cell, or Excel takes the file for damaged; so the cell is masked,
and the name follows.
"""

import posixpath
import re
from dataclasses import dataclass, field

from lxml import etree

from loredact.errors import InputError
from loredact.formats.office.names import unique
from loredact.formats.office.package import Package
from loredact.formats.office.sheet import column_number, letters
from loredact.formats.office.strings import S, decode, encode

_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})(?::\$?[A-Z]{1,3}\$?[0-9]{1,7})?")


@dataclass(slots=True)
class Table:
    """The table in the part `part`: the number of its row of headings, and its names by the sheet's columns."""

    part: str
    row: int
    names: dict[str, str]
    renamed: dict[str, str] = field(default_factory=dict)

    def rename(self, column: str, text: str) -> str:
        """Call the column of the sheet's `column` what its heading says now; the text that makes it unique."""
        others = {self.renamed.get(other, name) for other, name in self.names.items() if other != column}
        self.renamed[column] = unique(text, others, 255)
        return self.renamed[column][len(text) :] if self.renamed[column].startswith(text) else ""

    def carry_out(self, root: etree._Element) -> None:
        """Put the new names into the part's XML."""
        columns = root.iter(S + "tableColumn")
        for column, element in zip(self.names, columns, strict=False):
            if column in self.renamed:
                element.set("name", encode(self.renamed[column]).replace("\n", "_x000a_"))


def tables_of(package: Package, sheet: str) -> list[Table]:
    """The tables of the sheet in the part `sheet`, those with a row of headings."""
    folder, name = posixpath.split(sheet)
    relations = f"{folder}/_rels/{name}.rels"
    if relations not in package.names:
        return []
    found = []
    for relation in package.xml(relations):
        if not str(relation.get("Type", "")).endswith("/table"):
            continue
        part = posixpath.normpath(posixpath.join("/" + folder, str(relation.get("Target")))).lstrip("/")
        if part not in package.names:
            raise InputError(f"The part {sheet} has a table that is not in the file; it is damaged.")
        root = package.xml(part)
        match = _RANGE.fullmatch(str(root.get("ref", "")))
        if match and root.get("headerRowCount", "1") != "0":
            first = column_number(match[1])
            names = {
                letters(first + place): decode(str(column.get("name", "")))
                for place, column in enumerate(root.iter(S + "tableColumn"))
            }
            found.append(Table(part, int(match[2]), names))
    return found

"""Word's `.docx` and `.dotx`: Office Open XML (ECMA-376, part 1, WordprocessingML)."""

from loredact.formats.office.office_format import OfficeFormat


class Docx(OfficeFormat):
    """A Word document. A cell is a paragraph, a link's address, a property, or an attribute that a person filled in.

    Paragraphs stand in the body, tables, headers, footers, notes, comments, text boxes, content controls, charts and
    diagrams. Where changes are tracked, a paragraph with deletions is two cells: as it is, and as it was.
    """

    name = "docx"
    suffixes = (".docx", ".dotx")
    kind = "Word document (.docx)"
    folder = "word/"

"""A cell: a text in a file, and where it stands."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cell:
    """One text of a file, to be masked by itself or together with its row.

    `text` is what a person reads: unquoted, unescaped, decoded. `where` is its place in words for messages, such as
    "row 4, column name", "/orders/0/note", "page 2" or "Subject"; no value of the file stands in it. `heading` is the
    column's name or the key, which the model is given as context. Cells that follow one another with the same `row`, a
    number of the format's choosing, stand in one row or record; the model may be shown them together.
    """

    text: str
    where: str
    heading: str = ""
    row: int | None = None

"""Tables in text: CSV, TSV and the like, in any dialect and encoding."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path, PurePath

from loredact.document import Masked, Replacement
from loredact.errors import InputError
from loredact.formats.cell import Cell
from loredact.formats.decoded import Decoded, Token
from loredact.formats.dialect import Dialect, dialect_of
from loredact.formats.encoding import encoding_of
from loredact.formats.format import Options
from loredact.formats.headings import FirstRow, first_row
from loredact.formats.scan import Held, Scan, Slot, cells_of, write_scan

_SAMPLE_ROWS = 50
_SAMPLE_CHARACTERS = 1 << 16


class Csv:
    """Fields that are replaced keep their quotation marks, or get them where they need them; no other byte changes.

    The first row is left as it is where it is headings for sure. Its own fields are cells where that is in doubt; where
    it is likely, they head the columns all the same, and places have the number of the column.
    """

    name = "csv"
    suffixes = (".csv", ".tsv", ".tab", ".psv")

    def __init__(self, options: Options) -> None:
        self.options = options

    def cells(self, source: Path) -> Iterator[Cell]:
        """See `Format.cells`."""
        yield from cells_of(_scan(encoding_of(source).read(source), source))

    def rewrite(self, source: Path, out: Path, masked: Iterable[Masked]) -> None:
        """See `Format.rewrite`."""
        encoding = encoding_of(source)
        with out.open("wb") as file:
            file.write(encoding.mark)
            write_scan(_scan(encoding.read(source), source), masked, lambda text: file.write(encoding.encode(text)))


@dataclass(frozen=True, slots=True)
class _Field:
    """A field as it stands in the file, and what ends it: a delimiter, a line break, or nothing."""

    raw: str
    end: str


class _Fields:
    """Takes a table's text apart. A row is a list of fields."""

    def __init__(self, dialect: Dialect) -> None:
        delimiter, quote = re.escape(dialect.delimiter), re.escape(dialect.quote)
        escape = re.escape(dialect.escape)
        blank = "[ ]*" if dialect.delimiter != " " else ""
        pair = f"{escape}." if escape else r"(?!)."
        bare = rf"(?:[^{delimiter}\r\n{escape}]|{pair})*+"
        quoted = rf"{blank}{quote}(?:[^{quote}{escape}]|{quote}{quote}|{pair})*+{quote}[^{delimiter}\r\n]*+"
        begun = rf"{blank}{quote}"
        self._field = re.compile(rf"(?:{quoted}|(?!{begun}){bare})(?P<end>{delimiter}|\r\n|\n|\r|\Z)", re.DOTALL)
        self._quoted = re.compile(rf"({blank}{quote})(.*){quote}[^{quote}]*", re.DOTALL)
        self._tokens = re.compile(rf"{quote}{quote}|{pair}", re.DOTALL)
        self._bare_tokens = re.compile(pair, re.DOTALL)
        self._special = rf"[{delimiter}{quote}{escape}\r\n]"
        self.dialect = dialect

    def rows(self, blocks: Iterator[str]) -> Iterator[list[_Field]]:
        """The rows of the text in `blocks`.

        Raises:
            InputError: where a quotation mark is not closed, or a field is too long.
        """
        held, row, number = Held(blocks), [], 1
        while True:
            match = self._field.match(held.text, held.at)
            # At the end of what is held it may go on: the line break too.
            if (match is None or match.end() >= len(held.text)) and held.more(f"Row {number}: a field"):
                continue
            if match is None:
                raise InputError(f"Row {number}: a quotation mark is opened and not closed.")
            end = match["end"]
            row.append(_Field(match[0][: len(match[0]) - len(end)], end))
            held.at = match.end()
            if end != self.dialect.delimiter:
                if end or len(row) > 1 or row[0].raw:
                    yield row
                    row = []
                    number += 1
                if not end:
                    return

    def decoded(self, raw: str) -> tuple[str, Decoded, str]:
        """What stands before a field's value, the value, and what stands after it."""
        match = self._quoted.fullmatch(raw)
        if match is None:
            return "", Decoded(raw, (Token(m.start(), m.end(), m[0][1:]) for m in self._bare_tokens.finditer(raw))), ""
        inner = Decoded(match[2], (Token(m.start(), m.end(), m[0][1:]) for m in self._tokens.finditer(match[2])))
        return match[1], inner, raw[match.end(2) :]

    def write(self, text: str, _: Replacement | None) -> str:
        """`text` for a place between quotation marks."""
        quote, escape = self.dialect.quote, self.dialect.escape
        if escape:
            return text.replace(escape, escape * 2).replace(quote, escape + quote)
        return text.replace(quote, quote * 2)

    def write_bare(self, text: str, _: Replacement | None) -> str:
        """`text` for a place in a field without quotation marks."""
        escape = self.dialect.escape
        return re.sub(self._special, rf"{re.escape(escape)}\g<0>", text) if escape else text

    def closed(self, bare: str) -> str:
        """A field that had no quotation marks, with them where it needs them now."""
        quote = self.dialect.quote
        if self.dialect.escape or not (bare.startswith(quote) or re.search(self._special, bare.replace(quote, ""))):
            return bare
        return quote + bare.replace(quote, quote * 2) + quote


def _scan(blocks: Iterator[str], source: Path) -> Scan:
    sample = ""
    for block in blocks:
        sample += block
        if len(sample) >= _SAMPLE_CHARACTERS:
            break
    dialect = dialect_of(sample, PurePath(source.name))
    fields = _Fields(dialect)
    rows = fields.rows(chain([sample], blocks))
    first = list(islice(rows, _SAMPLE_ROWS))
    values = [[fields.decoded(field.raw)[1].text for field in row] for row in first]
    kind = first_row(values)
    sure = kind is FirstRow.HEADINGS
    headings = [] if kind is FirstRow.DATA else [value.strip() for value in values[0]]
    for number, row in enumerate(chain(first, rows), start=1):
        if sure and number == 1:
            yield "".join(field.raw + field.end for field in row)
            continue
        for column, field in enumerate(row):
            before, decoded, after = fields.decoded(field.raw)
            new = decoded.encoded
            if not new.isspace() and new:
                heading = headings[column] if column < len(headings) and number > 1 else ""
                where = f"row {number}, column {(sure and heading) or column + 1}"
                write = fields.write if before else fields.write_bare
                new = yield Slot(Cell(decoded.text, where, heading, number), decoded, write)
                if not before and new != decoded.encoded:
                    new = fields.closed(new)
            yield before + new + after + field.end

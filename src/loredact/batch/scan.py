"""A first look at files: which columns hold personal data, by a sample of their rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from loredact.batch.chunks import chunks
from loredact.batch.deciding import Evidence
from loredact.batch.finding import find_in_cells
from loredact.batch.shown import Headings
from loredact.batch.tree import files_in
from loredact.document import Span
from loredact.errors import InputError
from loredact.formats import Cell, Options, find_format
from loredact.masking import Masker
from loredact.operators import Context

_MOST_EXAMPLES = 3
_LONGEST_EXAMPLE = 80


@dataclass(frozen=True, slots=True)
class ColumnReport:
    """What a sample of a column held: the share of its cells with a span of the label that most have, and up to three
    cells, masked. `label` is None where nothing was found; `personal` says whether the column holds personal data, and
    not only a cell of it here and there.
    """

    file: str
    column: str
    cells: int
    label: str | None
    share: float
    examples: tuple[str, ...]
    personal: bool


@dataclass(slots=True)
class _Column:
    evidence: Evidence = field(default_factory=Evidence)
    examples: list[str] = field(default_factory=list)


def scan_files(
    paths: Sequence[Path], masker: Masker, cells: int, options: Options | None = None
) -> Iterator[ColumnReport | tuple[str, InputError]]:
    """What the columns of each file hold, by its first `cells` cells; or why a file cannot be read.

    A column is what has one heading: a column of a table, a key of JSON, an element of XML, a header of a mail. Text
    without a heading is one column without a name. A heading that may be personal itself, such as a name that is a key,
    is not told, but its place: `key 3`.
    """
    for file in files_in(paths):
        try:
            found = find_format(file.source, options or Options())
            headings = Headings()
            columns = list(scan_cells(file.name, headings.noted(islice(found.cells(file.source), cells)), masker))
            names = headings.shown(masker)
            yield from (replace(column, column=names[column.column]) for column in columns)
        except InputError as error:
            yield file.name, error
        except OSError as error:
            yield file.name, InputError(f"It cannot be read: {error.strerror or type(error).__name__}.")


def scan_cells(name: str, cells: Iterator[Cell], masker: Masker) -> Iterator[ColumnReport]:
    """What the columns of `cells`, which are of the file called `name`, hold; columns are called as they are headed."""
    columns: dict[str, _Column] = {}
    for chunk in chunks(cells):
        for cell, spans in zip(chunk, find_in_cells(masker, chunk), strict=True):
            _add(columns.setdefault(cell.heading, _Column()), cell, spans, masker)
    for heading, column in columns.items():
        found = column.evidence
        examples = tuple(column.examples)
        yield ColumnReport(name, heading, found.cells, found.label, found.share, examples, found.is_personal(heading))


def _add(column: _Column, cell: Cell, spans: list[Span], masker: Masker) -> None:
    column.evidence.add(cell, spans)
    if spans and len(column.examples) < _MOST_EXAMPLES:
        # From the first replacement on: what stands before may be long.
        masked = masker.policy.open(Context()).apply(cell.text, spans)
        start = max(0, masked.replacements[0].start - _LONGEST_EXAMPLE // 2)
        example = " ".join(masked.text[start : start + _LONGEST_EXAMPLE].split())
        if example not in column.examples:
            column.examples.append(example)

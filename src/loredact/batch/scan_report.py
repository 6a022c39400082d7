"""What a scan found, as JSON and as a page."""

from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

from loredact.batch.scan import ColumnReport
from loredact.masking.page import page, table

# For texts without a heading.
NO_HEADING = "(text)"
_HEADS = ("column", "label", "share of cells", "cells", "examples, masked")


def as_json(columns: Sequence[ColumnReport]) -> list[dict[str, Any]]:
    """An object a column."""
    return [asdict(column) for column in columns]


def as_page(columns: Sequence[ColumnReport], problems: Sequence[tuple[str, str]] = ()) -> str:
    """A page of HTML with a table a file; `problems` are names of files that could not be read, with the reason."""
    personal = sum(column.personal for column in columns)
    files = len({column.file for column in columns})
    parts = [
        f"<p>{personal:,} of {len(columns):,} columns in {files:,} files hold personal data, by a sample of their "
        "cells. Names of columns and files are as they were found, but a column whose name may be personal is called "
        "by its place. Examples are masked.</p>"
    ]
    if problems:
        parts.append(table("Could not be read", ("file", "reason"), problems))
    for file, group in groupby(columns, key=lambda column: column.file):
        of_file = sorted(group, key=lambda column: not column.personal)
        parts.append(table(file, _HEADS, [_row(c) for c in of_file], quiet=[not c.personal for c in of_file]))
    return page("Columns that hold personal data", parts)


def _row(column: ColumnReport) -> tuple[str, ...]:
    label = (column.label or "") if column.personal else "nothing personal"
    share = f"{100 * column.share:.0f} %" if column.label else ""
    return column.column or NO_HEADING, label, share, f"{column.cells:,}", " · ".join(column.examples)

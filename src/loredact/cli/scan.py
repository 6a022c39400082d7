"""`loredact scan`: which columns of files hold personal data."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loredact.adapters import DEFAULT_ADAPTER
from loredact.cli.console import complain, print_json, say, tell
from loredact.cli.options import Adapter, Also, BaseNow, NoRules, Precision, Recall, masker_settings

if TYPE_CHECKING:
    from loredact.batch.scan import ColumnReport

EXAMPLE = "Example: loredact scan customers.csv"


def scan(
    paths: Annotated[list[str], typer.Argument(help="Files and folders.")],
    cells: Annotated[int, typer.Option(min=1, help="Number of cells of each file to look at.")] = 2_000,
    adapter: Adapter = DEFAULT_ADAPTER,
    recall: Recall = None,
    precision: Precision = None,
    also: Also = None,
    no_rules: NoRules = False,
    base: BaseNow = None,
    json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    report: Annotated[Path | None, typer.Option(metavar="FILE.html", help="Write the report as a page too.")] = None,
) -> None:
    """Print which columns of files hold personal data, by a sample: label, share of cells, three masked examples.

    Nothing is written but the page that --report names. A column marked with * holds personal data; `loredact mask
    --columns` masks columns by name.
    """
    from loredact.batch.scan import scan_files
    from loredact.batch.scan_report import as_json, as_page
    from loredact.files import write_text

    masker = masker_settings(adapter, recall, precision, also, no_rules=no_rules, base=base).load(say)
    code = 0
    columns: list[ColumnReport] = []
    problems: list[tuple[str, str]] = []
    for found in scan_files([Path(path) for path in paths], masker, cells):
        if isinstance(found, tuple):
            complain(f"{found[0]}: {found[1]}")
            problems.append((found[0], str(found[1])))
            code = found[1].exit_code
        else:
            columns.append(found)
    if json:
        print_json(as_json(columns))
    else:
        _print_table(columns)
    if report is not None:
        write_text(report, as_page(columns, problems))
    raise typer.Exit(code)


def _print_table(columns: "list[ColumnReport]") -> None:
    from loredact.batch.scan_report import NO_HEADING

    file = None
    for column in columns:
        if column.file != file:
            file = column.file
            tell(f"{file}\n  {'column':24} {'cells':>6} {'share':>6}  {'label':20} examples")
        name = column.column if len(column.column) <= 24 else column.column[:23] + "…"
        tell(
            f"{'*' if column.personal else ' '} {name or NO_HEADING:24} {column.cells:6} {100 * column.share:5.0f}%  "
            f"{column.label or '-':20} {' · '.join(column.examples)}"
        )

"""Options of the commands that read files by their format."""

from typing import Annotated

import typer

Out = Annotated[
    str | None,
    typer.Option(metavar="DIR", help="Mask files and trees into this folder, or one of a storage, such as s3://b/out."),
]
Workers = Annotated[
    int | None, typer.Option(min=1, help="With --out: number of worker processes; by default one per processor core.")
]
ColumnNames = Annotated[
    str | None,
    typer.Option("--columns", metavar="NAME,...", help="Mask only these columns of tables and keys of JSON."),
]
Numbers = Annotated[bool, typer.Option("--numbers", help="Mask numbers in JSON too; masked ones become strings.")]
Keys = Annotated[bool, typer.Option("--keys", help="Mask keys of JSON objects too.")]
Scripts = Annotated[bool, typer.Option("--scripts", help="Mask scripts and styles of HTML too.")]
OnRay = Annotated[
    bool,
    typer.Option(
        "--ray", help="With --out: mask on all machines of a Ray cluster, which reach the files by the same addresses."
    ),
]
Unread = Annotated[
    bool,
    typer.Option(
        "--unread",
        help="With --out: leave pages of PDFs as they are that are pictures, or whose letters nobody can tell, where "
        "Tesseract is not installed; otherwise such a PDF is refused.",
    ),
]


def column_names(given: str | None) -> tuple[str, ...] | None:
    """The names in `--columns`, apart by commas."""
    return None if given is None else tuple(name.strip() for name in given.split(",") if name.strip())

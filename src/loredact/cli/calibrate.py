"""`loredact calibrate`: a recall that held-out documents guarantee."""

from pathlib import Path
from typing import Annotated

import typer

from loredact.cli.console import print_json, progress, say, tell
from loredact.cli.options import BaseNow, Data

EXAMPLE = "Example: loredact calibrate my-adapter held-out.jsonl --recall 0.98"


def calibrate(
    adapter: Annotated[str, typer.Argument(help="An adapter's folder, or with --out the name of one that ships.")],
    data: Data,
    recall: Annotated[float, typer.Option(help="The share of a document's personal characters to find, such as 0.98.")],
    out: Annotated[
        Path | None, typer.Option(help="A folder for a copy of the adapter, which must not be there yet.")
    ] = None,
    base: BaseNow = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Choose the operating point by conformal risk control, on documents that the adapter did not learn from.

    Of a further document of the same kind the expected share of missed personal characters is then at most 1 - RECALL.
    It is kept in the adapter and becomes its own operating point.
    """
    from loredact.corpora import read_corpus
    from loredact.masking import guarantee_recall

    documents = read_corpus(data, say)
    with progress("calibrating") as bar:
        found = guarantee_recall(adapter, documents, recall, out, base=base, say=say, done=lambda share: bar(share, ""))
    if json:
        print_json(found.model_dump())
        return
    tell(f"recall             {found.recall:g}, expected at least, by {found.documents} documents with personal data")
    tell(f"missed in these    {found.missed:.4f} of a document's personal characters on average")
    tell(f"offset             {found.offset:g}")
    tell(f"adapter            {out or adapter}")

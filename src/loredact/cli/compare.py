"""`loredact compare`: the four ways to fine-tune, side by side on the same data."""

from pathlib import Path
from typing import Annotated

import typer

from loredact.cli.console import print_json, progress, say
from loredact.cli.options import BaseName, Config, Data, Depth, Rank

EXAMPLE = "Example: loredact compare letters.jsonl --eval more-letters.jsonl --out comparison --epochs 3"


def compare(
    data: Data,
    eval_: Annotated[str, typer.Option("--eval", help="Labelled text to measure on; it is not trained on.")],
    out: Annotated[Path, typer.Option(help="The folder for the adapters, the table and the plot.")],
    documents: Annotated[int | None, typer.Option(min=1, help="Train on the first N documents only.")] = None,
    eval_documents: Annotated[int | None, typer.Option(min=1, help="Measure on the first N documents only.")] = None,
    base: BaseName = None,
    depth: Depth = None,
    rank: Rank = None,
    epochs: Annotated[float | None, typer.Option(help="Number of epochs of each method.")] = None,
    minutes: Annotated[float | None, typer.Option(help="Train each method for this time instead of epochs.")] = None,
    plain: Annotated[
        Path | None, typer.Option(help="Plain text to measure perplexity on; by default Python's language reference.")
    ] = None,
    config: Config = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Train by each of four methods on the same data, and compare their cost and quality.

    Feature-based, fine-tuning I, fine-tuning II and LoRA. Leaves in the folder: an adapter of each method, and
    comparison.md, comparison.json and comparison.png. Stopped, the same command goes on where it was.
    """

    from dataclasses import asdict

    from loredact.corpora import read_corpus
    from loredact.training.settings import make_settings
    from loredact.workshop import as_markdown, plain_text, read_plain, write_comparison
    from loredact.workshop import compare as run

    options = {"base": base, "depth": depth, "lora.rank": rank, "epochs": epochs, "minutes": minutes}
    settings = make_settings(config, options)
    text = plain_text() if plain is None else read_plain(plain)
    comparison = run(
        read_corpus(data, say)[:documents],
        read_corpus(eval_, say)[:eval_documents],
        out,
        settings,
        plain=text,
        say=say,
        bar=progress,
    )
    write_comparison(out, comparison)
    if json:
        print_json(asdict(comparison))
    else:
        typer.echo(as_markdown(comparison), nl=False)

"""`loredact corpus`: check labelled text, and make some."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from loredact.cli.console import print_json, say, tell
from loredact.corpora import scan_corpus, write_corpus
from loredact.errors import InputError

app = typer.Typer(help="Labelled text: check it, make some.", no_args_is_help=True)


@app.command("check", epilog="Example: loredact corpus check letters.jsonl")
def check(
    source: Annotated[str, typer.Argument(metavar="FILE", help="A file, a BRAT folder, or - for standard input.")],
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Report every problem of a corpus at once, and how many spans each label has. Exits with 2 on any problem."""
    reading = scan_corpus(source)
    labels = dict(reading.labels.most_common())
    if json:
        problems = [asdict(problem) for problem in reading.problems]
        print_json({"documents": len(reading.documents), "labels": labels, "problems": problems})
    else:
        for problem in reading.problems:
            tell(str(problem))
        tell(f"{len(reading.documents)} documents, {sum(labels.values())} spans, {len(reading.problems)} problems")
        for label, count in labels.items():
            tell(f"{count:>8}  {label}")
    if reading.problems:
        raise typer.Exit(2)


@app.command("make", epilog="Example: loredact corpus make --documents 1000 --out train.jsonl --eval-out eval.jsonl")
def make(
    out: Annotated[Path, typer.Option(help="Where the training documents go (.jsonl or .jsonl.gz).")],
    documents: Annotated[int, typer.Option(min=1, help="How many training documents.")] = 1000,
    eval_out: Annotated[Path | None, typer.Option(help="Where evaluation documents go, a quarter as many.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same corpus.")] = 0,
) -> None:
    """Write a synthetic corpus. Templates and values of the evaluation part never occur in the training part."""
    try:
        from loredact.synthetic import make_corpus
    except ImportError as error:
        raise InputError(
            f"Making a corpus needs {error.name}, of loredact's extra `corpus`. From a clone: pip install '.[corpus]'."
        ) from None

    if eval_out is not None and eval_out.resolve() == out.resolve():
        raise InputError("--out and --eval-out are the same file. Give two.")
    training, evaluation = make_corpus(documents, max(1, documents // 4), seed)
    write_corpus(out, training)
    say(f"{len(training)} documents in {out}")
    if eval_out is not None:
        write_corpus(eval_out, evaluation)
        say(f"{len(evaluation)} documents in {eval_out}")

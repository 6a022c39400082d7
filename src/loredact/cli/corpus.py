"""`loredact corpus`: check labelled text, write it in another form, and make some."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from loredact.cli.console import print_json, say, tell
from loredact.corpora import ReadAs, read_corpus, scan_corpus, write_corpus
from loredact.corpora.problems import summary, taken_summary
from loredact.errors import InputError

app = typer.Typer(help="Labelled text: check it, convert it, make synthetic text.", no_args_is_help=True)

Source = Annotated[
    str, typer.Argument(metavar="FILE", help="A file, a folder, a ZIP archive, or - for standard input.")
]
Form = Annotated[str | None, typer.Option(help="Its form, such as columns or doccano; by default detected.")]
TokenColumn = Annotated[
    int | None, typer.Option(help="The column of the token, counted from 1, or from -1 for the last.")
]
TagColumn = Annotated[int | None, typer.Option(help="The column of the tag, counted the same way.")]
Layer = Annotated[str | None, typer.Option(help="The INCEpTION layer whose annotations are the spans.")]
Encoding = Annotated[
    str | None, typer.Option(help="The encoding, by Python's name; by default UTF-8, or as the byte order mark says.")
]


@app.command("check", epilog="Example: loredact corpus check letters.jsonl")
def check(
    source: Source,
    form: Form = None,
    token_column: TokenColumn = None,
    tag_column: TagColumn = None,
    layer: Layer = None,
    encoding: Encoding = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Report every problem of a corpus at once, and how many spans each label has. Exits with 2 on any problem.

    Says what was taken for what, and how much was left out, joined, trimmed or could not be placed, with the lines.
    """
    reading = scan_corpus(source, ReadAs(form, token_column, tag_column, layer, encoding))
    labels = dict(reading.labels.most_common())
    if json:
        print_json(
            {
                "documents": len(reading.documents),
                "labels": labels,
                "taken": [asdict(one) for one in reading.taken],
                "changes": [asdict(change) for change in reading.changes],
                "problems": [asdict(problem) for problem in reading.problems],
            }
        )
    else:
        for problem in reading.problems:
            tell(str(problem))
        for line in (*taken_summary(reading.taken), *summary(reading.changes)):
            tell(line)
        tell(f"{len(reading.documents)} documents, {sum(labels.values())} spans, {len(reading.problems)} problems")
        for label, count in labels.items():
            tell(f"{count:>8}  {label}")
    if reading.problems:
        raise typer.Exit(2)


@app.command("convert", epilog="Example: loredact corpus convert letters.conll letters.jsonl --to loredact")
def convert(
    source: Source,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The file to write, or for BRAT the folder.")],
    to: Annotated[
        str, typer.Option(help="loredact, columns, brat, presidio, spacy, label-studio or doccano.")
    ] = "loredact",
    form: Form = None,
    token_column: TokenColumn = None,
    tag_column: TagColumn = None,
    layer: Layer = None,
    encoding: Encoding = None,
) -> None:
    """Convert a corpus to another form, and report what that form cannot hold."""
    from loredact.corpora.writers import write_as

    documents = read_corpus(source, say, ReadAs(form, token_column, tag_column, layer, encoding))
    changes = write_as(out, documents, to)
    spans = sum(len(document.spans) for document in documents)
    tell(f"{len(documents)} documents, {spans} spans in {out}, written as {to}")
    for line in summary(changes):
        tell(line)


@app.command(
    "plant", epilog="Example: loredact corpus plant letters.jsonl --out planted.jsonl --canaries canaries.json"
)
def plant(
    source: Source,
    out: Annotated[Path, typer.Option(help="Where the documents go, canaries among them (.jsonl or .jsonl.gz).")],
    canaries: Annotated[Path, typer.Option(help="Where the list of canaries goes, for `loredact audit`.")],
    each: Annotated[int, typer.Option(min=1, help="How many canaries for each number of times.")] = 4,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same canaries.")] = 0,
) -> None:
    """Plant canaries, invented values in documents of their own, 1, 4 and 16 times each, for an audit to look for."""
    from loredact.audit import plant as put
    from loredact.audit import write_canaries

    documents, planted = put(read_corpus(source, say), each=each, seed=seed)
    write_corpus(out, documents)
    write_canaries(canaries, planted)
    tell(f"{len(documents)} documents in {out}, {sum(canary.times for canary in planted)} of them canaries")
    tell(f"{len(planted)} canaries in {canaries}")


@app.command("make", epilog="Example: loredact corpus make --documents 1000 --out train.jsonl --eval-out eval.jsonl")
def make(
    out: Annotated[Path, typer.Option(help="The file for the training documents (.jsonl or .jsonl.gz).")],
    documents: Annotated[int, typer.Option(min=1, help="Number of training documents.")] = 1000,
    eval_out: Annotated[Path | None, typer.Option(help="The file for evaluation documents, a quarter as many.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same corpus.")] = 0,
) -> None:
    """Make a synthetic corpus. Evaluation and training documents share neither templates nor values."""
    try:
        from loredact.synthetic import make_corpus
    except ImportError as error:
        raise InputError(f"Making a corpus needs {error.name}: pip install 'loredact[corpus]'.") from None

    if eval_out is not None and eval_out.resolve() == out.resolve():
        raise InputError("--out and --eval-out are the same file. Give two.")
    training, evaluation = make_corpus(documents, max(1, documents // 4), seed)
    write_corpus(out, training)
    say(f"{len(training)} documents in {out}")
    if eval_out is not None:
        write_corpus(eval_out, evaluation)
        say(f"{len(evaluation)} documents in {eval_out}")

"""`loredact mask`: text in, masked text out."""

import codecs
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from loredact.adapters import DEFAULT_ADAPTER
from loredact.cli.console import as_json, say
from loredact.cli.options import Adapter, Also, BaseNow, NoRules, Precision, Recall, label_names
from loredact.cli.options_of_files import ColumnNames, Keys, Numbers, Out, Scripts, Workers, column_names
from loredact.errors import InputError

EXAMPLE = "Example: loredact mask letter.txt --recall 0.99 > masked.txt"
_STANDARD_INPUT = "-"
_BLOCK_BYTES = 1 << 16


def mask(
    files: Annotated[
        list[str] | None, typer.Argument(help="Texts in UTF-8; - or nothing reads standard input.")
    ] = None,
    adapter: Adapter = DEFAULT_ADAPTER,
    recall: Recall = None,
    precision: Precision = None,
    also: Also = None,
    no_rules: NoRules = False,
    base: BaseNow = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object a text, with the spans.")] = False,
    out: Out = None,
    workers: Workers = None,
    columns: ColumnNames = None,
    numbers: Numbers = False,
    keys: Keys = False,
    scripts: Scripts = False,
) -> None:
    """Mask the personal data in texts and print them one after the other; with --out, files and trees into a folder.

    Every character outside the masked spans is printed as it was read, line breaks included. Texts may be of any
    length: they are read and printed as a stream, but for --json, whose objects hold a whole text each.

    With --out, each file is read by its format (text, CSV, JSON, XML, HTML, mail, Parquet, zip, ...), a tree is
    mirrored, and the same command goes on where it was stopped.
    """
    if out is not None:
        from loredact.batch import Work
        from loredact.cli.mask_out import mask_out

        work = Work(
            adapter=adapter, rules=not no_rules, recall=recall, precision=precision, also=label_names(also), base=base,
            columns=column_names(columns), numbers=numbers, keys=keys, scripts=scripts,
        )  # fmt: skip
        raise typer.Exit(mask_out(files or [], out, work, workers))
    if sys.stdout is None:
        raise InputError("Standard output is closed: there is nowhere to print the masked text to.")
    names = files or [_STANDARD_INPUT]
    # All are looked through before the first is masked, so that one that cannot be read stops the command with no
    # output.
    for name in names:
        if not _is_there_but_once(name):
            for _ in _blocks(name):
                pass

    from loredact.masking import Masker

    masker = Masker.load(
        adapter,
        rules=not no_rules,
        recall=recall,
        precision=precision,
        also=label_names(also),
        base=base,
        say=say,
    )
    # Bytes, since a text stream may translate line breaks.
    output = sys.stdout.buffer
    if json:
        for name, masked in zip(names, masker.mask_many("".join(_blocks(name)) for name in names), strict=True):
            row = {"file": name, **masked.as_json()}
            output.write((as_json(row) + "\n").encode())
            output.flush()
    else:
        for part in masker.mask_stream(_blocks(name) for name in names):
            output.write(part.encode())
            output.flush()


def _is_there_but_once(name: str) -> bool:
    """Whether `name` is standard input, a pipe such as `<(zcat letter.gz)`, or a device."""
    path = Path(name)
    return name == _STANDARD_INPUT or path.is_fifo() or path.is_char_device()


def _open(name: str) -> AbstractContextManager[BinaryIO]:
    if name != _STANDARD_INPUT:
        return Path(name).open("rb")
    # None where the program was started with it closed.
    if sys.stdin is None:
        raise InputError("Standard input is closed. Give a file, or pipe the text in.")
    return nullcontext(sys.stdin.buffer)


def _blocks(name: str) -> Iterator[str]:
    """The text of a file or of standard input, in blocks, line breaks as they are."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    read, data = 0, b""
    try:
        with _open(name) as file:
            while data := file.read(_BLOCK_BYTES):
                yield decoder.decode(data)
                read += len(data)
        decoder.decode(b"", final=True)
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        # The decoder counts from the first byte that it kept of the block before.
        at = read + len(data) - len(error.object) + error.start
        raise InputError(f"{name} is not valid UTF-8 at byte {at}. Convert it first.") from None

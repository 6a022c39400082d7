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
from loredact.cli.options import Adapter, Also, BaseNow, NoRules, PolicyName, Precision, Recall, label_names
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
    policy: PolicyName = None,
    only: Annotated[
        str | None, typer.Option(metavar="LABEL,...", help="Mask these labels alone, those that are off among them.")
    ] = None,
    keep: Annotated[str | None, typer.Option(metavar="LABEL,...", help="Keep these labels as they are.")] = None,
    customer: Annotated[
        str | None, typer.Option(help="Whose the texts are, for operators that go by the customer.")
    ] = None,
    no_rules: NoRules = False,
    base: BaseNow = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object a text, with the spans.")] = False,
    report: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Write what was masked and kept, in counts: JSON or a page, as the name ends in .json or .html; "
            "may be given twice.",
        ),
    ] = None,
) -> None:
    """Mask the personal data in texts and print them one after the other.

    Every character outside the masked spans is printed as it was read, line breaks included. Texts may be of any
    length: they are read and printed as a stream, but for --json, whose objects hold a whole text each.
    """
    if sys.stdout is None:
        raise InputError("Standard output is closed: there is nowhere to print the masked text to.")
    names = files or [_STANDARD_INPUT]
    _look_through(names)

    from loredact.adapters import find_adapter
    from loredact.masking import Masker
    from loredact.masking.report import report_of, require_report_name
    from loredact.operators import Context
    from loredact.policy import find_policy

    for path in report or ():
        require_report_name(path)
    chosen = find_policy(policy or "default")
    chosen = chosen if only is None else chosen.only(label_names(only))
    chosen = chosen if keep is None else chosen.keeping(label_names(keep))
    masker = Masker.load(
        adapter,
        policy=chosen,
        rules=not no_rules,
        recall=recall,
        precision=precision,
        also=label_names(also) + label_names(only),
        base=base,
        say=say,
    )
    done = report_of(masker, adapter, find_adapter(adapter))
    # Standard input has no name by which its document could be known again.
    contexts = (Context(None if name == _STANDARD_INPUT else name, customer) for name in names)
    # Bytes, since a text stream may translate line breaks.
    output = sys.stdout.buffer
    if json:
        texts = ("".join(_blocks(name)) for name in names)
        for name, masked in zip(names, masker.mask_many(texts, contexts), strict=True):
            done.add(name, masked)
            row = {"file": name, **masked.as_json()}
            output.write((as_json(row) + "\n").encode())
            output.flush()
    else:
        numbered = iter(names)
        name = next(numbered)
        for part in masker.mask_parts((_blocks(name) for name in names), contexts):
            done.add(name, part.masked, last=part.last)
            output.write(part.masked.text.encode())
            output.flush()
            if part.last:
                name = next(numbered, name)
    for path in report or ():
        done.write(path)


def _look_through(names: list[str]) -> None:
    """Read all files before the first is masked, so that one that cannot be read stops the command with no output."""
    for name in names:
        if not _is_there_but_once(name):
            for _ in _blocks(name):
                pass


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

"""`loredact mask`: text in, masked text out."""

import sys
from typing import Annotated

import typer

from loredact.adapters import DEFAULT_ADAPTER
from loredact.cli.console import as_json, say
from loredact.cli.options import Adapter, Also, BaseNow, NoRules, Precision, Recall, label_names
from loredact.cli.texts import STANDARD_INPUT, blocks, is_there_but_once
from loredact.errors import InputError

EXAMPLE = "Example: loredact mask letter.txt --recall 0.99 > masked.txt"


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
) -> None:
    """Mask the personal data in texts and print them one after the other.

    Every character outside the masked spans is printed as it was read, line breaks included. Texts may be of any
    length: they are read and printed as a stream, but for --json, whose objects hold a whole text each.
    """
    if sys.stdout is None:
        raise InputError("Standard output is closed: there is nowhere to print the masked text to.")
    names = files or [STANDARD_INPUT]
    # All are looked through before the first is masked, so that one that cannot be read stops the command with no
    # output.
    for name in names:
        if not is_there_but_once(name):
            for _ in blocks(name):
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
        for name, masked in zip(names, masker.mask_many("".join(blocks(name)) for name in names), strict=True):
            row = {"file": name, **masked.as_json()}
            output.write((as_json(row) + "\n").encode())
            output.flush()
    else:
        for part in masker.mask_stream(blocks(name) for name in names):
            output.write(part.encode())
            output.flush()

"""`loredact mask`: text in, masked text out."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from loredact.adapters import DEFAULT_ADAPTER
from loredact.cli.console import say
from loredact.cli.options import Adapter, NoRules, Precision, Recall
from loredact.errors import InputError

EXAMPLE = "Example: loredact mask letter.txt --recall 0.99 > masked.txt"
_STANDARD_INPUT = "-"


def mask(
    files: Annotated[
        list[str] | None, typer.Argument(help="Texts in UTF-8; - or nothing reads standard input.")
    ] = None,
    adapter: Adapter = DEFAULT_ADAPTER,
    recall: Recall = None,
    precision: Precision = None,
    no_rules: NoRules = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object a text, with the spans.")] = False,
) -> None:
    """Mask the personal data in texts and print them one after the other.

    Every character outside the masked spans is printed as it was read, line breaks included.
    """
    import json as json_module

    names = files or [_STANDARD_INPUT]
    # All are read before the first is masked, so that a file that cannot be read stops the command with no output.
    texts = [_read(name) for name in names]

    from loredact.masker import Masker

    masker = Masker.load(adapter, rules=not no_rules, recall=recall, precision=precision, say=say)
    # Bytes, since a text stream may translate line breaks.
    output = sys.stdout.buffer
    for name, masked in zip(names, masker.mask_many(texts), strict=True):
        if json:
            row = {"file": name, **masked.as_json()}
            output.write((json_module.dumps(row, ensure_ascii=False) + "\n").encode())
        else:
            output.write(masked.text.encode())
        output.flush()


def _read(name: str) -> str:
    try:
        data = sys.stdin.buffer.read() if name == _STANDARD_INPUT else Path(name).read_bytes()
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror}.") from None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{name} is not valid UTF-8 at byte {error.start}. Convert it first.") from None

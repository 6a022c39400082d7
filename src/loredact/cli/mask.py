"""`loredact mask`: text in, masked text out."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from loredact.adapters import DEFAULT_ADAPTER
from loredact.cli.console import as_json, say
from loredact.cli.options import Adapter, Also, BaseNow, NoRules, PolicyName, Precision, Recall, label_names
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
    names = files or [STANDARD_INPUT]
    # All are looked through before the first is masked, so that one that cannot be read stops the command with no
    # output.
    for name in names:
        if not is_there_but_once(name):
            for _ in blocks(name):
                pass

    from loredact.adapters import find_adapter
    from loredact.masking import Masker
    from loredact.masking.report import report_of, require_report_name
    from loredact.operators import Context
    from loredact.policy import find_policy

    for path in report or ():
        require_report_name(path)
    chosen = find_policy(policy or "default")
    if only is not None:
        chosen = chosen.only(label_names(only))
    if keep is not None:
        chosen = chosen.keeping(label_names(keep))
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
    contexts = (Context(None if name == STANDARD_INPUT else name, customer) for name in names)
    # Bytes, since a text stream may translate line breaks.
    output = sys.stdout.buffer
    if json:
        texts = ("".join(blocks(name)) for name in names)
        for name, masked in zip(names, masker.mask_many(texts, contexts), strict=True):
            done.add(name, masked)
            row = {"file": name, **masked.as_json()}
            output.write((as_json(row) + "\n").encode())
            output.flush()
    else:
        numbered = iter(names)
        name = next(numbered)
        for part in masker.mask_parts((blocks(name) for name in names), contexts):
            done.add(name, part.masked, last=part.last)
            output.write(part.masked.text.encode())
            output.flush()
            if part.last:
                name = next(numbered, name)
    for path in report or ():
        done.write(path)

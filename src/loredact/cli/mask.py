"""`loredact mask`: text in, masked text out."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loredact.adapters import DEFAULT_ADAPTER
from loredact.cli.options import Adapter, Also, BaseNow, NoRules, PolicyName, Precision, Recall, VaultKey, label_names
from loredact.cli.options_of_files import ColumnNames, Keys, Numbers, OnRay, Out, Scripts, Unread, Workers, column_names
from loredact.cli.texts import STANDARD_INPUT
from loredact.errors import InputError
from loredact.lean_torch import import_lean_torch

if TYPE_CHECKING:
    from loredact.policy import Policy

EXAMPLE = "Example: loredact mask letter.txt --recall 0.99 > masked.txt"


class Reach(StrEnum):
    """How far one person keeps one placeholder."""

    document = "document"
    customer = "customer"
    everywhere = "everywhere"


def mask(
    files: Annotated[
        list[str] | None, typer.Argument(help="Texts in UTF-8; without any, or with -, standard input.")
    ] = None,
    adapter: Adapter = DEFAULT_ADAPTER,
    recall: Recall = None,
    precision: Precision = None,
    also: Also = None,
    policy: PolicyName = None,
    only: Annotated[
        str | None,
        typer.Option(metavar="LABEL,...", help="Mask only these labels, also those that are masked only on request."),
    ] = None,
    keep: Annotated[str | None, typer.Option(metavar="LABEL,...", help="Do not mask these labels.")] = None,
    customer: Annotated[
        str | None,
        typer.Option(help="The customer the texts belong to, for operators that treat a customer's texts alike."),
    ] = None,
    vault: Annotated[
        Path | None, typer.Option(help="Keep what is masked in this encrypted file, so that `unmask` can put it back.")
    ] = None,
    key_file: VaultKey = None,
    document: Annotated[
        str | None, typer.Option(help="The name of the text in the vault; by default its file name.")
    ] = None,
    within: Annotated[
        Reach, typer.Option(help="With --vault: where one person keeps the same placeholder.")
    ] = Reach.document,
    no_rules: NoRules = False,
    base: BaseNow = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object per text, with its spans.")] = False,
    report: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Write counts of what was masked and kept, as JSON or HTML by the file's ending; may be given twice.",
        ),
    ] = None,
    out: Out = None,
    workers: Workers = None,
    columns: ColumnNames = None,
    numbers: Numbers = False,
    keys: Keys = False,
    scripts: Scripts = False,
    unread: Unread = False,
    ray: OnRay = False,
) -> None:
    """Mask the personal data in texts and print them one after the other; with --out, mask files into a folder.

    Every character outside the masked spans is printed as it was read, line breaks included. Texts may be of any
    length: they are read and printed as a stream, but for --json and --vault, which hold a whole text each.

    With --out, each file is read by its format (text, CSV, JSON, XML, HTML, mail, Parquet, zip, ...), folders are
    mirrored, and a command that was stopped goes on where it was.
    """
    import_lean_torch()
    from loredact.batch import Work
    from loredact.masking.report import require_report_name
    from loredact.policy import find_policy

    for path in report or ():
        require_report_name(path)
    _require_folder_for(ray, out)
    if vault is None and (key_file or document or within is not Reach.document):
        raise InputError("--key-file, --document and --within belong to a vault: give --vault.")
    if document is not None and len(files or ()) > 1:
        raise InputError("--document names one text. Mask one file at a time, or leave it away.")
    if out is None and (workers is not None or unread):
        raise InputError("--workers and --unread are for files that are masked into a folder: say with --out which.")
    if out is not None and (vault is not None or json):
        raise InputError("--vault and --json belong to texts that are printed: leave --out away.")
    work = Work(
        adapter=adapter, rules=not no_rules, recall=recall, precision=precision, base=base,
        also=label_names(also) + label_names(only),
        policy=_chosen(find_policy(policy or "default"), only, keep), customer=customer,
        columns=column_names(columns), numbers=numbers, keys=keys, scripts=scripts, unread=unread,
    )  # fmt: skip
    if out is not None:
        from loredact.cli.mask_out import mask_out

        raise typer.Exit(mask_out(files or [], out, work, workers, report or (), ray=ray))
    from loredact.cli.mask_print import VaultOptions, mask_print

    kept_in = None if vault is None else VaultOptions(vault, key_file, document, within.value)
    mask_print(files or [STANDARD_INPUT], work, report or (), json=json, vault=kept_in)


def _require_folder_for(ray: bool, out: str | None) -> None:
    if ray and out is None:
        raise InputError("--ray masks files into a folder: say with --out into which.")


def _chosen(policy: "Policy", only: str | None, keep: str | None) -> "Policy":
    policy = policy if only is None else policy.only(label_names(only))
    return policy if keep is None else policy.keeping(label_names(keep))

"""`loredact mask`: text in, masked text out."""

import sys
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from itertools import groupby
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from loredact.adapters import DEFAULT_ADAPTER
from loredact.cli.console import as_json, say
from loredact.cli.options import Adapter, Also, BaseNow, NoRules, PolicyName, Precision, Recall, VaultKey, label_names
from loredact.cli.options_of_files import ColumnNames, Keys, Numbers, OnRay, Out, Scripts, Unread, Workers, column_names
from loredact.cli.texts import STANDARD_INPUT, blocks, is_there_but_once, look_through
from loredact.document import Masked
from loredact.errors import InputError

if TYPE_CHECKING:
    from loredact.formats import Format
    from loredact.masking import Masker
    from loredact.masking.report import Report
    from loredact.operators import Context
    from loredact.policy import Policy
    from loredact.vault import Vault

EXAMPLE = "Example: loredact mask letter.txt --recall 0.99 > masked.txt"


class Reach(StrEnum):
    """How far one person keeps one placeholder."""

    document = "document"
    customer = "customer"
    everywhere = "everywhere"


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
    vault: Annotated[
        Path | None, typer.Option(help="Keep what is masked in this vault, so that `unmask` can put it back.")
    ] = None,
    key_file: VaultKey = None,
    document: Annotated[
        str | None, typer.Option(help="What the text is called in the vault, if not by its file's name.")
    ] = None,
    within: Annotated[
        Reach, typer.Option(help="How far one person keeps one placeholder in a vault.")
    ] = Reach.document,
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
    out: Out = None,
    workers: Workers = None,
    columns: ColumnNames = None,
    numbers: Numbers = False,
    keys: Keys = False,
    scripts: Scripts = False,
    unread: Unread = False,
    ray: OnRay = False,
) -> None:
    """Mask the personal data in texts and print them one after the other; with --out, files and trees into a folder.

    Every character outside the masked spans is printed as it was read, line breaks included. Texts may be of any
    length: they are read and printed as a stream, but for --json and --vault, which hold a whole text each.

    With --out, each file is read by its format (text, CSV, JSON, XML, HTML, mail, Parquet, zip, ...), a tree is
    mirrored, and the same command goes on where it was stopped.
    """
    from loredact.masking.report import report_of, require_report_name
    from loredact.policy import find_policy

    for path in report or ():
        require_report_name(path)
    chosen = _chosen(find_policy(policy or "default"), only, keep)
    _require_folder_for(ray, out)
    if vault is None and (key_file or document or within is not Reach.document):
        raise InputError("--key-file, --document and --within belong to a vault: give --vault.")
    if out is not None:
        from loredact.batch import Work
        from loredact.cli.mask_out import mask_out

        if vault is not None or json:
            raise InputError("--vault and --json belong to texts that are printed: leave --out away.")
        work = Work(
            adapter=adapter, rules=not no_rules, recall=recall, precision=precision, base=base,
            also=label_names(also) + label_names(only),
            policy=chosen, customer=customer,
            columns=column_names(columns), numbers=numbers, keys=keys, scripts=scripts, unread=unread,
        )  # fmt: skip
        raise typer.Exit(mask_out(files or [], out, work, workers, report or (), ray=ray))
    if sys.stdout is None:
        raise InputError("Standard output is closed: there is nowhere to print the masked text to.")
    names = files or [STANDARD_INPUT]
    if document is not None and len(names) > 1:
        raise InputError("--document names one text. Mask one file at a time, or leave it away.")

    from loredact.adapters import find_adapter
    from loredact.batch import structured
    from loredact.masking import Masker, mask_with_vault
    from loredact.operators import Context

    by_format = {}
    if vault is None and not json:
        files_by_name = [name for name in names if not is_there_but_once(name) and Path(name).is_file()]
        by_format = {name: found for name in files_by_name if (found := structured(Path(name)))}
    look_through(name for name in names if name not in by_format)
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
    # Bytes, since a text stream may translate line breaks.
    output = sys.stdout.buffer
    if vault is not None:
        contexts = (Context(document or _name_in_vault(name, say), customer) for name in names)
        with _open_to_write(vault, key_file) as opened:
            texts = ("".join(blocks(name)) for name in names)
            for name, masked in zip(names, mask_with_vault(masker, opened, texts, contexts, within.value), strict=True):
                done.add(name, masked)
                _print(output, name, masked, json)
    else:
        # Standard input has no name by which its document could be known again.
        context_of = {name: Context(None if name == STANDARD_INPUT else name, customer) for name in names}
        for found, group in groupby(names, by_format.get):
            _print_group(output, masker, found, list(group), context_of, done, json=json)
    for path in report or ():
        done.write(path)


def _require_folder_for(ray: bool, out: str | None) -> None:
    if ray and out is None:
        raise InputError("--ray masks files into a folder: say with --out into which.")


def _chosen(policy: "Policy", only: str | None, keep: str | None) -> "Policy":
    policy = policy if only is None else policy.only(label_names(only))
    return policy if keep is None else policy.keeping(label_names(keep))


def _print_group(
    output: BinaryIO,
    masker: "Masker",
    found: "Format | None",
    names: list[str],
    context_of: dict[str, "Context"],
    done: "Report",
    *,
    json: bool,
) -> None:
    """Print texts of one format, those without one (`found` is None) as a stream of which none is ever held whole."""
    from loredact.batch import masked_file

    contexts = map(context_of.__getitem__, names)
    if json:
        texts = ("".join(blocks(name)) for name in names)
        for name, masked in zip(names, masker.mask_many(texts, contexts), strict=True):
            done.add(name, masked)
            _print(output, name, masked, json)
    elif found is None:
        numbered = iter(names)
        name = next(numbered)
        for part in masker.mask_parts(map(blocks, names), contexts):
            done.add(name, part.masked, last=part.last)
            _print(output, name, part.masked, json)
            if part.last:
                name = next(numbered, name)
    else:
        for name in names:
            tell = partial(done.add, name, last=False)
            for data in masked_file(masker, found, Path(name), context_of[name], tell):
                output.write(data)
                output.flush()
            done.documents += 1


def _print(output: BinaryIO, name: str, masked: Masked, json: bool) -> None:
    text = as_json({"file": name, **masked.as_json()}) + "\n" if json else masked.text
    output.write(text.encode())
    output.flush()


def _name_in_vault(name: str, say: Callable[[str], None]) -> str:
    """What the text of a file is called in a vault. Standard input has a name made up, which is told."""
    if name != STANDARD_INPUT:
        return name
    made = f"stdin-{token_hex(6)}"
    say(f"The text is the document {made} of the vault.")
    return made


def _open_to_write(path: Path, key_file: Path | None) -> "Vault":
    """The vault in the file `path`, opened with its key."""
    from loredact.vault import Vault
    from loredact.vault.key import find_key

    vault = Vault.open(path, write=True)
    try:
        return vault.unlock(find_key(vault.check_value, key_file))
    except BaseException:
        vault.close()
        raise

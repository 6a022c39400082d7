"""`loredact unmask`: masked text in, the text with a vault's values put back out."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from loredact.cli.console import as_json, say
from loredact.cli.options import VaultKey
from loredact.cli.texts import STANDARD_INPUT, blocks
from loredact.errors import InputError

EXAMPLE = "Example: loredact unmask answer.txt --vault letters.vault --key-file letters.key"


def unmask(
    vault: Annotated[Path, typer.Option(help="The vault that the text was masked with.")],
    files: Annotated[
        list[str] | None, typer.Argument(help="Masked texts in UTF-8; without any, or with -, standard input.")
    ] = None,
    key_file: VaultKey = None,
    document: Annotated[
        str | None,
        typer.Option(help="The document that was masked: those of its placeholders that the text lost are listed."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object per text.")] = False,
) -> None:
    """Put back what a vault's placeholders stand for, and print the texts one after the other.

    Placeholders may have lost their capitals, brackets or underscores on the way. Those of the document that the text
    no longer has are listed on standard error, as placeholders, and so are those that the vault does not know.
    """
    if sys.stdout is None:
        raise InputError("Standard output is closed: there is nowhere to print the text to.")
    from loredact import vault as vaults
    from loredact.vault.key import find_key

    with vaults.Vault.open(vault) as opened:
        opened.unlock(find_key(opened.check_value, key_file))
        for name in files or [STANDARD_INPUT]:
            found = vaults.unmask(opened, "".join(blocks(name)), document)
            if json:
                row = {"file": name, "text": found.text, "restored": found.restored}
                row |= {"missing": found.missing, "unknown": found.unknown}
                sys.stdout.buffer.write((as_json(row) + "\n").encode())
            else:
                sys.stdout.buffer.write(found.text.encode())
            sys.stdout.buffer.flush()
            for kind, those in (("no longer in the text", found.missing), ("not in the vault", found.unknown)):
                if those:
                    say(f"{name}: {kind}: {', '.join(those)}")

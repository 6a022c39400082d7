"""`loredact vault`: make a vault, look at it, give it another key, erase from it."""

from pathlib import Path
from typing import Annotated

import typer

from loredact.cli.console import print_json, say, tell
from loredact.cli.options import VaultFile, VaultKey
from loredact.cli.texts import STANDARD_INPUT, blocks
from loredact.errors import InputError

app = typer.Typer(
    help="Vaults: encrypted files that map the placeholders of masked texts back to the originals.",
    no_args_is_help=True,
)
_KEYRING = typer.Option("--keyring", help="Keep a new key in the system's keyring.")


@app.command("new", epilog="Example: loredact vault new letters.vault --key-file letters.key")
def new(
    file: VaultFile,
    key_file: Annotated[
        Path | None, typer.Option(help="The file with the key; made with a new key if it does not exist.")
    ] = None,
    keyring: Annotated[bool, _KEYRING] = False,
    days: Annotated[
        int | None, typer.Option(min=1, help="Erase each value this many days after it was last written.")
    ] = None,
) -> None:
    """Make an empty vault. The key is never in the file: without the key the values are lost.

    Without --key-file and --keyring the key is what the variable LOREDACT_VAULT_KEY holds.
    """
    from loredact.keys import Key
    from loredact.vault import Vault
    from loredact.vault.key import VARIABLE, keep_in_keyring, new_key, new_key_file

    if keyring and key_file is not None:
        raise InputError("A key is kept in one place: give --key-file or --keyring.")
    if file.exists():
        raise InputError(f"{file} is there already. A new vault needs a new file.")
    if keyring:
        key = new_key()
    elif key_file is None:
        key = Key(env=VARIABLE)
    elif key_file.exists():
        key = Key(file=key_file)
    else:
        key = new_key_file(key_file)
        say(f"A new key is in {key_file}. Keep it apart from {file}, and a copy of it in a safe place.")
    check = Vault.new(file, key, days)
    if keyring:
        try:
            keep_in_keyring(check, key)
        except BaseException:
            file.unlink()
            raise


@app.command("info", epilog="Example: loredact vault info letters.vault")
def info(file: VaultFile, json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Report how much a vault holds, and whether its file is intact. No key is needed."""
    from loredact.vault import Vault

    with Vault.open(file) as vault:
        about = vault.about()
    if json:
        print_json(
            {"documents": about.documents, "entities": about.entities, "values": about.values, "days": about.days}
        )
        return
    kept = f"{about.days} days after they were last written" if about.days else "until they are forgotten"
    tell(f"{about.documents} documents, {about.entities} persons and things, {about.values} values, kept {kept}")


@app.command("rotate", epilog="Example: loredact vault rotate letters.vault --key-file old.key --new-key-file new.key")
def rotate(
    file: VaultFile,
    key_file: VaultKey = None,
    new_key_file: Annotated[Path | None, typer.Option(help="The new file for a new key.")] = None,
    keyring: Annotated[bool, _KEYRING] = False,
) -> None:
    """Encrypt a vault with a new key. The old key then opens only older copies of the file."""
    from loredact.vault import Vault
    from loredact.vault.key import find_key, keep_in_keyring, new_key
    from loredact.vault.key import new_key_file as write_new_key
    from loredact.vault.sealed import Seals

    if keyring == (new_key_file is not None):
        raise InputError("Say where the new key goes: --new-key-file FILE or --keyring.")
    with Vault.open(file, write=True) as vault:
        vault.unlock(find_key(vault.check_value, key_file))
        # The key is kept before the vault needs it.
        if new_key_file is not None:
            key = write_new_key(new_key_file)
        else:
            key = new_key()
            keep_in_keyring(Seals(key.read(), vault.vault_id).check_value, key)
        vault.rotate(key)
    tell(f"{file} has a new key.")


@app.command("forget", epilog="Example: loredact vault forget letters.vault --document letter.txt")
def forget(
    file: VaultFile,
    value: Annotated[
        str | None,
        typer.Option(help="A value: everything that the vault links to it is erased. - reads it from standard input."),
    ] = None,
    document: Annotated[
        str | None, typer.Option(help="A document: the values that occur in no other are erased.")
    ] = None,
    customer: Annotated[str | None, typer.Option(help="All documents of a customer, in the same way.")] = None,
    key_file: VaultKey = None,
) -> None:
    """Erase values from a vault, and print how many. Placeholders in texts stay, but can no longer be put back."""
    from loredact.vault import Vault
    from loredact.vault.key import find_key

    if sum(given is not None for given in (value, document, customer)) != 1:
        raise InputError("Say what to forget: one of --value, --document and --customer.")
    if value == STANDARD_INPUT:
        value = "".join(blocks(STANDARD_INPUT)).strip()
    with Vault.open(file, write=True) as vault:
        vault.unlock(find_key(vault.check_value, key_file))
        if value is not None:
            forgotten = vault.forget_value(value)
        elif document is not None:
            forgotten = vault.forget_document(document)
        else:
            forgotten = vault.forget_customer(customer or "")
    tell(f"forgot {forgotten.values} values and {forgotten.documents} documents")

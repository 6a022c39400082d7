"""Which key opens a vault: one in a file, in an environment variable, or in the keyring; never one in the vault.

`loredact.keys` reads it; this says where to look, and makes new ones.
"""

import os
import secrets
from pathlib import Path

from loredact import files
from loredact.errors import InputError, VaultError, told_as
from loredact.keys import Key

VARIABLE = "LOREDACT_VAULT_KEY"
_SERVICE = "loredact-vault"


def find_key(check_value: bytes, key_file: Path | None = None) -> Key:
    """The key in `key_file`; without one, in the variable LOREDACT_VAULT_KEY; without it, what the keyring has of it.

    `check_value` is that of the vault's file: the keyring's entry is called by it.
    """
    if key_file is not None:
        return Key(file=key_file)
    if VARIABLE in os.environ:
        return Key(env=VARIABLE)
    return Key(keyring=f"{_SERVICE}/{check_value.hex()}")


def new_key() -> Key:
    """256 random bits of the system, in 43 characters."""
    return Key.of(secrets.token_urlsafe(32))


def new_key_file(path: Path) -> Key:
    """Write a new key to a new file that its owner alone may read.

    Raises:
        InputError: where there is a file already: it may be the only copy of another key.
    """
    if path.exists():
        raise InputError(f"{path} is there already. Name a new file for the key: the old key may be needed.")
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    files.write_text(path, new_key().read().decode() + "\n")
    return Key(file=path)


def keep_in_keyring(check_value: bytes, key: Key) -> None:
    """Give the system's keyring the key of the vault with this check value.

    Raises:
        InputError: where the package keyring is not installed.
        VaultError: where there is no keyring, or it refuses.
    """
    try:
        import keyring
    except ImportError:
        raise InputError("Keys of the keyring need keyring: pip install 'loredact[crypto]'.") from None
    with told_as(VaultError, "The keyring of this system does not take the key. Keep it in a file."):
        keyring.set_password(_SERVICE, check_value.hex(), key.read().decode("utf-8"))

"""Where the key of a vault comes from: a file, an environment variable, or the keyring of the system. Never the vault.

A key is 32 random bytes, written as 44 characters of base64 (RFC 4648) on one line.
"""

import base64
import binascii
import os
import secrets
from pathlib import Path

from loredact import files
from loredact.errors import InputError, VaultError, told_as
from loredact.vault.sealed import KEY_BYTES

VARIABLE = "LOREDACT_VAULT_KEY"
_SERVICE = "loredact vault"


def new_key() -> bytes:
    """A key out of the system's random numbers."""
    return secrets.token_bytes(KEY_BYTES)


def write_key(path: Path, key: bytes) -> None:
    """Write `key` to a new file that its owner alone may read.

    Raises:
        InputError: where there is a file already: it may be the only copy of another key.
    """
    if path.exists():
        raise InputError(f"{path} is there already. Name a new file for the key: the old one may be needed.")
    with files.replacing(path) as part:
        part.chmod(0o600)
        part.write_bytes(base64.b64encode(key) + b"\n")
        mode = part
    path.chmod(0o600) if mode else None


def read_key(path: Path) -> bytes:
    """The key in the file `path`.

    Raises:
        InputError: where the file cannot be read, or holds no key.
    """
    try:
        written = path.read_bytes()
    except OSError as error:
        raise InputError(f"The key file {path} cannot be read: {error.strerror}.") from None
    return _decoded(written, str(path))


def find_key(vault_id: bytes, key_file: Path | None = None) -> bytes:
    """The key in `key_file`; without one, in the environment variable LOREDACT_VAULT_KEY; without it, of the keyring.

    Raises:
        InputError: where none of them has it.
    """
    if key_file is not None:
        return read_key(key_file)
    if VARIABLE in os.environ:
        return _decoded(os.environ[VARIABLE].encode(errors="replace"), f"The variable {VARIABLE}")
    key = key_of_keyring(vault_id)
    if key is None:
        raise InputError(
            f"No key for the vault: give --key-file, set {VARIABLE}, or keep the key in the keyring (`vault new --keyring`)."
        )
    return key


def key_of_keyring(vault_id: bytes) -> bytes | None:
    """The key that the system's keyring holds for a vault; None where there is no keyring or no such key."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        written = keyring.get_password(_SERVICE, vault_id.hex())
    except KeyringError:
        return None
    return None if written is None else _decoded(written.encode(), "The keyring's entry")


def keep_in_keyring(vault_id: bytes, key: bytes) -> None:
    """Give the system's keyring the key of a vault, in place of the one it may have.

    Raises:
        InputError: where the package keyring is not installed.
        VaultError: where there is no keyring, or it refuses.
    """
    try:
        import keyring
    except ImportError:
        raise InputError("The keyring needs a package: pip install 'loredact[vault]'.") from None
    with told_as(VaultError, "The keyring of this system does not take the key. Use --key-file."):
        keyring.set_password(_SERVICE, vault_id.hex(), base64.b64encode(key).decode())


def _decoded(written: bytes, where: str) -> bytes:
    try:
        key = base64.b64decode(b"".join(written.split()), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise InputError(f"{where} holds no key: a key is 32 bytes in base64. `loredact vault new` makes one.")
    return key

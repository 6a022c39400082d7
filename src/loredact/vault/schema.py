"""The file of a vault: SQLite, version 1.

| table | holds |
| --- | --- |
| `about` | the vault's random id, the key's check value, how many days values are kept |
| `documents` | a tag of the document's name and one of its customer's; both names, sealed |
| `entities` | a tag of scope, label and normalised name; these, sealed; how many forms it has had |
| `forms` | a tag of entity and value; the value, sealed; when it expires (seconds since 1970) |
| `uses` | which form stands in which document |

`PRAGMA application_id` says that a file is a vault, `PRAGMA user_version` of which version.
"""

import os
import sqlite3
from pathlib import Path

from loredact.errors import InputError, VaultError

APPLICATION_ID = 0x4C5244_56  # "LRDV"
VERSION = 1
_TABLES = """
CREATE TABLE about (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT, tag BLOB NOT NULL UNIQUE, customer BLOB, sealed BLOB NOT NULL
);
CREATE INDEX documents_of_customer ON documents (customer);
CREATE TABLE entities (
    id INTEGER PRIMARY KEY AUTOINCREMENT, tag BLOB NOT NULL UNIQUE, sealed BLOB NOT NULL,
    forms INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE forms (
    entity INTEGER NOT NULL REFERENCES entities ON DELETE CASCADE, form INTEGER NOT NULL, tag BLOB NOT NULL UNIQUE,
    sealed BLOB NOT NULL, expires INTEGER, PRIMARY KEY (entity, form)
) WITHOUT ROWID;
CREATE INDEX forms_by_expiry ON forms (expires) WHERE expires IS NOT NULL;
CREATE TABLE uses (
    document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE, entity INTEGER NOT NULL, form INTEGER NOT NULL,
    PRIMARY KEY (document, entity, form),
    FOREIGN KEY (entity, form) REFERENCES forms ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX uses_of_form ON uses (entity, form);
"""


def create(path: Path, about: dict[str, bytes]) -> None:
    """Make a new, empty vault, that its owner alone may read, whole or not at all.

    Raises:
        InputError: where there is a file already.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise InputError(f"{path} is there already. A new vault needs a new file.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be made: {error.strerror}.") from None
    try:
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("BEGIN IMMEDIATE")
            for statement in _TABLES.split(";"):
                connection.execute(statement)
            connection.executemany("INSERT INTO about VALUES (?, ?)", about.items())
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
            connection.execute("COMMIT")
        finally:
            connection.close()
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def connect(path: Path, *, write: bool) -> sqlite3.Connection:
    """Open a vault's file.

    Raises:
        InputError: where there is none.
        VaultError: where the file is no vault, is damaged, or is of another version.
    """
    if not path.is_file():
        raise InputError(f"There is no vault at {path}. `loredact vault new {path}` makes one.")
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={'rw' if write else 'ro'}",
        uri=True,
        isolation_level=None,
        timeout=10,
        check_same_thread=False,
    )
    try:
        (kind,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if kind != APPLICATION_ID:
            raise VaultError(f"{path} is no vault of loredact.")
        if version != VERSION:
            raise VaultError(
                f"The vault {path} is of version {version}, and this loredact reads version {VERSION}. "
                f"Use the loredact that wrote it, or a newer one."
            )
        for setting in (
            "foreign_keys = ON",
            "secure_delete = ON",  # what is deleted is overwritten with zeros
            "temp_store = MEMORY",
            "synchronous = FULL",  # a commit is on the disk before it returns
        ):
            connection.execute(f"PRAGMA {setting}")
    except (sqlite3.Error, UnicodeDecodeError) as error:
        connection.close()
        raise damaged(path, error) from None
    except BaseException:
        connection.close()
        raise
    return connection


def damaged(path: Path, error: Exception) -> VaultError:
    """What to say of `error`, which reading or writing the vault's file raised."""
    if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
        return VaultError(f"The vault {path} is busy: another program is writing it. Try again when it has ended.")
    if isinstance(error, sqlite3.OperationalError) and ("readonly" in str(error) or "unable to open" in str(error)):
        return VaultError(f"The vault {path}, or its folder, cannot be written.")
    if isinstance(error, sqlite3.OperationalError) and "full" in str(error):
        return VaultError(f"There is no room on the disk for the vault {path}. What was committed is whole.")
    return VaultError(f"{path} is no vault, or it is damaged ({type(error).__name__}). Put back a copy made before.")

"""`studio.sqlite`: the one file in which a folder keeps texts, labels and whatever people decided.

What people do is appended to `events`, which nothing changes or deletes; the other tables are what follows from them,
so that a page need not add them up. Both are written in one transaction. `synchronous = FULL` and a rollback journal
(no write-ahead log) mean that an answered request is on the disk, and that the one file is all there is to hand on:
https://www.sqlite.org/pragma.html#pragma_synchronous.
"""

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from loredact.errors import InputError

FILE = "studio.sqlite"
_FORMAT = 1
_APPLICATION = 0x6C6F7264  # "lord", by which `file` and others could tell whose file it is
_BUSY_SECONDS = 10.0

_SCHEMA = """
CREATE TABLE texts (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, origin TEXT NOT NULL, digest TEXT NOT NULL UNIQUE,
    text TEXT NOT NULL, characters INTEGER NOT NULL, added REAL NOT NULL
);
CREATE TABLE layers (
    text INTEGER NOT NULL REFERENCES texts, layer TEXT NOT NULL, version INTEGER NOT NULL, status TEXT NOT NULL,
    spans TEXT NOT NULL, dismissed TEXT NOT NULL, who TEXT NOT NULL, changed REAL NOT NULL,
    PRIMARY KEY (text, layer)
);
CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, who TEXT NOT NULL, kind TEXT NOT NULL,
    text INTEGER, layer TEXT, body TEXT NOT NULL
);
CREATE INDEX events_of_text ON events (text, layer, seq);
CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events stay as they are'); END;
CREATE TRIGGER events_are_kept BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are kept'); END;
CREATE TABLE choices (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE opens (
    text INTEGER NOT NULL, layer TEXT NOT NULL, client TEXT NOT NULL, who TEXT NOT NULL, until REAL NOT NULL,
    PRIMARY KEY (text, layer)
);
CREATE TABLE suggestions (
    text INTEGER NOT NULL, adapter TEXT NOT NULL, spans TEXT NOT NULL, doubt REAL NOT NULL,
    PRIMARY KEY (text, adapter)
);
CREATE TABLE runs (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, who TEXT NOT NULL, name TEXT NOT NULL, settings TEXT NOT NULL,
    state TEXT NOT NULL, message TEXT NOT NULL
);
"""


class Database:
    """A folder's file, which threads of this process share and other processes may have open too."""

    def __init__(self, folder: Path) -> None:
        """Open the file of `folder`; both are made where they are not there.

        Raises:
            InputError: where the file is not one of ours, is damaged, or is of a later version.
        """
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        path = folder / FILE
        self._connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        self._connection.create_function("holds", 2, _holds, deterministic=True)
        try:
            self._connection.execute("PRAGMA journal_mode = DELETE")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute("PRAGMA foreign_keys = ON")
            self._begin(path)
        except sqlite3.DatabaseError as error:
            self._connection.close()
            raise InputError(f"{path} cannot be opened as a file of the studio ({type(error).__name__}).") from None

    def _begin(self, path: Path) -> None:
        with self.transaction() as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            (application,) = connection.execute("PRAGMA application_id").fetchone()
            (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if version == 0 and tables == 0:
                # Statement by statement: `executescript` would end the transaction.
                for statement in _statements(_SCHEMA):
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {_APPLICATION}")
                connection.execute(f"PRAGMA user_version = {_FORMAT}")
            elif application != _APPLICATION:
                raise InputError(f"{path} is a file of another program. Give another folder.")
            elif version > _FORMAT:
                raise InputError(f"{path} was written by a later version of loredact. Upgrade to use it.")

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """The connection, within a transaction that no other writer shares: all of it is kept, or nothing.

        Transactions do not nest.
        """
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                # Also where it could not be kept: one that stayed open would let no other begin. A full disk has
                # ended it already.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        """What a `SELECT` gives."""
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    def close(self) -> None:
        with self._lock:
            self._connection.close()


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _holds(text: str, wanted: str) -> bool:
    """SQLite's own comparison folds the case of ASCII alone."""
    return wanted in text.casefold()

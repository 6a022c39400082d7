"""A vault: what stands behind the placeholders of masked texts, for those who have its key.

The file holds nothing in the clear but how many documents, entities and forms there are, which form stands in which of
the documents, and when they expire. One program writes at a time, any number read beside it. What `document` wrote is
on the disk when its block ends, and until then nothing of it is there, whenever the program is killed.
"""

import json
import secrets
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from filelock import FileLock, Timeout

from loredact.errors import InputError, VaultError
from loredact.keys import Key
from loredact.linking import normalised
from loredact.vault.placeholders import LITERAL, Placeholder
from loredact.vault.schema import connect, create, damaged
from loredact.vault.sealed import Seals

Within = Literal["document", "customer", "everywhere"]
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class About:
    """What a vault holds: how many of what, for how many days a value is kept (None: until it is forgotten)."""

    documents: int
    entities: int
    values: int
    days: int | None


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased: values, and documents of which nothing is known any more."""

    values: int
    documents: int


class Vault:
    """An open vault. Close it, or use it in a `with`; it may be used by one thread at a time."""

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: FileLock | None) -> None:
        self._path = path
        self._lock = lock
        self._connection = connection
        with self._told():
            about: dict[str, bytes] = dict(connection.execute("SELECT name, value FROM about"))
        try:
            self.vault_id, self.check_value = about["id"], about["check"]
            self.days = int(about["days"]) or None
        except (KeyError, ValueError):
            raise VaultError(f"The vault {path} is damaged: it does not say what it is.") from None
        self._seals: Seals | None = None

    @staticmethod
    def new(path: Path, key: Key, days: int | None = None) -> bytes:
        """Make an empty vault that `key` opens and that forgets each value `days` after it was last written.

        Gives the key's check value.

        Raises:
            InputError: where there is a file already, or the key is not there.
        """
        vault_id = secrets.token_bytes(16)
        seals = Seals(key.read(), vault_id)
        about = {"id": vault_id, "check": seals.check_value, "days": str(days or 0).encode()}
        create(path, about | {"labels": seals.seal("[]", "labels")})
        return seals.check_value

    @classmethod
    def open(cls, path: Path, *, write: bool = False) -> Self:
        """The vault in the file `path`, locked: `unlock` it to read or to write its values.

        Raises:
            InputError: where there is none.
            VaultError: where the file is no vault, is damaged or of another version, or another program writes it.
        """
        lock = None
        if write:
            if not path.is_file():
                raise InputError(f"There is no vault at {path}. `loredact vault new {path}` makes one.")
            lock = FileLock(f"{path}.lock", timeout=0, mode=0o600)
            try:
                lock.acquire()
            except Timeout:
                raise VaultError(
                    f"The vault {path} is being written by another program. One writes at a time: "
                    "try again when it has ended."
                ) from None
        try:
            return cls(path, connect(path, write=write), lock)
        except BaseException:
            if lock is not None:
                lock.release()
            raise

    def unlock(self, key: Key) -> Self:
        """This vault, with its key; what has expired is erased where the vault was opened to write.

        Raises:
            InputError: where the key is not there.
            VaultError: where it is another's.
        """
        seals = Seals(key.read(), self.vault_id)
        if not secrets.compare_digest(seals.check_value, self.check_value):
            raise VaultError(f"The key is not that of the vault {self._path}. Nothing was read or written.")
        self._seals = seals
        if self._lock is not None and self.days is not None:
            self._erase_expired()
        return self

    def close(self) -> None:
        """Close the file, and let others write."""
        self._connection.close()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def about(self) -> About:
        """How much the vault holds. It needs no key.

        Raises:
            VaultError: where SQLite's check finds the file damaged.
        """
        with self._told():
            (sound,) = self._connection.execute("PRAGMA quick_check(1)").fetchone()
            if sound != "ok":
                raise VaultError(f"The vault {self._path} is damaged. Put back a copy made before.")
            documents, entities, values = map(self._count, ("documents", "entities", "forms"))
        return About(documents, entities, values, self.days)

    @contextmanager
    def document(
        self, name: str, customer: str | None = None, within: Within = "document"
    ) -> Iterator["VaultDocument"]:
        """Write the values of the document `name`: all are there when the block ends, or none.

        A person keeps a number `within` the document, the customer's documents, or everywhere in the vault. The same
        document again goes on with its numbers.

        Raises:
            InputError: where numbers are a customer's and there is none.
            VaultError: where the vault was not opened to write, or cannot be written.
        """
        if within == "customer" and customer is None:
            raise InputError("Numbers are counted within a customer: say whose the text is.")
        scope = {"document": f"document {name}", "customer": f"customer {customer}", "everywhere": "vault"}[within]
        with self._transaction():
            yield VaultDocument(self, self._document_id(name, customer), scope)

    def value(self, placeholder: Placeholder) -> tuple[str, str] | None:
        """Label and value behind a placeholder, whatever its label; None where there is none, or it has expired.

        Raises:
            VaultError: where the entry is damaged.
        """
        rows = self._rows(
            "SELECT entities.sealed, forms.sealed, expires FROM forms JOIN entities ON id = entity "
            "WHERE entity = ? AND form = ?",
            placeholder.number,
            placeholder.form,
        )
        if not rows:
            return None
        of_entity, sealed, expires = rows[0]
        if expires is not None and expires <= time.time():
            return None
        _, label, _ = self._entity(placeholder.number, of_entity)
        return label, self._key().open(sealed, f"value {placeholder.number} {placeholder.form}")

    def placeholders(self, documents: Iterable[int]) -> list[Placeholder]:
        """Those that stand in the documents with these numbers, in order."""
        rows = {
            row
            for number in documents
            for row in self._rows(
                "SELECT entity, form, sealed FROM uses JOIN entities ON id = entity WHERE document = ?", number
            )
        }
        return [Placeholder(self._entity(entity, sealed)[1], entity, form) for entity, form, sealed in sorted(rows)]

    def documents_of(self, placeholder: Placeholder) -> list[int]:
        """The numbers of the documents in which it stands."""
        rows = self._rows(
            "SELECT document FROM uses WHERE entity = ? AND form = ?", placeholder.number, placeholder.form
        )
        return [number for (number,) in rows]

    def document_number(self, name: str) -> int | None:
        """The number of the document `name`; None where the vault has none of that name."""
        rows = self._rows("SELECT id FROM documents WHERE tag = ?", self._key().tag("document", name))
        return rows[0][0] if rows else None

    def labels(self) -> set[str]:
        """The labels that the vault's placeholders carry."""
        key = self._key()
        with self._told():
            (sealed,) = self._connection.execute("SELECT value FROM about WHERE name = 'labels'").fetchone()
            return set(json.loads(key.open(sealed, "labels")))

    def forget_value(self, value: str) -> Forgotten:
        """Erase every person or thing of whom one form is `value` after normalising, with all its forms.

        All entries are opened one by one: by design nothing in the file tells which hold the value.
        """
        with self._transaction():
            found = {
                entity
                for entity, form, of_entity, sealed in self._connection.execute(
                    "SELECT entity, form, entities.sealed, forms.sealed FROM forms JOIN entities ON id = entity"
                )
                if self._is(value, self._key().open(sealed, f"value {entity} {form}"), entity, of_entity)
            }
            before = self._count("forms")
            self._connection.executemany("DELETE FROM entities WHERE id = ?", [(entity,) for entity in found])
            forgotten = Forgotten(before - self._count("forms"), 0)
        self._clean()
        return forgotten

    def forget_document(self, name: str) -> Forgotten:
        """Erase the document, and the values that stand in no other."""
        return self._forget_documents("tag = ?", self._key().tag("document", name))

    def forget_customer(self, name: str) -> Forgotten:
        """Erase all documents of the customer, and the values that stand in no other."""
        return self._forget_documents("customer = ?", self._key().tag("customer", name))

    def rotate(self, new: Key) -> bytes:
        """Encrypt all that is there with another key, and make all tags anew: from then on the old one opens nothing.

        It is one transaction: a killed program leaves the vault with the old key. Gives the new key's check value.
        """
        old, seals = self._key(), Seals(new.read(), self.vault_id)
        run = self._connection.execute
        with self._transaction():
            for number, sealed in run("SELECT id, sealed FROM documents").fetchall():
                text = old.open(sealed, f"document {number}")
                name, customer = json.loads(text)
                run(
                    "UPDATE documents SET tag = ?, customer = ?, sealed = ? WHERE id = ?",
                    (
                        seals.tag("document", name),
                        None if customer is None else seals.tag("customer", customer),
                        seals.seal(text, f"document {number}"),
                        number,
                    ),
                )
            for number, sealed in run("SELECT id, sealed FROM entities").fetchall():
                text = old.open(sealed, f"entity {number}")
                scope, _, identity = json.loads(text)
                run(
                    "UPDATE entities SET tag = ?, sealed = ? WHERE id = ?",
                    (seals.tag("entity", scope, identity), seals.seal(text, f"entity {number}"), number),
                )
            for number, form, sealed in run("SELECT entity, form, sealed FROM forms").fetchall():
                text = old.open(sealed, f"value {number} {form}")
                run(
                    "UPDATE forms SET tag = ?, sealed = ? WHERE entity = ? AND form = ?",
                    (seals.tag("value", str(number), text), seals.seal(text, f"value {number} {form}"), number, form),
                )
            labels = seals.seal(json.dumps(sorted(self.labels())), "labels")
            run("UPDATE about SET value = ? WHERE name = 'labels'", (labels,))
            run("UPDATE about SET value = ? WHERE name = 'check'", (seals.check_value,))
        self._seals, self.check_value = seals, seals.check_value
        self._clean()
        return seals.check_value

    def _key(self) -> Seals:
        if self._seals is None:
            raise VaultError(f"The vault {self._path} is locked: give its key.")
        return self._seals

    def _is(self, value: str, found: str, entity: int, sealed: bytes) -> bool:
        if len(found) > 4 * len(value) + 64:
            return False
        _, label, _ = self._entity(entity, sealed)
        return normalised(found, label) == normalised(value, label)

    def _document_id(self, name: str, customer: str | None) -> int:
        seals = self._key()
        number = self.document_number(name)
        if number is None:
            inserted = self._connection.execute(
                "INSERT INTO documents (tag, sealed) VALUES (?, x'')", (seals.tag("document", name),)
            )
            number = int(inserted.lastrowid or 0)
        self._connection.execute(
            "UPDATE documents SET customer = ?, sealed = ? WHERE id = ?",
            (
                None if customer is None else seals.tag("customer", customer),
                seals.seal(json.dumps([name, customer]), f"document {number}"),
                number,
            ),
        )
        return number

    def _forget_documents(self, condition: str, tag: bytes) -> Forgotten:
        run = self._connection.execute
        with self._transaction():
            numbers = [number for (number,) in run(f"SELECT id FROM documents WHERE {condition}", (tag,))]
            before = self._count("forms")
            for number in numbers:
                forms = run("SELECT entity, form FROM uses WHERE document = ?", (number,)).fetchall()
                run("DELETE FROM documents WHERE id = ?", (number,))
                self._connection.executemany(
                    "DELETE FROM forms WHERE entity = ?1 AND form = ?2 "
                    "AND NOT EXISTS (SELECT 1 FROM uses WHERE entity = ?1 AND form = ?2)",
                    forms,
                )
                self._connection.executemany(
                    "DELETE FROM entities WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM forms WHERE entity = ?1)",
                    {(entity,) for entity, _ in forms},
                )
            forgotten = Forgotten(before - self._count("forms"), len(numbers))
        self._clean()
        return forgotten

    def _erase_expired(self) -> None:
        run = self._connection.execute
        now = int(time.time())
        if run("SELECT 1 FROM forms WHERE expires <= ? LIMIT 1", (now,)).fetchone() is None:
            return
        with self._transaction():
            entities = run("SELECT DISTINCT entity FROM forms WHERE expires <= ?", (now,)).fetchall()
            run("DELETE FROM forms WHERE expires <= ?", (now,))
            self._connection.executemany(
                "DELETE FROM entities WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM forms WHERE entity = ?1)", entities
            )
        self._clean()

    def _count(self, table: str) -> int:
        return int(self._connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    def _clean(self) -> None:
        """Leave no older state of a page beside the file: SQLite's log is written back and emptied."""
        with self._told():
            (busy, *_) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise VaultError(
                f"It is done, but an older state of the vault {self._path} is still on the disk, encrypted: another "
                f"program reads it. Run the command once more when that has ended."
            )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        if self._lock is None:
            raise VaultError(f"The vault {self._path} was opened to read.")
        with self._told():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, UnicodeDecodeError, json.JSONDecodeError) as error:
            raise damaged(self._path, error) from None

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._told():
            return self._connection.execute(query, values).fetchall()

    def _entity(self, number: int, sealed: bytes) -> tuple[str, str, str]:
        """Scope, label and identity of an entity."""
        with self._told():
            scope, label, identity = json.loads(self._key().open(sealed, f"entity {number}"))
        return scope, label, identity


class VaultDocument:
    """A document whose values are being written."""

    def __init__(self, vault: Vault, number: int, scope: str) -> None:
        self._vault = vault
        self._number = number
        self._scope = scope
        self._seals = vault._key()
        self._known: dict[tuple[str, str], Placeholder] = {}
        self._labels = vault.labels()
        self._expires = None if vault.days is None else int(time.time()) + vault.days * _DAY

    @property
    def labels(self) -> set[str]:
        """The labels of the vault's placeholders, those of this document among them."""
        return self._labels

    def placeholder(self, original: str, label: str, identity: str) -> Placeholder:
        """What stands for `original`, one of the ways in which `identity` is written."""
        known = self._known.get((identity, original))
        if known is None:
            known = self._known[identity, original] = self._new(original, label, identity)
        return known

    def literal(self, text: str) -> Placeholder:
        """What stands for a substring that only looks like a placeholder."""
        return self.placeholder(text, LITERAL, f"{LITERAL}:{text}")

    def _new(self, original: str, label: str, identity: str) -> Placeholder:
        run, seals = self._vault._connection.execute, self._seals
        if label not in self._labels:
            self._labels.add(label)
            sealed = seals.seal(json.dumps(sorted(self._labels)), "labels")
            run("UPDATE about SET value = ? WHERE name = 'labels'", (sealed,))
        tag = seals.tag("entity", self._scope, identity)
        row = run("SELECT id FROM entities WHERE tag = ?", (tag,)).fetchone()
        if row is None:
            entity = int(run("INSERT INTO entities (tag, sealed) VALUES (?, x'')", (tag,)).lastrowid or 0)
            sealed = seals.seal(json.dumps([self._scope, label, identity]), f"entity {entity}")
            run("UPDATE entities SET sealed = ? WHERE id = ?", (sealed, entity))
        else:
            entity = int(row[0])
        tag = seals.tag("value", str(entity), original)
        row = run("SELECT form FROM forms WHERE tag = ?", (tag,)).fetchone()
        if row is None:
            (form,) = run(
                "UPDATE entities SET forms = forms + 1 WHERE id = ? RETURNING forms - 1", (entity,)
            ).fetchone()
            sealed = seals.seal(original, f"value {entity} {form}")
            run("INSERT INTO forms VALUES (?, ?, ?, ?, ?)", (entity, form, tag, sealed, self._expires))
        else:
            form = int(row[0])
            run("UPDATE forms SET expires = ? WHERE entity = ? AND form = ?", (self._expires, entity, form))
        run("INSERT OR IGNORE INTO uses VALUES (?, ?, ?)", (self._number, entity, form))
        return Placeholder(label, entity, form)

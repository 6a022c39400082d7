"""The texts of a folder: added, told apart, listed."""

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from loredact.document import Document, Span, require_valid_text
from loredact.errors import InputError
from loredact.studio.database import Database
from loredact.studio.labelled import MAIN, start_layer


@dataclass(slots=True)
class Added:
    """What became of texts that were to be added: the numbers of new ones, and of each duplicate its name and the name
    of the text that was there.
    """

    texts: list[int] = field(default_factory=list)
    duplicates: list[tuple[str, str]] = field(default_factory=list)


def digest_of(text: str) -> str:
    """SHA-256 by which texts are told apart: those that differ in white space alone are one."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()


def add_texts(database: Database, named: Iterable[tuple[str, Document]], origin: str, who: str) -> Added:
    """Add texts by their names, with the labels they came with; a text that has labels is done.

    Raises:
        InputError: where a text is not valid Unicode; none is added then.
    """
    added = Added()
    with database.transaction() as connection:
        for name, document in named:
            _add(connection, added, name, document, origin, who)
    return added


def _add(connection: sqlite3.Connection, added: Added, name: str, document: Document, origin: str, who: str) -> None:
    require_valid_text(document.text)
    digest = digest_of(document.text)
    there = connection.execute("SELECT name FROM texts WHERE digest = ?", (digest,)).fetchone()
    if there is not None:
        added.duplicates.append((name, there["name"]))
        return
    at = time.time()
    number = connection.execute(
        "INSERT INTO texts (name, origin, digest, text, characters, added) VALUES (?, ?, ?, ?, ?, ?)",
        (name, origin, digest, document.text, len(document.text), at),
    ).lastrowid
    assert number is not None
    connection.execute(
        "INSERT INTO events (at, who, kind, text, layer, body) VALUES (?, ?, 'text', ?, NULL, ?)",
        (at, who, number, json.dumps({"name": name, "origin": origin}, ensure_ascii=False)),
    )
    start_layer(connection, number, document.spans, "done" if document.spans else "new", who)
    added.texts.append(number)


def read_text(database: Database, number: int) -> sqlite3.Row:
    """The row of a text. Raises InputError where there is none of that number."""
    rows = database.rows("SELECT * FROM texts WHERE id = ?", number)
    if not rows:
        raise InputError("There is no such text.")
    return rows[0]


def list_texts(database: Database, search: str = "", status: str = "", origin: str = "") -> list[dict[str, Any]]:
    """What there is to say of each text without its text, by number: those that hold `search`, in any case, in text or
    name, and have that status and that origin; an empty one is any.
    """
    wanted = search.casefold()
    rows = database.rows(
        "SELECT t.id, t.name, t.origin, t.characters, t.added, coalesce(l.status, 'new') AS status,"
        " coalesce(json_array_length(l.spans), 0) AS spans, coalesce(l.who, '') AS who, l.changed,"
        " (SELECT group_concat(o.layer, char(10)) FROM layers o WHERE o.text = t.id AND o.layer != '') AS readings"
        " FROM texts t LEFT JOIN layers l ON l.text = t.id AND l.layer = ''"
        " WHERE (? = '' OR holds(t.text, ?) OR holds(t.name, ?))"
        " AND (? = '' OR coalesce(l.status, 'new') = ?) AND (? = '' OR t.origin = ?) ORDER BY t.id",
        *(wanted, wanted, wanted, status, status, origin, origin),
    )
    return [{**dict(row), "readings": (row["readings"] or "").split("\n") if row["readings"] else []} for row in rows]


def labelled_documents(database: Database, layer: str = MAIN) -> list[tuple[sqlite3.Row, Document]]:
    """The texts that are done, with what is labelled in them, by number."""
    rows = database.rows(
        "SELECT t.*, l.spans FROM texts t JOIN layers l ON l.text = t.id"
        " WHERE l.layer = ? AND l.status = 'done' ORDER BY t.id",
        layer,
    )
    return [(row, Document(row["text"], _spans(json.loads(row["spans"])))) for row in rows]


def unlabelled_texts(database: Database) -> list[sqlite3.Row]:
    """The texts that nobody is done with or has skipped."""
    return database.rows(
        "SELECT t.* FROM texts t LEFT JOIN layers l ON l.text = t.id AND l.layer = ''"
        " WHERE coalesce(l.status, 'new') = 'new' ORDER BY t.id"
    )


def _spans(places: Iterable[Sequence[Any]]) -> tuple[Span, ...]:
    return tuple(Span(start, end, label) for start, end, label in places)

"""What is labelled in a text: its layers, the edits that made them, undo and redo.

A text has a layer that is called `""`, which is trained on and exported, and one under the name of each person who read
it a second time without seeing the first. A layer is the sum of its events:

- `edit`: `{"add", "remove", "dismiss", "restore"}`, each a list of `[start, end, label]`; a dismissed span is a
  suggestion that a person said no to
- `undo`, `redo`: the same, for what they did, and `"of"`, the event that was undone or done again
- `status`: `{"status"}`

Offsets are half-open and count code points. The version of a layer is the number of its events.
"""

import json
import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from loredact.document import Span, span_problems
from loredact.errors import InputError, LoredactError
from loredact.studio.database import Database

MAIN = ""
Status = Literal["new", "done", "skipped"]
STATUSES: tuple[Status, ...] = ("new", "done", "skipped")
# A span as the pages know it: start, end, label.
Place = tuple[int, int, str]


class StaleError(LoredactError):
    """An edit of something that another browser has changed meanwhile; nothing was done."""


@dataclass(frozen=True, slots=True)
class Change:
    """What an edit does to a layer."""

    add: tuple[Place, ...] = ()
    remove: tuple[Place, ...] = ()
    dismiss: tuple[Place, ...] = ()
    restore: tuple[Place, ...] = ()

    @property
    def inverse(self) -> "Change":
        return Change(self.remove, self.add, self.restore, self.dismiss)

    def as_json(self) -> dict[str, list[Place]]:
        """The lists that are not empty."""
        lists = {"add": self.add, "remove": self.remove, "dismiss": self.dismiss, "restore": self.restore}
        return {name: list(places) for name, places in lists.items() if places}


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer as it stands."""

    text: int
    layer: str
    version: int = 0
    status: Status = "new"
    spans: tuple[Place, ...] = ()
    dismissed: tuple[Place, ...] = ()
    who: str = ""
    changed: float = 0.0
    undoable: int = field(default=0, compare=False)
    redoable: int = field(default=0, compare=False)

    def as_json(self) -> dict[str, object]:
        """As the pages read it."""
        return {**self.counted(), "spans": self.spans, "dismissed": self.dismissed}

    def counted(self) -> dict[str, object]:
        """The same without what it holds, for a page that knows."""
        return {
            "text": self.text,
            "layer": self.layer,
            "version": self.version,
            "status": self.status,
            "who": self.who,
            "changed": self.changed,
            "undoable": self.undoable,
            "redoable": self.redoable,
        }


def read_layer(database: Database, text: int, layer: str = MAIN) -> Layer:
    """The layer of a text; an empty one where nobody has touched it."""
    rows = database.rows("SELECT * FROM layers WHERE text = ? AND layer = ?", text, layer)
    return _with_stacks(database.rows, _layer_of(rows[0]) if rows else Layer(text, layer))


def edit(database: Database, text: int, layer: str, version: int, change: Change, who: str) -> Layer:
    """The layer after `change`.

    Raises:
        StaleError: where the layer is no longer at `version`; nothing is done then.
        InputError: where a span does not fit the text, or overlaps another one.
    """
    with database.transaction() as connection:
        return edit_within(connection, text, layer, version, change, who)


def edit_within(connection: sqlite3.Connection, text: int, layer: str, version: int, change: Change, who: str) -> Layer:
    """As `edit`, within a transaction."""
    return _append(connection, _at_version(connection, text, layer, version), "edit", change, {}, who)


def undo(database: Database, text: int, layer: str, version: int, who: str) -> Layer:
    """The layer without its last edit that stands, if there is one. Raises StaleError as `edit` does."""
    with database.transaction() as connection:
        now = _at_version(connection, text, layer, version)
        done, _ = _stacks(connection, now)
        if not done:
            return now
        of, change = done[-1]
        return _append(connection, now, "undo", change.inverse, {"of": of}, who)


def redo(database: Database, text: int, layer: str, version: int, who: str) -> Layer:
    """The layer with the edit that was undone last. Raises StaleError as `edit` does."""
    with database.transaction() as connection:
        now = _at_version(connection, text, layer, version)
        _, undone = _stacks(connection, now)
        if not undone:
            return now
        of, change = undone[-1]
        return _append(connection, now, "redo", change, {"of": of}, who)


def set_status(database: Database, text: int, layer: str, version: int, status: Status, who: str) -> Layer:
    """The layer with another status. Raises StaleError as `edit` does."""
    with database.transaction() as connection:
        now = _at_version(connection, text, layer, version)
        return _append(connection, now, "status", Change(), {"status": status}, who)


def start_layer(connection: sqlite3.Connection, text: int, spans: Iterable[Span], status: Status, who: str) -> None:
    """Give the new text `text` the labels it came with, within a transaction."""
    change = Change(add=tuple((span.start, span.end, span.label) for span in spans))
    now = Layer(text, MAIN)
    if change.add:
        now = _append(connection, now, "edit", change, {}, who)
    if status != "new":
        _append(connection, now, "status", Change(), {"status": status}, who)


def replay(database: Database, text: int, layer: str = MAIN) -> Layer:
    """The layer, added up from its events alone."""
    now = Layer(text, layer)
    query = "SELECT * FROM events WHERE text = ? AND layer = ? ORDER BY seq"
    for row in database.rows(query, text, layer):
        body = json.loads(row["body"])
        now = _after(now, _change_of(body), body.get("status"), row["who"], row["at"])
    return now


def _at_version(connection: sqlite3.Connection, text: int, layer: str, version: int) -> Layer:
    row = connection.execute("SELECT * FROM layers WHERE text = ? AND layer = ?", (text, layer)).fetchone()
    now = _layer_of(row) if row else Layer(text, layer)
    if now.version != version:
        raise StaleError(f"Changed meanwhile by {now.who or 'somebody'}.")
    return now


def _append(
    connection: sqlite3.Connection, now: Layer, kind: str, change: Change, more: dict[str, Any], who: str
) -> Layer:
    at = time.time()
    then = _after(now, change, more.get("status"), who, at)
    _require_fit(connection, then, change)
    body = json.dumps({**change.as_json(), **more}, ensure_ascii=False)
    connection.execute(
        "INSERT INTO events (at, who, kind, text, layer, body) VALUES (?, ?, ?, ?, ?, ?)",
        (at, who, kind, now.text, now.layer, body),
    )
    connection.execute(
        "INSERT OR REPLACE INTO layers (text, layer, version, status, spans, dismissed, who, changed)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            then.text,
            then.layer,
            then.version,
            then.status,
            json.dumps(then.spans, ensure_ascii=False),
            json.dumps(then.dismissed, ensure_ascii=False),
            who,
            at,
        ),
    )
    return _with_stacks(lambda query, *values: connection.execute(query, values).fetchall(), then)


def _after(now: Layer, change: Change, status: Status | None, who: str, at: float) -> Layer:
    spans, dismissed = set(now.spans), set(now.dismissed)
    # The page that asked for this shows something else than there is.
    if not spans.issuperset(change.remove) or not dismissed.issuperset(change.restore):
        raise StaleError("What was to be removed is not there.")
    spans = (spans - set(change.remove)) | set(change.add)
    dismissed = (dismissed - set(change.restore)) | set(change.dismiss)
    return Layer(
        now.text,
        now.layer,
        now.version + 1,
        status or now.status,
        tuple(sorted(spans)),
        tuple(sorted(dismissed)),
        who,
        at,
    )


def _require_fit(connection: sqlite3.Connection, layer: Layer, change: Change) -> None:
    if not change.add and not change.dismiss:
        return
    row = connection.execute("SELECT text FROM texts WHERE id = ?", (layer.text,)).fetchone()
    if row is None:
        raise InputError("There is no such text.")
    for places in (layer.spans, change.dismiss):
        problems = span_problems(row["text"], (Span(*place) for place in places))
        if problems:
            raise InputError(f"A span that cannot be: {problems[0][1]}.")


def _with_stacks(rows: Any, layer: Layer) -> Layer:
    done, undone = _stacks_of(_history(rows, layer))
    values = {name: getattr(layer, name) for name in layer.__slots__}
    return Layer(**{**values, "undoable": len(done), "redoable": len(undone)})


def _history(rows: Any, layer: Layer) -> list[sqlite3.Row]:
    query = "SELECT seq, kind FROM events WHERE text = ? AND layer = ? AND kind != 'status' ORDER BY seq"
    found: list[sqlite3.Row] = rows(query, layer.text, layer.layer)
    return found


def _stacks_of(history: Sequence[sqlite3.Row]) -> tuple[list[int], list[int]]:
    """Which edits stand, and which are undone and can be done again, by their numbers; the last one comes first."""
    done, undone = list[int](), list[int]()
    for row in history:
        if row["kind"] == "edit":
            done.append(row["seq"])
            undone.clear()
        elif row["kind"] == "undo":
            undone.append(done.pop())
        else:
            done.append(undone.pop())
    return done, undone


def _stacks(connection: sqlite3.Connection, layer: Layer) -> tuple[list[tuple[int, Change]], list[tuple[int, Change]]]:
    history = _history(lambda query, *values: connection.execute(query, values).fetchall(), layer)
    done, undone = _stacks_of(history)

    def last(numbers: list[int]) -> list[tuple[int, Change]]:
        if not numbers:
            return []
        row = connection.execute("SELECT body FROM events WHERE seq = ?", (numbers[-1],)).fetchone()
        return [(numbers[-1], _change_of(json.loads(row["body"])))]

    return last(done), last(undone)


def _layer_of(row: sqlite3.Row) -> Layer:
    return Layer(
        row["text"],
        row["layer"],
        row["version"],
        row["status"],
        _places(json.loads(row["spans"])),
        _places(json.loads(row["dismissed"])),
        row["who"],
        row["changed"],
    )


def _change_of(body: dict[str, Any]) -> Change:
    return Change(*(_places(body.get(name, [])) for name in ("add", "remove", "dismiss", "restore")))


def _places(values: Iterable[Sequence[Any]]) -> tuple[Place, ...]:
    return tuple((start, end, label) for start, end, label in values)

"""What people chose for the whole folder: its labels, the adapter that suggests, its operating point."""

import json
import sqlite3
import time
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from loredact.document import is_label
from loredact.errors import InputError
from loredact.labels.names import LABELS, OFF
from loredact.studio.database import Database
from loredact.studio.labelled import StaleError

# The colours that a label can have; the pages have a light and a dark tone of each.
COLOURS = 12
LABELS_CHOICE, ADAPTER_CHOICE, POINT_CHOICE = "labels", "adapter", "point"


class Label(BaseModel):
    """A label as people see it: its colour by number, and a line that says what it covers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=64)
    colour: int = Field(ge=0, lt=COLOURS)
    guideline: str = Field(default="", max_length=500)


_GUIDELINES = {
    "PERSON": "A person's name, or a part of one: first name, family name, initials.",
    "DATE_TIME": "A date or a time in the life of somebody.",
    "LOCATION": "A town, a region, a country, a building.",
    "STREET_ADDRESS": "Street and number, with the rest of an address on its line.",
    "PHONE_NUMBER": "A telephone or fax number.",
    "EMAIL_ADDRESS": "An email address.",
    "DATE_OF_BIRTH": "The day somebody was born.",
    "AGE": "How old somebody is.",
    "HEALTH_ID": "The number of a patient, a record or an insurance.",
}


def default_labels() -> list[Label]:
    """The labels that a new folder has: ours, the most frequent first, so that these have the keys 1 to 9."""
    first = [name for name in _GUIDELINES if name in LABELS]
    names = first + [name for name in LABELS if name not in first and name not in OFF]
    return [Label(name=n, colour=i % COLOURS, guideline=_GUIDELINES.get(n, "")) for i, n in enumerate(names)]


def read_choice(database: Database, name: str, default: Any = None) -> Any:
    """What was chosen under `name`."""
    rows = database.rows("SELECT value FROM choices WHERE name = ?", name)
    return json.loads(rows[0]["value"]) if rows else default


def choose(database: Database, name: str, value: Any, who: str) -> None:
    """Choose `value` under `name`."""
    with database.transaction() as connection:
        _write(connection, name, value, who)


def change_choice(database: Database, name: str, default: Any, change: Callable[[Any], Any], who: str) -> None:
    """Choose what `change` makes of what was chosen under `name`; nobody else chooses in between."""
    with database.transaction() as connection:
        _write(connection, name, change(read_choice(database, name, default)), who)


def use_adapter(database: Database, name: str, point: float | None, who: str) -> None:
    """Choose an adapter, and the point at which it is used; a point is kept for each adapter."""
    with database.transaction() as connection:
        points = {other: kept for other, kept in read_choice(database, POINT_CHOICE, {}).items() if other != name}
        _write(connection, POINT_CHOICE, points if point is None else points | {name: point}, who)
        _write(connection, ADAPTER_CHOICE, name, who)


def _write(connection: sqlite3.Connection, name: str, value: Any, who: str) -> None:
    written = json.dumps(value, ensure_ascii=False)
    connection.execute(
        "INSERT INTO events (at, who, kind, body) VALUES (?, ?, ?, ?)", (time.time(), who, name, written)
    )
    connection.execute("INSERT OR REPLACE INTO choices (name, value) VALUES (?, ?)", (name, written))


def read_labels(database: Database) -> tuple[int, list[Label]]:
    """The folder's labels in their order, and their version."""
    kept = read_choice(database, LABELS_CHOICE)
    if kept is None:
        return 0, default_labels()
    return kept["version"], [Label.model_validate(label) for label in kept["labels"]]


def set_labels(database: Database, version: int, labels: list[Label], who: str) -> int:
    """Put `labels` in the place of those of `version`, and give the new version.

    Raises:
        StaleError: where somebody else has changed them.
        InputError: where a name is no label, or stands twice.
    """
    names = [label.name for label in labels]
    if len(set(names)) < len(names):
        raise InputError("A label stands twice.")
    if not all(map(is_label, names)):
        raise InputError("A label has 1 to 64 letters, digits and _ - . : alone.")
    with database.transaction() as connection:
        # Within the transaction: of two who change the same version at once, one is told.
        now, _ = read_labels(database)
        if now != version:
            raise StaleError("The labels were changed meanwhile.")
        _write_labels(connection, version + 1, labels, who)
    return version + 1


def add_missing_labels(database: Database, names: set[str], who: str) -> None:
    """Give the folder the labels that texts came with and that it does not have."""
    with database.transaction() as connection:
        version, labels = read_labels(database)
        missing = sorted(names - {label.name for label in labels})
        if missing:
            new = [Label(name=n, colour=(len(labels) + i) % COLOURS) for i, n in enumerate(missing)]
            _write_labels(connection, version + 1, [*labels, *new], who)


def _write_labels(connection: sqlite3.Connection, version: int, labels: list[Label], who: str) -> None:
    kept = {"version": version, "labels": [label.model_dump() for label in labels]}
    _write(connection, LABELS_CHOICE, kept, who)

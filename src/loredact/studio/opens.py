"""Which text is open in which browser: one text to one at a time."""

import time

from loredact.studio.database import Database

# A page that is open says so again well before this.
SECONDS = 45.0


def open_text(database: Database, text: int, layer: str, client: str, who: str, *, take: bool = False) -> str | None:
    """Open a text for the browser `client`, or go on having it open; the name of who has it open, if another has.

    With `take` it is taken over. What two browsers do to one layer is held apart by its version, not by this.
    """
    now = time.time()
    with database.transaction() as connection:
        row = connection.execute(
            "SELECT * FROM opens WHERE text = ? AND layer = ? AND until > ? AND client != ?", (text, layer, now, client)
        ).fetchone()
        if row is not None and not take:
            return str(row["who"] or "somebody")
        connection.execute("DELETE FROM opens WHERE client = ? OR until <= ?", (client, now))
        connection.execute(
            "INSERT OR REPLACE INTO opens (text, layer, client, who, until) VALUES (?, ?, ?, ?, ?)",
            (text, layer, client, who, now + SECONDS),
        )
    return None


def close_text(database: Database, text: int, layer: str, client: str) -> None:
    """Let go of a text, if the browser `client` has it open."""
    with database.transaction() as connection:
        connection.execute("DELETE FROM opens WHERE text = ? AND layer = ? AND client = ?", (text, layer, client))


def open_elsewhere(database: Database, client: str) -> dict[int, str]:
    """The texts that other browsers than `client` have open, with the name of who has."""
    rows = database.rows("SELECT text, who FROM opens WHERE until > ? AND client != ?", time.time(), client)
    return {row["text"]: row["who"] or "somebody" for row in rows}

"""The same value elsewhere: in a text, or in all."""

import re
from collections.abc import Iterator

from loredact.studio.database import Database
from loredact.studio.labelled import MAIN, Change, Layer, Place, edit_within, read_layer


def occurrences(text: str, value: str) -> Iterator[tuple[int, int]]:
    """Where `value` stands in `text` as whole words, `[start, end)`."""
    if not value.strip():
        return
    before = r"(?<!\w)" if value[0].isalnum() else ""
    after = r"(?!\w)" if value[-1].isalnum() else ""
    for match in re.finditer(f"{before}{re.escape(value)}{after}", text):
        yield match.span()


def label_everywhere(database: Database, number: int, value: str, label: str, who: str) -> tuple[int, int]:
    """Label `value` in all texts but `number`, or in none where one cannot be; gives how many texts and spans.

    Raises:
        InputError: where the value, or the label, is none that a span can have.
    """
    texts = spans = 0
    with database.transaction() as connection:
        # All are read within the transaction too: nobody edits one in between.
        for row in database.rows("SELECT id, text FROM texts WHERE id != ? AND instr(text, ?)", number, value):
            layer = read_layer(database, row["id"])
            places = free_places(row["text"], layer, value, label)
            if places:
                edit_within(connection, row["id"], MAIN, layer.version, Change(add=tuple(places)), who)
                texts, spans = texts + 1, spans + len(places)
    return texts, spans


def free_places(text: str, layer: Layer, value: str, label: str) -> list[Place]:
    """Where `value` could be labelled as well: where it stands and overlaps no span of the layer."""
    taken = sorted((start, end) for start, end, _ in layer.spans)
    places, at = list[Place](), 0
    for start, end in occurrences(text, value):
        while at < len(taken) and taken[at][1] <= start:
            at += 1
        if at == len(taken) or taken[at][0] >= end:
            places.append((start, end, label))
    return places

"""The page of texts: drop, paste, search, and the queue."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, UploadFile

from loredact.document import Document
from loredact.errors import InputError
from loredact.studio import choices
from loredact.studio.database import Database
from loredact.studio.intake import take_files
from loredact.studio.jobs import Advance
from loredact.studio.models import Paste
from loredact.studio.opens import open_elsewhere
from loredact.studio.order import Order, in_order
from loredact.studio.suggest import AT_ONCE_CHARACTERS
from loredact.studio.texts import Added, add_texts, list_texts, unlabelled_texts
from loredact.studio.web import Client, Here, Who

router = APIRouter(prefix="/api")


@router.get("/texts")
def texts(
    studio: Here,
    client: Client,
    search: Annotated[str, Query(max_length=500)] = "",
    status: Annotated[str, Query(max_length=10)] = "",
    order: Order = "file",
    seed: int = 0,
) -> dict[str, Any]:
    """The texts that match, in the order of the queue where that is asked for, else by number."""
    found = list_texts(studio.database, search, status)
    doubts = studio.suggester.doubts()
    elsewhere = open_elsewhere(studio.database, client)
    for text in found:
        text["doubt"] = doubts.get(text["id"])
        text["open"] = elsewhere.get(text["id"])
    if order != "file":
        queue = _queue(studio.database, order, doubts, seed)
        places = {number: place for place, number in enumerate(queue)}
        found.sort(key=lambda text: places.get(text["id"], len(places) + text["id"]))
    return {"texts": found}


@router.post("/texts/files")
def add_files(studio: Here, who: Who, files: list[UploadFile]) -> dict[str, Any]:
    """Add the texts in dropped files."""
    taken = take_files([(file.filename or "text", file.file.read()) for file in files])
    added = Added()
    by_origin: dict[str, list[tuple[str, Document]]] = {}
    for name, origin, document in taken.texts:
        by_origin.setdefault(origin, []).append((name, document))
    for origin, named in by_origin.items():
        one = add_texts(studio.database, named, origin, who)
        added.texts += one.texts
        added.duplicates += one.duplicates
    labels = {span.label for _, _, document in taken.texts for span in document.spans}
    choices.add_missing_labels(studio.database, labels, who)
    return _told(added, taken.problems)


@router.post("/texts/paste")
def paste(studio: Here, who: Who, body: Paste) -> dict[str, Any]:
    """Add a pasted text."""
    if not body.text.strip():
        raise InputError("There is nothing in it.")
    count = len(list_texts(studio.database, origin="pasted")) + 1
    named = [(body.name.strip() or f"pasted {count}", Document(body.text))]
    return _told(add_texts(studio.database, named, "pasted", who), [])


@router.get("/next")
def next_text(studio: Here, client: Client, order: Order = "unsure", seed: int = 0, after: int = 0) -> dict[str, Any]:
    """The number of the text that comes up next in the queue, and is open nowhere else; none at its end."""
    elsewhere = open_elsewhere(studio.database, client)
    queue = _queue(studio.database, order, studio.suggester.doubts(), seed)
    free = [number for number in queue if number not in elsewhere and number != after]
    return {"text": free[0] if free else None, "left": len(queue)}


@router.post("/looking")
def look_through(studio: Here) -> dict[str, object]:
    """Let the current adapter look at every text that nobody is done with, so that the queue knows its doubts."""

    def work(advance: Advance) -> None:
        rows = [row for row in unlabelled_texts(studio.database) if row["characters"] <= AT_ONCE_CHARACTERS]
        for index, row in enumerate(rows):
            studio.suggester.suggest(row["id"], row["text"])
            advance((index + 1) / len(rows))

    return studio.jobs.add("looking", work).as_json()


def _queue(database: Database, order: Order, doubts: dict[int, float], seed: int) -> list[int]:
    return in_order([(row["id"], row["text"]) for row in unlabelled_texts(database)], order, doubts, seed)


def _told(added: Added, problems: list[str]) -> dict[str, Any]:
    duplicates = [{"name": name, "of": of} for name, of in added.duplicates]
    return {"added": added.texts, "duplicates": duplicates, "problems": problems}

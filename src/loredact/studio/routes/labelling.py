"""The page on which a text is labelled."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse

from loredact.studio import labelled
from loredact.studio.everywhere import label_everywhere
from loredact.studio.labelled import StaleError, read_layer
from loredact.studio.models import AtVersion, Edit, Everywhere, NewStatus, Open
from loredact.studio.opens import close_text, open_text
from loredact.studio.suggest import AT_ONCE_CHARACTERS
from loredact.studio.texts import read_text
from loredact.studio.web import Client, Here, Who

router = APIRouter(prefix="/api/texts/{number}")


@router.get("")
def read(studio: Here, number: int, layer: str = "") -> dict[str, Any]:
    """A text with one of its layers."""
    row = read_text(studio.database, number)
    told = {"id": row["id"], "name": row["name"], "origin": row["origin"], "text": row["text"]}
    return {**told, "layer": read_layer(studio.database, number, layer).as_json()}


@router.get("/layer")
def read_one_layer(studio: Here, number: int, layer: str = "") -> dict[str, Any]:
    """One of a text's layers."""
    return read_layer(studio.database, number, layer).as_json()


@router.get("/suggestions")
def suggestions(studio: Here, number: int, ask: bool = False) -> dict[str, Any]:
    """What the current adapter finds in a text; in a long one where it is asked for."""
    row = read_text(studio.database, number)
    if row["characters"] > AT_ONCE_CHARACTERS and not ask:
        return {"adapter": "", "spans": [], "doubt": None, "long": True}
    name, suggestion = studio.suggester.suggest(number, row["text"])
    return {"adapter": name, **suggestion.as_json(), "long": False}


@router.post("/open")
def open_(studio: Here, who: Who, client: Client, number: int, body: Open) -> dict[str, Any]:
    """Open a text, or say that it is open still; `elsewhere` names who has it open, where another browser has."""
    if body.close:
        close_text(studio.database, number, body.layer, client)
        return {"elsewhere": None}
    read_text(studio.database, number)
    return {"elsewhere": open_text(studio.database, number, body.layer, client, who, take=body.take)}


@router.post("/edit")
def edit(studio: Here, who: Who, number: int, body: Edit) -> Any:
    """Add, remove, dismiss or restore spans; the page knows what there is then, so it is not sent again."""
    try:
        return labelled.edit(studio.database, number, body.layer, body.version, body.change, who).counted()
    except StaleError as error:
        return _stale(studio, number, body.layer, error)


@router.post("/undo")
def undo(studio: Here, who: Who, number: int, body: AtVersion) -> Any:
    """Undo the last edit."""
    try:
        return labelled.undo(studio.database, number, body.layer, body.version, who).as_json()
    except StaleError as error:
        return _stale(studio, number, body.layer, error)


@router.post("/redo")
def redo(studio: Here, who: Who, number: int, body: AtVersion) -> Any:
    """Do again what was undone last."""
    try:
        return labelled.redo(studio.database, number, body.layer, body.version, who).as_json()
    except StaleError as error:
        return _stale(studio, number, body.layer, error)


@router.post("/status")
def status(studio: Here, who: Who, number: int, body: NewStatus) -> Any:
    """Say that a text is done, is skipped, or is to be labelled after all."""
    try:
        return labelled.set_status(studio.database, number, body.layer, body.version, body.status, who).as_json()
    except StaleError as error:
        return _stale(studio, number, body.layer, error)


@router.post("/everywhere")
def everywhere(studio: Here, who: Who, number: int, body: Everywhere) -> dict[str, Any]:
    """Label a value of this text in all other texts, wherever it stands as whole words and nothing is labelled."""
    value = read_text(studio.database, number)["text"][body.start : body.end]
    texts, spans = label_everywhere(studio.database, number, value, body.label, who)
    return {"texts": texts, "spans": spans}


def _stale(studio: Here, number: int, layer: str, error: StaleError) -> JSONResponse:
    """What was not done, why, and what there is in its place."""
    now = read_layer(studio.database, number, layer).as_json()
    return JSONResponse({"error": str(error), "layer": now}, 409)

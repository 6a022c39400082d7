"""The page that tells how good the labels are."""

from typing import Any

from fastapi import APIRouter

from loredact.studio.agreement import overall, readings
from loredact.studio.models import Settled, Several
from loredact.studio.slips import open_slips, settle
from loredact.studio.web import Here, Who

router = APIRouter(prefix="/api")


@router.get("/agreement")
def agreement(studio: Here) -> dict[str, Any]:
    """How far people agree on texts that were read twice."""
    return {"overall": overall(studio.database), "texts": readings(studio.database)}


@router.get("/slips")
def slips(studio: Here) -> dict[str, Any]:
    """The latest run that looks for slips, and the likely slips that the latest one which is done has found."""
    run, found = studio.runs.latest("slips")
    return {"run": run, "slips": None if found is None else open_slips(studio.database, found)}


@router.post("/slips")
def look_for_slips(studio: Here, who: Who, body: Several) -> dict[str, int]:
    """Queue a run that looks for slips."""
    return {"id": studio.runs.add({}, body.start, who, "slips")}


@router.post("/slips/settled")
def settle_slip(studio: Here, who: Who, body: Settled) -> dict[str, Any]:
    """Say that what is labelled there is right."""
    settle(studio.database, body.text, body.labelled, body.found, who)
    return {}

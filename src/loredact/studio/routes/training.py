"""The page of training runs."""

from typing import Any

from fastapi import APIRouter

from loredact.studio.models import NewRun
from loredact.studio.runs import split
from loredact.studio.texts import labelled_documents
from loredact.studio.web import Here, Who

router = APIRouter(prefix="/api/runs")


@router.get("")
def runs(studio: Here) -> dict[str, Any]:
    """All runs, the latest first, and what a run now would learn from."""
    training, held_out = split([document for _, document in labelled_documents(studio.database)])
    return {"runs": studio.runs.described(), "training": len(training), "held_out": len(held_out)}


@router.post("")
def add(studio: Here, who: Who, body: NewRun) -> dict[str, int]:
    """Queue a run."""
    return {"id": studio.runs.add(body.settings, body.start, who)}


@router.get("/{number}/curve")
def curve(studio: Here, number: int) -> dict[str, Any]:
    """A run's losses, and what was measured meanwhile."""
    return studio.runs.curve(number)


@router.post("/{number}/stop")
def stop(studio: Here, number: int) -> dict[str, Any]:
    """Stop a run after the step in hand."""
    studio.runs.stop(number)
    return {}


@router.post("/{number}/go-on")
def go_on(studio: Here, number: int) -> dict[str, Any]:
    """Let a run go on that was stopped."""
    studio.runs.go_on(number)
    return {}

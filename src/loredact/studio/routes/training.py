"""The page of training runs."""

from typing import Any

from fastapi import APIRouter

from loredact.studio.models import NewRun, Several
from loredact.studio.runs import epochs_for, split
from loredact.studio.texts import labelled_documents
from loredact.studio.web import Here, Who

router = APIRouter(prefix="/api/runs")


@router.get("")
def runs(studio: Here) -> dict[str, Any]:
    """All runs, the latest first, and what a run now would learn from."""
    training, held_out = split([document for _, document in labelled_documents(studio.database)])
    counts = {"training": len(training), "held_out": len(held_out), "epochs": epochs_for(len(training))}
    return {"runs": studio.runs.described(), **counts}


@router.post("")
def add(studio: Here, who: Who, body: NewRun) -> dict[str, int]:
    """Queue a run."""
    return {"id": studio.runs.add(body.settings, body.start, who)}


@router.get("/learning")
def learning(studio: Here) -> dict[str, Any]:
    """The latest run that works the learning curve out, and the latest curve that there is."""
    run, found = studio.runs.latest("curve")
    return {"run": run, "curve": found}


@router.post("/learning")
def start_learning(studio: Here, who: Who, body: Several) -> dict[str, int]:
    """Queue a run that works the learning curve out."""
    return {"id": studio.runs.add({}, body.start, who, "curve")}


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

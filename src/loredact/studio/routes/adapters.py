"""The page on which adapters are compared, and the operating point is chosen."""

from typing import Any

from fastapi import APIRouter

from loredact.errors import InputError
from loredact.studio import choices
from loredact.studio.adapter_names import adapter_folder
from loredact.studio.compare import compare
from loredact.studio.masking import Archive
from loredact.studio.models import Two, UseAdapter
from loredact.studio.web import Here, Who

router = APIRouter(prefix="/api")


@router.put("/adapter")
def use(studio: Here, who: Who, body: UseAdapter) -> dict[str, Any]:
    """Use an adapter from now on; a point is kept for each adapter, and none is the adapter's own."""
    adapter_folder(studio.database.folder, body.name)
    choices.use_adapter(studio.database, body.name, body.point, who)
    return {}


@router.post("/comparing")
def start_comparing(studio: Here, body: Two) -> dict[str, object]:
    """Hold two adapters against the held-out texts; the result is that of the job."""
    points = choices.read_choice(studio.database, choices.POINT_CHOICE, {})
    job = studio.jobs.add("comparing", lambda advance: compare(studio.database, body.old, body.new, points, advance))
    return job.as_json()


@router.get("/points/{name}")
def points(studio: Here, name: str) -> dict[str, Any]:
    """The operating points of an adapter, with what was measured at each when it was trained."""
    return studio.points.curve(name)


@router.post("/points/{name}/scoring")
def start_scoring(studio: Here, name: str) -> dict[str, object]:
    """Score the folder's texts, so that what is found at a point can be asked."""
    adapter_folder(studio.database.folder, name)
    return studio.jobs.add("scoring", lambda advance: studio.points.score(name, advance)).as_json()


@router.get("/points/{name}/{index}")
def at_point(studio: Here, name: str, index: int) -> dict[str, Any]:
    """What is found in the folder's texts at a point, once they are scored."""
    return studio.points.at(name, index)


@router.get("/jobs/{number}")
def job(studio: Here, number: int) -> dict[str, Any]:
    """How far a job is, and its result once it is done."""
    found = studio.jobs.get(number)
    if found is None:
        raise InputError("There is no such job; the studio was started again.")
    told: dict[str, Any] = found.as_json()
    if found.state == "done":
        # An archive is downloaded.
        told["result"] = found.result.told if isinstance(found.result, Archive) else found.result
    return told

"""The folder as a whole: its labels, how far it is, another browser."""

from typing import Any

from fastapi import APIRouter

from loredact.studio import choices
from loredact.studio.adapter_names import SHIPPED, own_adapters
from loredact.studio.models import Labels
from loredact.studio.web import Here, Who

router = APIRouter(prefix="/api")


@router.get("/folder")
def folder(studio: Here) -> dict[str, Any]:
    """What every page shows: the folder's name, how many texts have which status, its labels and adapters."""
    version, labels = choices.read_labels(studio.database)
    rows = studio.database.rows(
        "SELECT coalesce(l.status, 'new') AS status, count(*) AS count FROM texts t"
        " LEFT JOIN layers l ON l.text = t.id AND l.layer = '' GROUP BY 1"
    )
    return {
        "name": studio.database.folder.resolve().name,
        "texts": {row["status"]: row["count"] for row in rows},
        "labels": {"version": version, "labels": labels},
        "adapter": choices.read_choice(studio.database, choices.ADAPTER_CHOICE, SHIPPED[0]),
        "points": choices.read_choice(studio.database, choices.POINT_CHOICE, {}),
        "adapters": [*SHIPPED, *own_adapters(studio.database.folder)],
    }


@router.put("/labels")
def set_labels(studio: Here, who: Who, body: Labels) -> dict[str, int]:
    """Put other labels in the place of those there are."""
    return {"version": choices.set_labels(studio.database, body.version, body.labels, who)}


@router.post("/address")
def address(studio: Here) -> dict[str, str]:
    """An address by which another browser gets in, once."""
    return {"address": studio.access.new_address()}

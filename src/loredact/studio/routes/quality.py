"""The page that tells how good the labels are."""

from typing import Any

from fastapi import APIRouter

from loredact.studio.agreement import overall, readings
from loredact.studio.web import Here

router = APIRouter(prefix="/api")


@router.get("/agreement")
def agreement(studio: Here) -> dict[str, Any]:
    """How far people agree on texts that were read twice."""
    return {"overall": overall(studio.database), "texts": readings(studio.database)}

"""The page on which texts are masked, and what is taken out of the folder."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, UploadFile
from starlette.responses import Response

from loredact.errors import InputError
from loredact.studio.exporting import FORMS, export_adapter, export_labelled
from loredact.studio.intake import take_files
from loredact.studio.masking import mask, mask_all
from loredact.studio.models import MaskMany, Try
from loredact.studio.texts import list_texts, read_text
from loredact.studio.web import Here, download

router = APIRouter(prefix="/api")
_ZIP = "application/zip"


@router.post("/mask")
def try_one(studio: Here, body: Try) -> dict[str, object]:
    """A text, masked."""
    return mask(studio.suggester, body.text).as_json()


@router.post("/masking")
def mask_texts(studio: Here, body: MaskMany) -> dict[str, object]:
    """Mask texts of the folder into an archive."""
    wanted = list_texts(studio.database, status="" if body.which == "all" else body.which)
    texts = [(text["name"], read_text(studio.database, text["id"])["text"]) for text in wanted]
    return _masking(studio, texts)


@router.post("/masking/files")
def mask_files(studio: Here, files: list[UploadFile]) -> dict[str, Any]:
    """Mask dropped files into an archive; none of them is kept."""
    taken = take_files([(file.filename or "text", file.file.read()) for file in files])
    told = _masking(studio, [(name, document.text) for name, _, document in taken.texts])
    return {**told, "problems": taken.problems}


@router.get("/masking/{number}.zip")
def masked(studio: Here, number: int) -> Response:
    """The archive of a job that is done."""
    job = studio.jobs.get(number)
    if job is None or job.state != "done" or not isinstance(job.result, dict) or "zip" not in job.result:
        raise InputError("There is no such archive; mask the texts again.")
    return download("masked.zip", job.result["zip"], _ZIP)


@router.get("/export/forms")
def forms() -> dict[str, Any]:
    """The forms that labelled texts can be exported in."""
    return {"forms": FORMS}


@router.get("/export/labelled")
def labelled(studio: Here, form: Annotated[str, Query(max_length=30)] = "loredact") -> Response:
    """The texts that are done, in a form."""
    name, data, lost = export_labelled(studio.database, form)
    response = download(name, data)
    response.headers["X-Studio-Lost"] = str(len(lost))
    return response


@router.get("/export/adapters/{name}")
def adapter(studio: Here, name: str) -> Response:
    """An adapter's folder as an archive."""
    return download(*export_adapter(studio.database, name), _ZIP)


def _masking(studio: Here, texts: list[tuple[str, str]]) -> dict[str, object]:
    if not texts:
        raise InputError("There is no text to mask.")
    return studio.jobs.add("masking", lambda advance: mask_all(studio.suggester, texts, advance)).as_json()

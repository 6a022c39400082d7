"""The page on which texts are masked, and what is taken out of the folder."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, UploadFile
from pydantic import ValidationError
from starlette.responses import FileResponse, Response

from loredact.errors import InputError
from loredact.studio.adapter_names import adapter_folder
from loredact.studio.exporting import FORMS, export_adapter, export_labelled
from loredact.studio.masking import Archive, as_files, keep_files, mask_kept
from loredact.studio.models import Masking, MaskMany, Try
from loredact.studio.policies import choices, chosen_policy
from loredact.studio.texts import list_texts, read_text
from loredact.studio.web import Here, download

router = APIRouter(prefix="/api")
_ZIP = "application/zip"


@router.get("/masking/choices")
def masking_choices() -> dict[str, Any]:
    """The policies and operators to choose from."""
    return choices()


@router.post("/mask")
def try_one(studio: Here, body: Try) -> dict[str, object]:
    """A text, masked."""
    return studio.suggester.masker(chosen_policy(body.how)).mask(body.text).as_json()


@router.post("/masking")
def mask_texts(studio: Here, body: MaskMany) -> dict[str, object]:
    """Mask texts of the folder into an archive."""
    wanted = list_texts(studio.database, status="" if body.which == "all" else body.which)
    texts = [(text["name"], read_text(studio.database, text["id"])["text"]) for text in wanted]
    return _masking(studio, body.how, as_files(texts))


@router.post("/masking/files")
def mask_files(studio: Here, files: list[UploadFile], how: Annotated[str, Form()] = "{}") -> dict[str, Any]:
    """Mask dropped files, each by its format, into an archive; none of them is kept."""
    try:
        asked = Masking.model_validate_json(how)
    except ValidationError:
        raise InputError("How to mask is not valid.") from None
    return _masking(studio, asked, [(file.filename or "file", file.file.read()) for file in files])


@router.get("/masking/{number}.zip")
def masked(studio: Here, number: int) -> Response:
    """The archive of a job that is done."""
    job = studio.jobs.get(number)
    if job is None or job.state != "done" or not isinstance(job.result, Archive):
        raise InputError("There is no such archive; mask the texts again.")
    return FileResponse(job.result.path, media_type=_ZIP, filename="masked.zip")


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


def _masking(studio: Here, how: Masking, files: list[tuple[str, bytes]]) -> dict[str, object]:
    if not files:
        raise InputError("There is nothing to mask.")
    masker = studio.suggester.masker(chosen_policy(how))
    name, _ = studio.suggester.key()
    adapter = adapter_folder(studio.database.folder, name)
    kept = keep_files(files)
    return studio.jobs.add("masking", lambda advance: mask_kept(masker, name, adapter, kept, advance)).as_json()

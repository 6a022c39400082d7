"""What the routes share: the studio, who asks, and answers to what goes wrong."""

import re
from typing import Annotated
from urllib.parse import quote, unquote

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.responses import Response

from loredact.errors import LoredactError
from loredact.studio.labelled import StaleError
from loredact.studio.state import Studio

# How long a name may be that somebody gives themselves.
_NAME_CHARACTERS = 60


def _studio(request: Request) -> Studio:
    studio: Studio = request.app.state.studio
    return studio


def _who(request: Request) -> str:
    """The name that the person at the page gave; a header holds ASCII, so it comes as a URL has it."""
    written = unquote(request.headers.get("x-studio-who", ""))
    return " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", written).split())[:_NAME_CHARACTERS]


def _client(request: Request) -> str:
    return request.headers.get("x-studio-client", "")[:64]


Here = Annotated[Studio, Depends(_studio)]
Who = Annotated[str, Depends(_who)]
Client = Annotated[str, Depends(_client)]


def download(name: str, data: bytes, kind: str = "application/octet-stream") -> Response:
    """A file that the browser keeps and never shows."""
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(data, media_type=kind, headers=headers)


def add_answers(app: FastAPI) -> None:
    """Answer what goes wrong with `{"error"}` and nothing of a text."""

    async def stale(request: Request, error: Exception) -> Response:
        return JSONResponse({"error": str(error)}, 409)

    async def unusable(request: Request, error: Exception) -> Response:
        return JSONResponse({"error": str(error)}, 422)

    async def not_valid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        # Where it is wrong and never what it was.
        places = {".".join(str(part) for part in problem["loc"][1:]) for problem in error.errors()}
        return JSONResponse({"error": f"The request is not valid, in: {', '.join(sorted(places))[:200]}."}, 422)

    async def unforeseen(request: Request, error: Exception) -> Response:
        return JSONResponse({"error": f"Something unforeseen went wrong: {type(error).__name__}."}, 500)

    app.add_exception_handler(StaleError, stale)
    app.add_exception_handler(LoredactError, unusable)
    app.add_exception_handler(RequestValidationError, not_valid)
    app.add_exception_handler(Exception, unforeseen)

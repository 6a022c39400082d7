"""A server's application: its routes, and what it answers where something is wrong."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp

import loredact
from loredact.errors import AdapterError, BaseError, InputError, LoredactError
from loredact.serve import health, llm, presidio, v1
from loredact.serve.body import with_described
from loredact.serve.errors import ApiError, explain
from loredact.serve.guard import Guard, phrase
from loredact.serve.models import FIELDS
from loredact.serve.state import Server


def make_app(server: Server) -> ASGIApp:
    """The ASGI application of `server`, with the guard around it."""

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        server.ready = False
        await asyncio.to_thread(server.queue.close)
        if server.upstream_client is not None:
            await server.upstream_client.aclose()

    app = FastAPI(
        title="loredact",
        version=loredact.__version__,
        summary="Masks personal data, with the customer's own adapters, on the machine where the data lives.",
        lifespan=lifespan,
        docs_url=None,  # these load scripts from elsewhere; the description is at /openapi.json
        redoc_url=None,
        redirect_slashes=False,
        # FastAPI's own tells bodies that were not valid, paths and queries; `traces.py` tells none of them.
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
        },
    )
    app.state.server = server
    described = app.openapi
    app.openapi = lambda: with_described(described())  # type: ignore[method-assign]
    for part in (health, presidio, v1, llm):
        app.include_router(part.router)
    app.add_exception_handler(ApiError, _refused)
    app.add_exception_handler(LoredactError, _unusable)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unforeseen)
    return Guard(app, server)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    return JSONResponse(error.body, error.status, error.headers)


async def _unusable(request: Request, error: Exception) -> Response:
    # These name files of the server.
    if isinstance(error, AdapterError | BaseError) or not isinstance(error, InputError):
        return JSONResponse({"error": f"The adapter cannot be used: {type(error).__name__}."}, 500)
    return JSONResponse({"error": str(error)}, 422)


async def _not_valid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return JSONResponse({"error": explain(error.errors(), FIELDS)}, 422)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    told = error.detail if error.status_code in {400, 413, 415} else f"{phrase(error.status_code)}."
    return JSONResponse({"error": told}, error.status_code, error.headers)


async def _unforeseen(request: Request, error: Exception) -> Response:
    # The guard logs it, when it has come through to there.
    return JSONResponse({"error": "Internal server error"}, 500)

"""What routes share: who asks, the server, and the answers that any of them may give."""

from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPBearer

from loredact.serve.body import DESCRIBED, SCHEMAS
from loredact.serve.customers import Customer
from loredact.serve.models import Problem
from loredact.serve.state import Server

_Schemes = [
    Security(APIKeyHeader(name="X-API-Key", auto_error=False)),
    Security(HTTPBearer(auto_error=False)),
]


# Coroutines, though they wait for nothing: FastAPI runs a plain function in a thread, which takes longer than it does.
async def _server(request: Request) -> Server:
    server = request.app.state.server
    assert isinstance(server, Server)
    return server


async def _who(request: Request) -> Customer:
    customer = request.state.customer  # the guard has put it there
    assert isinstance(customer, Customer)
    return customer


ServerNow = Annotated[Server, Depends(_server)]
Who = Annotated[Customer, Depends(_who)]
WITH_KEY = _Schemes

DESCRIBED[Problem.__name__] = Problem
_ABOUT = {
    400: "The body is no JSON.",
    401: "The key is missing or nobody's.",
    404: "There is no adapter of that name for you.",
    408: "The request came too slowly.",
    413: "The request is too large.",
    415: "The body is not said to be JSON.",
    421: "A server without keys answers under localhost alone.",
    422: "The request is not valid.",
    429: "Too many requests, or too much waiting; Retry-After says when to come again.",
    500: "The adapter cannot be used.",
    503: "The answer was not there in time, or the server stops; Retry-After says when to come again.",
}


def problems(*more: int) -> dict[int | str, dict[str, Any]]:
    """The answers other than success that any route may give, and `more`, for the description of the API."""
    statuses = sorted({400, 401, 408, 413, 415, 421, 422, 429, 503, *more})
    # Not by `model`: FastAPI would take it for what the route answers otherwise, such as lines of JSON.
    content = {"application/json": {"schema": {"$ref": f"{SCHEMAS}{Problem.__name__}"}}}
    return {status: {"content": content, "description": _ABOUT.get(status, "Refused.")} for status in statuses}

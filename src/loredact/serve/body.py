"""A request's body as strict JSON."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from loredact.strict_json import parse_json


class StrictRequest(Request):
    """A request whose JSON is read by RFC 8259, and only where it says that it is JSON.

    A page in somebody's browser cannot send `application/json` here without asking first, which is never allowed.
    """

    async def json(self) -> Any:
        """What the body says.

        Raises:
            HTTPException: 415 where it is not said to be JSON, 400 where it is none.
        """
        if content_type(self) != "application/json":
            raise HTTPException(415, "Send the body as `Content-Type: application/json`.")
        try:
            return parse_json(await self.body())
        except ValueError:
            raise HTTPException(
                400, "The body is no JSON of RFC 8259, in UTF-8, with each name of an object once."
            ) from None


async def read_json(request: Request) -> Any:
    """What the body of `request` says.

    Raises:
        HTTPException: as `StrictRequest.json`.
    """
    return await StrictRequest(request.scope, request.receive).json()


def content_type(request: Request) -> str:
    """What the body of `request` is said to be, without parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


class _StrictRoute(APIRoute):
    """Reads the bodies that FastAPI reads as `StrictRequest` does."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler, takes_json = super().get_route_handler(), self.body_field is not None

        async def handle(request: Request) -> Response:
            strict = StrictRequest(request.scope, request.receive)
            if takes_json and content_type(request) != "application/json":
                await strict.json()
            return await handler(strict)

        return handle


def new_router(tag: str) -> APIRouter:
    """A router of strict routes. Their paths are whole: what is counted and logged names the route by them."""
    return APIRouter(tags=[tag], route_class=_StrictRoute)


DESCRIBED: dict[str, type[BaseModel]] = {}
SCHEMAS = "#/components/schemas/"


def described(model: type[BaseModel]) -> dict[str, Any]:
    """What a route's description says of a body that the route reads by itself."""
    DESCRIBED[model.__name__] = model
    schema = {"$ref": f"{SCHEMAS}{model.__name__}"}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def with_described(description: dict[str, Any]) -> dict[str, Any]:
    """The description of an API with the schemas of those bodies."""
    schemas = description["components"]["schemas"]
    for name, model in DESCRIBED.items():
        schema = model.model_json_schema(ref_template=SCHEMAS + "{model}")
        schemas.update(schema.pop("$defs", {}))
        schemas[name] = schema
    return description

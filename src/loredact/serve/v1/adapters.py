"""`/v1/adapters`: which there are, and putting and removing one without a restart."""

from fastapi import Request, Response

from loredact.serve.answers import ServerNow, Who, problems
from loredact.serve.body import content_type, new_router
from loredact.serve.errors import ApiError
from loredact.serve.models import AdapterDetails, AdapterSummary

router = new_router("adapters")

_ZIP = {
    "requestBody": {
        "required": True,
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get("/v1/adapters", responses=problems())
async def names(server: ServerNow, customer: Who) -> list[AdapterSummary]:
    """The adapters that you may name in a request."""
    return [AdapterSummary(name=one.name, origin=one.origin) for one in server.now.adapters.known(customer)]


@router.get("/v1/adapters/{name}", responses=problems(404, 500))
async def details(name: str, server: ServerNow, customer: Who) -> AdapterDetails:
    """What an adapter knows."""
    adapter = await server.now.adapters.get(customer, name)
    origin = "own" if "/" in adapter.id else "server"
    return AdapterDetails(name=name, origin=origin, labels=list(adapter.labels), off=list(adapter.off))


@router.put("/v1/adapters/{name}", status_code=201, responses=problems(403, 500, 507), openapi_extra=_ZIP)
async def put(name: str, request: Request, server: ServerNow, customer: Who) -> AdapterDetails:
    """Put an adapter of your own in a name's place: a ZIP file of `loredact.json` and PEFT's two files.

    Requests that were accepted before are answered by the adapter that was there.
    """
    if content_type(request) != "application/zip":
        raise ApiError(415, "Send the adapter as `Content-Type: application/zip`.")
    adapter = await server.now.adapters.put(customer, name, await request.body())
    return AdapterDetails(name=name, origin="own", labels=list(adapter.labels), off=list(adapter.off))


@router.delete("/v1/adapters/{name}", status_code=204, responses=problems(403, 404, 507))
async def delete(name: str, server: ServerNow, customer: Who) -> Response:
    """Remove an adapter of your own."""
    await server.now.adapters.delete(customer, name)
    return Response(status_code=204)

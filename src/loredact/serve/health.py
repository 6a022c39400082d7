"""Whether the server is there, whether it is ready, and what it has done."""

from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.responses import Response

from loredact.serve import metrics
from loredact.serve.answers import ServerNow
from loredact.serve.body import new_router

router = new_router("running")


@router.get("/health", response_class=PlainTextResponse)
async def health() -> str:
    """Whether the process answers, as Presidio says it."""
    return "Presidio Analyzer service is up"


@router.get("/ready", responses={503: {"description": "The default adapter is not loaded, or the server stops."}})
async def ready(server: ServerNow) -> JSONResponse:
    """Whether requests are answered."""
    return JSONResponse({"ready": server.ready}, 200 if server.ready else 503)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def read_metrics(server: ServerNow) -> Response:
    """What was counted, in Prometheus' text format."""
    return Response(metrics.as_text(server.several_processes), media_type=metrics.CONTENT_TYPE)

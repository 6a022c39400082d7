"""`/v1/stream`: a text of any length in blocks, masked text out as it is ready, in bounded memory.

The text comes as plain UTF-8, or as NDJSON: an object `{"text": BLOCK}` a line. What comes out is NDJSON: the parts,
which make the masked text when joined, and a last line `{"done": true}`, without which it is not whole.
"""

import asyncio
import codecs
import json
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

from fastapi import Query, Request
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from loredact.errors import LoredactError
from loredact.masking.chunks import Chunk, chunks
from loredact.operators import Context
from loredact.policy import CompiledPolicy
from loredact.serve import engine, texts
from loredact.serve.answers import ServerNow, Who, problems
from loredact.serve.body import content_type, new_router
from loredact.serve.config import NAME
from loredact.serve.customers import Customer
from loredact.serve.engine import LoadedAdapter, Options
from loredact.serve.errors import ApiError
from loredact.serve.state import Server
from loredact.strict_json import parse_json

router = new_router("texts")

_LINE_BYTES = 1 << 20
# So many streams wait for their next block at once; others wait for one of these.
_WAITING = ThreadPoolExecutor(max_workers=128, thread_name_prefix="stream")
_PLAIN, _LINES = "text/plain", "application/x-ndjson"


class _Lines(Response):
    """Lines as they come, while the request's body comes still.

    Starlette's `StreamingResponse` waits for the client to go meanwhile, and swallows what it sends.
    """

    media_type = _LINES

    def __init__(self, lines: AsyncIterator[bytes], status_code: int = 200) -> None:
        super().__init__(status_code=status_code)
        self._lines = lines
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async for line in self._lines:
            await send({"type": "http.response.body", "body": line, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


_BODY = {
    "requestBody": {
        "required": True,
        "content": {_PLAIN: {"schema": {"type": "string"}}, _LINES: {"schema": {"type": "string"}}},
    }
}


@router.post(
    "/v1/stream",
    response_class=_Lines,
    responses=problems(404, 500) | {200: {"content": {_LINES: {"schema": {"type": "string"}}}}},
    openapi_extra=_BODY,
)
async def stream(
    request: Request,
    server: ServerNow,
    customer: Who,
    adapter: Annotated[str | None, Query(pattern=rf"^{NAME.pattern}$")] = None,
    recall: Annotated[float | None, Query(gt=0, le=1)] = None,
    precision: Annotated[float | None, Query(gt=0, le=1)] = None,
    policy: Annotated[str | None, Query(max_length=64)] = None,
) -> _Lines:
    """Mask a text that comes in blocks, chunk by chunk. Offsets count from the beginning of the whole text."""
    kind = content_type(request)
    if kind not in {_PLAIN, _LINES}:
        raise ApiError(415, f"Send the text as `{_PLAIN}` in UTF-8, or as `{_LINES}`.")
    chosen = server.now.policies.get(customer, policy)
    loaded = await server.now.adapters.get(customer, adapter)
    options = texts.asked_for(loaded, Options(recall, precision), chosen)
    loaded.offset(options)
    blocks = _plain(request) if kind == _PLAIN else _lines(request)
    parts = _parts(server, customer, loaded, options, chosen, blocks)
    # What is wrong with the first chunk is told by the status still.
    first = await anext(parts)
    return _Lines(_ndjson(first, parts))


async def _ndjson(first: dict[str, object], rest: AsyncIterator[dict[str, object]]) -> AsyncIterator[bytes]:
    yield json.dumps(first).encode() + b"\n"
    try:
        async for part in rest:
            yield json.dumps(part).encode() + b"\n"
    except (ApiError, LoredactError, HTTPException) as error:
        told = error.message if isinstance(error, ApiError) else type(error).__name__
        yield json.dumps({"error": told}).encode() + b"\n"


async def _parts(
    server: Server,
    customer: Customer,
    adapter: LoadedAdapter,
    options: Options,
    policy: CompiledPolicy,
    blocks: AsyncIterator[str],
) -> AsyncIterator[dict[str, object]]:
    seconds = server.now.config.limits.seconds
    here = policy.open(Context(customer=customer.name))
    masked_to = 0
    async for chunk in _chunks(blocks):
        request = engine.Request(adapter, chunk.text, options)
        [spans] = await server.queue.find(customer.name, [request], seconds)
        own = chunk.own(policy.with_denied(chunk.text, spans), masked_to)
        first = chunk.first(masked_to)
        past = max(chunk.core_end - chunk.start, own[-1].end if own else 0, first)
        masked = here.apply(chunk.text, own, first, past)
        at = chunk.start
        told = [{"start": s.start + at, "end": s.end + at, "label": s.label, "score": s.score} for s in masked.spans]
        yield {"text": masked.text, "spans": told}
        masked_to = own[-1].end + chunk.start if own else masked_to
    yield {"done": True}


async def _chunks(blocks: AsyncIterator[str]) -> AsyncIterator[Chunk]:
    """The chunks of a text that comes bit by bit: what cuts them waits for a block in a thread of its own."""
    loop = asyncio.get_running_loop()

    def waiting() -> Iterator[str]:
        while (block := asyncio.run_coroutine_threadsafe(_next(blocks), loop).result()) is not None:
            yield block

    cut = chunks(waiting())
    while (chunk := await loop.run_in_executor(_WAITING, next, cut, None)) is not None:
        yield chunk


async def _next(blocks: AsyncIterator[str]) -> str | None:
    return await anext(blocks, None)


async def _plain(request: Request) -> AsyncIterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        async for data in _data(request):
            yield decoder.decode(data)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise ApiError(400, "The text is no valid UTF-8.") from None


async def _lines(request: Request) -> AsyncIterator[str]:
    kept = b""
    async for data in _data(request):
        *whole, kept = (kept + data).split(b"\n")
        for line in whole:
            yield _block(line)
        if len(kept) > _LINE_BYTES:
            raise ApiError(413, f"A line has at most {_LINE_BYTES} bytes.")
    yield _block(kept)


def _block(line: bytes) -> str:
    if not line.strip():
        return ""
    try:
        content = parse_json(line)
    except ValueError:
        content = None
    if not isinstance(content, dict) or content.keys() != {"text"} or not isinstance(content["text"], str):
        raise ApiError(422, 'Each line must be an object {"text": BLOCK}.')
    texts.require_text(content["text"])
    block: str = content["text"]
    return block


async def _data(request: Request) -> AsyncIterator[bytes]:
    try:
        async for data in request.stream():
            yield data
    except ClientDisconnect:
        raise ApiError(400, "The request ended before its body did.") from None

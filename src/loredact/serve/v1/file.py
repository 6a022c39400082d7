"""`/v1/mask/file`: a file in, the masked file out, in every format that `loredact mask` knows.

A format reads its file twice, so it lies in a folder of its own meanwhile, which only this process can read, and goes
with the answer. Its texts wait for the model as those of any request do.
"""

import asyncio
import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

from fastapi import Query, Request
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from loredact.batch import masked_cells
from loredact.document import Document, Masked, Span
from loredact.errors import InputError
from loredact.formats import NoFormatError, find_format
from loredact.formats import Options as ReadOptions
from loredact.masking import Masker
from loredact.operators import Context
from loredact.policy import CompiledPolicy
from loredact.serve import texts
from loredact.serve.answers import ServerNow, Who, problems
from loredact.serve.body import content_type, new_router
from loredact.serve.config import NAME
from loredact.serve.engine import LoadedAdapter, Options
from loredact.serve.errors import ApiError

router = new_router("texts")

_KIND = "application/octet-stream"
_BLOCK_BYTES = 1 << 18
# Reading and writing formats is Python's own work: more at once would keep other requests waiting.
_WORKING = ThreadPoolExecutor(max_workers=2, thread_name_prefix="file")
_MOST_NOTES = 20

Ask = Callable[[list[str]], list[list[Span]]]


class _QueuedMasker(Masker):
    """A masker whose texts wait in the server's queue. It is used in a thread other than the server's."""

    def __init__(self, adapter: LoadedAdapter, policy: CompiledPolicy, ask: Ask) -> None:
        super().__init__(adapter.tagger, policy=policy)
        self._ask = ask

    def find_many(self, texts: Iterable[str | Document]) -> Iterator[Document]:
        documents = [Document(text) if isinstance(text, str) else text for text in texts]
        for document, spans in zip(documents, self._ask([one.text for one in documents]), strict=True):
            yield document.with_spans(spans)


class _File(Response):
    """A file in `folder`, which is removed once it was sent or the client has gone."""

    media_type = _KIND

    def __init__(self, folder: Path, file: Path, headers: dict[str, str]) -> None:
        super().__init__(headers=headers | {"Content-Length": str(file.stat().st_size)})
        self._folder, self._file = folder, file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            with self._file.open("rb") as source:
                while data := await asyncio.to_thread(source.read, _BLOCK_BYTES):
                    await send({"type": "http.response.body", "body": data, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)


_BINARY = {"schema": {"type": "string", "format": "binary"}}
_DESCRIBED = {"requestBody": {"required": True, "content": {_KIND: _BINARY}}}
_HEADERS = {
    "X-Masked-Spans": {"description": "how many spans were masked", "schema": {"type": "integer"}},
    "X-Masked-Format": {"description": "the format the file was read as", "schema": {"type": "string"}},
    "X-Masked-Notes": {"description": "what was left as it is, a JSON list", "schema": {"type": "string"}},
}


@router.post(
    "/v1/mask/file",
    response_class=Response,
    responses=problems(404, 500, 507) | {200: {"content": {_KIND: _BINARY}, "headers": _HEADERS}},
    openapi_extra=_DESCRIBED,
)
async def mask_file(
    request: Request,
    server: ServerNow,
    customer: Who,
    name: Annotated[str, Query(min_length=1, max_length=255, description="its name, of which the suffix counts")],
    adapter: Annotated[str | None, Query(pattern=rf"^{NAME.pattern}$")] = None,
    recall: Annotated[float | None, Query(gt=0, le=1)] = None,
    precision: Annotated[float | None, Query(gt=0, le=1)] = None,
    policy: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """Mask a file. Everything in it but the masked texts stays as it was; it is one document to the policy."""
    if content_type(request) != _KIND:
        raise ApiError(415, f"Send the file as `Content-Type: {_KIND}`.")
    texts.require_text(name)
    chosen = server.now.policies.get(customer, policy)
    loaded = await server.now.adapters.get(customer, adapter)
    options = texts.asked_for(loaded, Options(recall, precision), chosen)
    loaded.offset(options)
    loop = asyncio.get_running_loop()

    def ask(asked: list[str]) -> list[list[Span]]:
        found = texts.find_in_queue(server, customer, loaded, asked, options, chosen)
        return asyncio.run_coroutine_threadsafe(found, loop).result()

    masker = _QueuedMasker(loaded, chosen, ask)
    try:
        folder = Path(tempfile.mkdtemp(prefix="loredact-file-"))
        try:
            source = folder / "source"
            await _save(request, source)
            context = Context(name, customer.name)
            out, headers = await loop.run_in_executor(_WORKING, _mask, masker, source, name, context)
            return _File(folder, out, headers)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    except OSError:
        raise ApiError(507, "The server has no room for the file.") from None


async def _save(request: Request, source: Path) -> None:
    with source.open("xb") as file:
        try:
            async for data in request.stream():
                await asyncio.to_thread(file.write, data)
        except ClientDisconnect:
            raise ApiError(400, "The request ended before its body did.") from None


def _mask(masker: Masker, source: Path, name: str, context: Context) -> tuple[Path, dict[str, str]]:
    """Where the masked file is, and what is told of it."""
    notes: list[str] = []
    count = 0

    def tell(masked: Masked) -> None:
        nonlocal count
        count += len(masked.replacements)

    try:
        found = find_format(source, ReadOptions(note=notes.append), name)
    except NoFormatError as error:
        raise ApiError(415, str(error)) from None
    except InputError as error:  # these say what the file is, and nothing of what is in it
        raise ApiError(422, str(error)) from None
    out = source.with_name("masked")
    out.touch()
    try:
        found.rewrite(source, out, masked_cells(masker, found.cells(source), context, tell))
    except InputError:
        # These name places, such as members of an archive, whose names may be anybody's.
        raise ApiError(422, f"The {found.name} file is damaged, locked or over a limit: nothing was masked.") from None
    return out, {
        "X-Masked-Spans": str(count),
        "X-Masked-Format": found.name,
        "X-Masked-Notes": json.dumps(_counted(notes)),
    }


def _counted(notes: list[str]) -> list[str]:
    notes = list(dict.fromkeys(notes))  # reading and writing tell of the same
    return notes[:_MOST_NOTES] + ([f"and {len(notes) - _MOST_NOTES} more"] if len(notes) > _MOST_NOTES else [])

"""`--upstream`: an OpenAI-compatible API behind which another one stands, that sees masked texts alone.

Masked are all strings of what is said (`messages`, `prompt`, `suffix`, `input`, `instructions`, `prediction`,
`documents`), in whatever they are nested, but for those that name something to the protocol; who the user is (`user`,
`metadata`, `safety_identifier`, the `name` of a message) is not handed on. Texts as numbers of tokens and files are
refused, since nothing here reads them. Images and sounds are handed on as they are. Answers are put back, also piece by
piece in a stream.
"""

import json
import os
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.responses import Response, StreamingResponse

from loredact.serve import texts
from loredact.serve.answers import ServerNow, Who
from loredact.serve.body import new_router, read_json
from loredact.serve.conversation import Conversation, Restored, Unmasker, everywhere
from loredact.serve.customers import Customer
from loredact.serve.engine import DEFAULTS
from loredact.serve.errors import ApiError
from loredact.serve.state import Server

router = new_router("language models")

UPSTREAM_KEY = "LOREDACT_UPSTREAM_KEY"
_SAID = ("messages", "prompt", "suffix", "input", "instructions", "prediction", "documents")
_NOT_HANDED_ON = ("user", "metadata", "safety_identifier", "prompt_cache_key")
# Names to the protocol, and what is no text.
_NAMES = frozenset(
    {"role", "type", "id", "tool_call_id", "call_id", "name", "url", "data", "format", "detail", "file_id"}
)
_ARGUMENTS = "arguments"  # JSON in a string
_SECONDS = 600.0
_HEADERS = ("openai-organization", "openai-project", "accept")
_Change = Callable[[str, bool], str]


def _error(status: int, message: str) -> JSONResponse:
    return JSONResponse({"error": {"message": message, "type": "loredact_error", "param": None, "code": None}}, status)


@router.post("/v1/chat/completions", include_in_schema=False)
@router.post("/v1/completions", include_in_schema=False)
@router.post("/v1/embeddings", include_in_schema=False)
async def handed_on(request: Request, server: ServerNow, customer: Who) -> Response:
    """Mask, hand on, put back."""
    client = upstream_of(server)
    body = await read_json(request)
    if not isinstance(body, dict):
        return _error(400, "The body must be an object.")
    said = {name: body[name] for name in _SAID if name in body}
    if (reason := _unread(said)) is not None:
        return _error(400, reason)
    if isinstance(said.get("messages"), list):
        said["messages"] = [_without_name(message) for message in said["messages"]]
    originals = list(strings_said(said))
    adapter = await server.now.adapters.get(customer, None)
    policy = server.now.policies.get(customer, None)
    found = await texts.find(server, customer, adapter, originals, DEFAULTS, policy)
    spans = everywhere(
        originals, [policy.split(text, of_one)[0] for text, of_one in zip(originals, found, strict=True)]
    )
    conversation = Conversation(originals)
    masked = iter([conversation.mask(text, of_one) for text, of_one in zip(originals, spans, strict=True)])
    handed = {name: value for name, value in body.items() if name not in _NOT_HANDED_ON}
    handed |= _changed(said, lambda text, within_json: next(masked))
    headers = {name: value for name in _HEADERS if (value := request.headers.get(name))}
    headers |= _key_for_upstream(request, server, customer)
    path = request.url.path.removeprefix("/v1")
    sent = client.build_request("POST", path, json=handed, headers=headers)
    try:
        answer = await client.send(sent, stream=True)
    except httpx.HTTPError as error:
        return _error(502, f"The upstream API cannot be reached: {type(error).__name__}.")
    if answer.headers.get("content-type", "").startswith("text/event-stream"):
        return StreamingResponse(_put_back(answer, conversation), answer.status_code, media_type="text/event-stream")
    try:
        content = json.loads(await answer.aread())
    except (httpx.HTTPError, ValueError, RecursionError):
        return _error(502, "The upstream API gave no JSON.")
    finally:
        await answer.aclose()
    return JSONResponse(_changed(content, _restoring(conversation)), answer.status_code)


@router.get("/v1/models", include_in_schema=False)
async def models(request: Request, server: ServerNow, customer: Who) -> Response:
    """What the upstream API says."""
    headers = _key_for_upstream(request, server, customer)
    try:
        answer = await upstream_of(server).get("/models", headers=headers)
        return JSONResponse(answer.json(), answer.status_code)
    except (httpx.HTTPError, ValueError):
        return _error(502, "The upstream API cannot be reached.")


def upstream_of(server: Server) -> httpx.AsyncClient:
    """The client of the upstream API, kept with its connections as long as the server runs.

    Raises:
        ApiError: 404 where the server has no upstream API.
    """
    if server.upstream is None:
        raise ApiError(404, "This server hands nothing on: start it with --upstream.")
    if server.upstream_client is None:
        # Redirects could lead what was masked for one address to another.
        server.upstream_client = httpx.AsyncClient(
            base_url=server.upstream, timeout=_SECONDS, follow_redirects=False, trust_env=False
        )
    return server.upstream_client


def _key_for_upstream(request: Request, server: Server, customer: Customer) -> dict[str, str]:
    """The header with the upstream key: the server's own, else what the request brought, unless that is one of ours."""
    key = os.environ.get(UPSTREAM_KEY)
    if not key:
        _, _, key = request.headers.get("authorization", "").partition(" ")
        customers = server.now.customers
        if not customers.open and customers.by_key(key) is not None:
            return {}
    return {"Authorization": f"Bearer {key}"} if key.strip() else {}


def _unread(said: dict[str, Any]) -> str | None:
    """Why what is said cannot be masked, or None."""
    for name in ("prompt", "input"):
        listed = said.get(name)
        first = listed[0] if isinstance(listed, list) and listed else None
        if isinstance(first[0] if isinstance(first, list) and first else first, int):
            return f"{name} holds numbers of tokens, which cannot be masked: send text."
    waiting: list[Any] = [said]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if "file_data" in value:
                return "A message holds a file, which is not masked here: send its text, or mask it by /v1/mask/file."
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return None


def _without_name(message: Any) -> Any:
    """The message without the name of who says it; a tool's name stays."""
    if not isinstance(message, dict) or message.get("role") in ("tool", "function"):
        return message
    return {key: value for key, value in message.items() if key != "name"}


def strings_said(value: Any, name: str = "") -> list[str]:
    """The strings of a request, or of a part of one, that say something, those within a tool's arguments among them."""
    found: list[str] = []

    def keep(text: str, within_json: bool) -> str:
        found.append(text)
        return text

    _changed(value, keep, name)
    return found


def _changed(value: Any, change: _Change, name: str = "", within_json: bool = False) -> Any:
    """`value` with each string that is said changed; arguments of tools are read as JSON, and written again."""
    if isinstance(value, dict):
        return {
            key: one
            if key in _NAMES and not within_json and not isinstance(one, dict | list)
            else _changed(one, change, key, within_json)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [_changed(one, change, name, within_json) for one in value]
    if not isinstance(value, str):
        return value
    if name == _ARGUMENTS and not within_json:
        try:
            inside = json.loads(value)
        except (ValueError, RecursionError):
            return change(value, within_json)
        return json.dumps(_changed(inside, change, "", within_json=True), ensure_ascii=False)
    return change(value, within_json)


def _restoring(conversation: Conversation) -> _Change:
    return lambda text, within_json: conversation.unmask(text)


def _in_json(value: str) -> str:
    """`value` as it stands within a string of JSON."""
    return json.dumps(value, ensure_ascii=False)[1:-1]


async def _put_back(answer: httpx.Response, conversation: Conversation) -> AsyncIterator[bytes]:
    """The events of a stream with values put back; a placeholder may be spread over events."""
    streams = _Streams(conversation)
    try:
        async for line in answer.aiter_lines():
            if not line.startswith("data:"):
                yield f"{line}\n".encode()
                continue
            data = line.removeprefix("data:").strip()
            if data == "[DONE]":
                for event in streams.ends():
                    yield b"data: " + json.dumps(event, ensure_ascii=False).encode() + b"\n\n"
                yield b"data: [DONE]\n"
                continue
            try:
                event = json.loads(data)
            except ValueError:
                continue
            for one in streams.of(event):
                yield b"data: " + json.dumps(one, ensure_ascii=False).encode() + b"\n\n"
        # Of a stream that ends without a word what waits is text too.
        for event in streams.ends():
            yield b"data: " + json.dumps(event, ensure_ascii=False).encode() + b"\n\n"
    except httpx.HTTPError:
        problem = {"error": {"message": "The upstream API broke off.", "type": "loredact_error"}}
        yield b"data: " + json.dumps(problem).encode() + b"\n\n"
    finally:
        await answer.aclose()


def _texts_of(choice: dict[str, Any]) -> list[tuple[dict[str, Any], str, tuple[object, ...]]]:
    """The texts of a choice in an event: what holds each, under which name, and what tells it from the others."""
    found: list[tuple[dict[str, Any], str, tuple[object, ...]]] = [(choice, "text", ("text",))]
    if isinstance(delta := choice.get("delta"), dict):
        found += [(delta, name, (name,)) for name in ("content", "refusal", "reasoning_content", "reasoning")]
        found.append((delta.get("function_call") or {}, _ARGUMENTS, ("function_call",)))
        for call in delta.get("tool_calls") or []:
            if isinstance(call, dict):
                found.append((call.get("function") or {}, _ARGUMENTS, ("tool_calls", call.get("index", 0))))
    return [one for one in found if isinstance(one[0], dict) and isinstance(one[0].get(one[1]), str)]


class _Streams:
    """The texts of a streamed answer: each choice's, and each of its tool calls' arguments."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._texts: dict[tuple[object, ...], Unmasker] = {}
        self._about: dict[str, Any] = {}

    def of(self, event: Any) -> list[Any]:
        """`event` with what is sure put back; where a choice ends with it, what waited of its texts is in it too, and
        what waited of others before it."""
        if not isinstance(event, dict) or not isinstance(event.get("choices"), list):
            return [event]
        self._about = {key: event[key] for key in ("id", "object", "created", "model") if key in event}
        before: list[Any] = []
        for choice in event["choices"]:
            if not isinstance(choice, dict):
                continue
            index, last = choice.get("index", 0), bool(choice.get("finish_reason"))
            for holder, name, key in _texts_of(choice):
                written = _in_json if name == _ARGUMENTS else str
                unmasker = self._text(index, *key, written=written)
                holder[name] = unmasker.feed(holder[name])
                if last:
                    holder[name] += self._texts.pop((index, *key)).end()
            if last:
                before += self.ends(index)
        return [*before, event]

    def ends(self, index: object = None) -> list[Any]:
        """Events with what waits still, of one choice or of all."""
        events = []
        for key in [key for key in self._texts if index is None or key[0] == index]:
            rest = self._texts.pop(key).end()
            if not rest:
                continue
            choice: dict[str, Any] = {"index": key[0], "finish_reason": None}
            if key[1] == "text":
                choice["text"] = rest
            elif key[1] == "function_call":
                choice["delta"] = {"function_call": {_ARGUMENTS: rest}}
            elif key[1] == "tool_calls":
                choice["delta"] = {"tool_calls": [{"index": key[2], "function": {_ARGUMENTS: rest}}]}
            else:
                choice["delta"] = {key[1]: rest}
            events.append(self._about | {"choices": [choice]})
        return events

    def _text(self, *key: object, written: Restored = str) -> Unmasker:
        return self._texts.setdefault(key, Unmasker(self._conversation, written))

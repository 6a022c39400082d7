"""An OpenAI-compatible API that answers with what it was told, and remembers all of it."""

import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route


class Upstream:
    """The API, in a thread."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.headers: list[dict[str, str]] = []
        routes = [
            Route("/v1/chat/completions", self.chat, methods=["POST"]),
            Route("/v1/models", self.models),
        ]
        self._server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), port=0, log_level="error"))
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        self.url = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}/v1"

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()

    async def models(self, request: Request) -> Response:
        return JSONResponse({"object": "list", "data": [{"id": "echo", "object": "model"}]})

    async def chat(self, request: Request) -> Response:
        data = await request.body()
        self.seen.append(data.decode())
        self.headers.append(dict(request.headers))
        body = json.loads(data)
        said = body["messages"][-1]["content"]
        said = said if isinstance(said, str) else said[0]["text"]
        about: dict[str, Any] = {"id": "c1", "created": 1, "model": "echo"}
        arguments = json.dumps({"to": said})
        if body.get("tools"):
            message: dict[str, Any] = {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {
                        "id": "t1",
                        "type": "function",
                        "function": {"name": "send", "arguments": arguments},
                    }
                ],
            }
        else:
            message = {"role": "assistant", "content": f"You said: {said}"}
        if not body.get("stream"):
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            return JSONResponse(about | {"object": "chat.completion", "choices": [choice]})

        async def events() -> AsyncIterator[str]:
            whole = {"index": 0, "delta": {"content": message["content"]}, "finish_reason": "length"}
            for event in [whole] if body["model"] == "at once" else self._deltas(message):
                chunk = about | {"object": "chat.completion.chunk", "choices": [event]}
                yield f"data: {json.dumps(chunk)}\n\n"
            yield "data: [DONE]\n\n"

        return StreamingResponse(events(), media_type="text/event-stream")

    @staticmethod
    def _deltas(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield {"index": 0, "delta": {"role": "assistant"}, "finish_reason": None}
        if message["content"] is None:
            arguments = message["tool_calls"][0]["function"]["arguments"]
            first = {"index": 0, "id": "t1", "type": "function", "function": {"name": "send", "arguments": ""}}
            yield {"index": 0, "delta": {"tool_calls": [first]}, "finish_reason": None}
            for place in range(0, len(arguments), 3):
                call = {"index": 0, "function": {"arguments": arguments[place : place + 3]}}
                yield {"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": None}
        else:
            for place in range(0, len(message["content"]), 3):
                yield {"index": 0, "delta": {"content": message["content"][place : place + 3]}, "finish_reason": None}
        yield {"index": 0, "delta": {}, "finish_reason": "stop"}

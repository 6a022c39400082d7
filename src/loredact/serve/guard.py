"""What every request passes first: who asks, how much of it, how long it takes, and what is told of it afterwards."""

import asyncio
import ipaddress
import logging
import re
import time
import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from opentelemetry.trace import Span
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from loredact.serve import metrics, traces
from loredact.serve.customers import Customer
from loredact.serve.errors import ApiError
from loredact.serve.logs import REQUEST_ID
from loredact.serve.state import Server

log = logging.getLogger("loredact.serve")

# Answered to anybody: they say nothing of anyone.
_OPEN = frozenset({"/health", "/ready"})
_METRICS = "/metrics"
_STREAMS = frozenset({"/v1/stream"})
_FILE = "/v1/mask/file"
_ADAPTERS = "/v1/adapters/"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}


class Guard:
    """ASGI middleware around a server's application."""

    def __init__(self, app: ASGIApp, server: Server) -> None:
        self._app, self._server = app, server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let the application answer. Raises nothing: what goes wrong within is an answer too."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        # A client's own, where it is a UUID; anything else could hold anything.
        given = headers.get("x-request-id", "").lower()
        request_id = given if _UUID.fullmatch(given) else str(uuid.uuid4())
        method = scope["method"] if scope["method"] in _METHODS else "other"
        token = REQUEST_ID.set(request_id)
        try:
            with traces.request(method, request_id, headers) as span:
                await self._answer(scope, receive, send, headers, request_id, method, span)
        finally:
            REQUEST_ID.reset(token)

    async def _answer(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        headers: Headers,
        request_id: str,
        method: str,
        span: Span,
    ) -> None:
        began = time.monotonic()
        customer: Customer | None = None
        bounded = _Bounded(receive, send, self._server, scope["path"], request_id)
        entered = False
        metrics.UNDER_WAY.inc()
        try:
            customer = self._who(scope, headers)
            if customer is not None:
                customer.enter()
                entered = True
            scope.setdefault("state", {})["customer"] = customer
            bounded.require_size(headers)
            await self._app(scope, bounded.receive, bounded.send)
        except ApiError as error:
            await bounded.answer(error)
        except (OSError, asyncio.CancelledError):  # the client has gone, or the server goes
            raise
        except Exception:
            log.exception("internal error")
            await bounded.answer(ApiError(500, "Internal server error"))
        finally:
            metrics.UNDER_WAY.dec()
            if entered and customer is not None:
                customer.leave()
            route = getattr(scope.get("route"), "path", "unmatched")
            took = time.monotonic() - began
            metrics.REQUESTS.labels(route, str(bounded.status)).inc()
            metrics.LATENCY.labels(route).observe(took)
            told = {
                "method": method,
                "route": route,
                "status": bounded.status,
                "milliseconds": round(took * 1000, 1),
                "customer": customer.name if customer else None,
                "bytes": bounded.received,
            }
            log.info("answered", extra=told)
            traces.answered(span, method, route, bounded.status)

    def _who(self, scope: Scope, headers: Headers) -> Customer | None:
        """The customer; None where the path is open to anybody.

        Raises:
            ApiError: 401 where the key is nobody's, 421 where a name of another host leads here.
        """
        path, now = scope["path"], self._server.now
        if path in _OPEN:
            return None
        if now.customers.open:
            # Without keys this listens on loopback alone. A page in a browser could still send requests here under a
            # name of its own that leads to this address (DNS rebinding).
            if not _is_loopback(headers.get("host", "")):
                raise ApiError(421, "Without keys, this server answers under localhost alone.")
        elif path == _METRICS and _is_loopback((scope.get("client") or ("",))[0]):
            return None
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        key = headers.get("x-api-key") or (bearer.strip() if scheme.lower() == "bearer" else None)
        if path == _METRICS and now.customers.is_operator(key):
            return None
        customer = now.customers.by_key(key)
        if customer is None:
            raise ApiError(401, "Show an API key: `X-API-Key: KEY` or `Authorization: Bearer KEY`.")
        if path == _METRICS and not now.customers.open:
            raise ApiError(403, "Metrics are for the operator.")
        return customer


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})


def _is_loopback(host: str) -> bool:
    name = host.rsplit(":", 1)[0] if host.count(":") == 1 or "]:" in host else host
    name = name.strip("[]").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


# What is left of a body is not read.
_CLOSE = {"Connection": "close"}


class _Bounded:
    """A request's two ends, with bounds on size and time, and the headers that every answer has."""

    def __init__(self, receive: Receive, send: Send, server: Server, path: str, request_id: str) -> None:
        limits = server.now.config.limits
        self._receive, self._send, self._request_id = receive, send, request_id
        self._seconds = limits.read_seconds
        self._most: float = limits.body_bytes
        if path in _STREAMS:
            self._most = float("inf")
        elif path == _FILE:
            self._most = limits.file_bytes
        elif path.startswith(_ADAPTERS):
            self._most = limits.adapter_bytes
        self._encrypted = server.encrypted
        self.received, self.status = 0, 0
        self._started = self._finished = self._whole = False

    def require_size(self, headers: Headers) -> None:
        length = headers.get("content-length", "")
        if length.isascii() and length.isdigit() and int(length[:19]) > self._most:
            raise self._too_large()

    def _too_large(self) -> ApiError:
        return ApiError(413, f"The body has more than {self._most:.0f} bytes.")

    async def receive(self) -> Message:
        # What is received after the whole body is that the client goes.
        try:
            async with asyncio.timeout(None if self._whole else self._seconds):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, headers=_CLOSE) from None
        if message["type"] == "http.request":
            self.received += len(message.get("body", b""))
            self._whole = not message.get("more_body", False)
            if self.received > self._most:
                error = self._too_large()
                # FastAPI hands on this kind alone from where a body is read.
                raise HTTPException(error.status, error.message, _CLOSE)
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._started = True
            headers = MutableHeaders(scope=message)
            for name, value in _SAFE.items():
                headers.setdefault(name, value)
            if self._encrypted:
                headers["Strict-Transport-Security"] = "max-age=31536000"
            headers["X-Request-ID"] = self._request_id
        await self._send(message)
        self._finished = message["type"] == "http.response.body" and not message.get("more_body", False)

    async def answer(self, error: ApiError) -> None:
        """Answer with `error`, where the application has not begun to."""
        if self._finished:  # by the application, before it failed
            return
        if self._started:
            # The connection is cut short by uvicorn, so that half an answer is not taken for a whole one.
            raise ConnectionAbortedError
        headers = error.headers | (_CLOSE if error.status in {408, 413} else {})
        response: Callable[..., Any] = JSONResponse(error.body, error.status, headers)
        await response({"type": "http"}, self.receive, self.send)


def phrase(status: int) -> str:
    """What HTTP calls a status."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"

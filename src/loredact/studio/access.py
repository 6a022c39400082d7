"""Who may talk to the studio: the browser that opened the address it printed, and no page of anybody else's.

The address holds a token that works once; for it the browser gets a session's cookie, which is `HttpOnly` and
`SameSite=Strict`. Ports are no part of a site, so another program's page on this machine would send the cookie too:
therefore `Host` must be the loopback's with our port (which keeps out DNS rebinding), `Sec-Fetch-Site` no other site's,
and `Origin`, which every request that changes something must have, our own. Sources: RFC 6265bis, section 5.2
(same-site), and Fetch Metadata, https://www.w3.org/TR/fetch-metadata/.
"""

import hmac
import secrets
import threading
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    # Scripts and styles of the package alone, no other host, no frame around it, and no text ever taken for markup.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; "
        "trusted-types 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_SAFE_METHODS = {"GET", "HEAD"}
_OWN = {"same-origin", "none"}


class Access:
    """The tokens and sessions of a studio that listens on `port`."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookie = f"loredact-studio-{port}"
        self._hosts = frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})
        self._lock = threading.Lock()
        self._tokens: set[str] = set()
        self._sessions: set[str] = set()

    def new_address(self) -> str:
        """An address by which one browser gets in, once."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._tokens.add(token)
        return f"http://127.0.0.1:{self.port}/?token={token}"

    def session_for(self, token: str) -> str | None:
        """A new session for a token that has not been used, which is used then."""
        with self._lock:
            known = next((one for one in self._tokens if hmac.compare_digest(one.encode(), token.encode())), None)
            if known is None:
                return None
            self._tokens.remove(known)
            session = secrets.token_urlsafe(32)
            self._sessions.add(session)
            return session

    def is_session(self, session: str) -> bool:
        with self._lock:
            return any(hmac.compare_digest(one.encode(), session.encode()) for one in self._sessions)

    def refusal(self, method: str, headers: Headers) -> str | None:
        """Why a request is refused whoever sent it; None where it is not."""
        host = headers.get("host", "")
        if host not in self._hosts:
            return "This is the studio of another address."
        if headers.get("sec-fetch-site", "none") not in _OWN:
            return "Another page asked."
        origin = headers.get("origin")
        if origin is None:
            # Browsers send it with whatever may change something.
            return None if method in _SAFE_METHODS else "The request does not say which page sent it."
        return None if origin == f"http://{host}" else "Another page asked."


class Guard:
    """ASGI middleware around the studio's application."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app, self._access = app, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer where the request may come in, and put the headers on every answer."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        answer = self._answer(scope, Headers(scope=scope))
        await (answer or self._app)(scope, receive, send_safely)

    def _answer(self, scope: Scope, headers: Headers) -> Response | None:
        refused = self._access.refusal(scope["method"], headers)
        if refused is not None:
            return PlainTextResponse(refused, 403)
        # A page of an old address asks for nothing; a token in it is used up all the same.
        token = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if scope["path"] == "/" and token and scope["method"] == "GET":
            session = self._access.session_for(token)
            if session is None and not self._has_session(headers):
                return PlainTextResponse(_USED, 403)
            response = RedirectResponse("/", 303)
            if session is not None:
                response.set_cookie(self._access.cookie, session, httponly=True, samesite="strict", path="/")
            return response
        return None if self._has_session(headers) else PlainTextResponse(_NO_SESSION, 403)

    def _has_session(self, headers: Headers) -> bool:
        try:
            morsel = SimpleCookie(headers.get("cookie", "")).get(self._access.cookie)
        except CookieError:
            return False
        return morsel is not None and self._access.is_session(morsel.value)


_USED = "This address was used already. Start `loredact studio` again, or ask an open page for an address."
_NO_SESSION = "Open the address that `loredact studio` printed."

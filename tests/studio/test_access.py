"""The studio talks to the browser that opened its address, and to no one else."""

import http.client
import http.server
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext

from loredact.studio.database import Database
from tests.studio.conftest import Started


@pytest.fixture
def address(entered: BrowserContext, shared: Started) -> str:
    """A new address of the shared studio, which has not been used."""
    answer = entered.request.post(f"{shared.origin}/api/address", headers={"Origin": shared.origin})
    return str(answer.json()["address"])


def ask(studio: Started, method: str, path: str, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(urlsplit(studio.origin).netloc, timeout=60)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    response.read()
    return response


def session(studio: Started, address: str) -> str:
    """The cookie that the address gives."""
    response = ask(studio, "GET", address.removeprefix(studio.origin))
    cookie = response.headers["Set-Cookie"]
    assert response.status == 303
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    return str(cookie.partition(";")[0])


def test_an_address_works_once(shared: Started, address: str) -> None:
    path = address.removeprefix(shared.origin)
    assert ask(shared, "GET", path).status == 303
    assert ask(shared, "GET", path).status == 403


def test_nothing_is_answered_without_a_session(shared: Started) -> None:
    for path in ("/", "/api/folder", "/pages/js/main.js", "/?token=guessed"):
        assert ask(shared, "GET", path).status == 403
    assert ask(shared, "GET", "/api/folder", Cookie="loredact-studio=guessed").status == 403


def test_a_request_of_another_page_is_refused_even_with_the_cookie(shared: Started, address: str) -> None:
    cookie = session(shared, address)
    assert ask(shared, "GET", "/api/folder", Cookie=cookie).status == 200
    own = shared.origin
    refused = [
        # A name of somebody else's that leads to the loopback (DNS rebinding).
        {"Host": "evil.example"},
        {"Host": "evil.example:" + own.rpartition(":")[2]},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        # Another program's page on this machine is of the same site and sends the cookie.
        {"Origin": "http://127.0.0.1:1", "Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": "cross-site"},
    ]
    for headers in refused:
        assert ask(shared, "GET", "/api/folder", Cookie=cookie, **headers).status == 403, headers
        assert ask(shared, "POST", "/api/address", Cookie=cookie, **headers).status == 403, headers
    assert ask(shared, "POST", "/api/address", Cookie=cookie).status == 403
    assert ask(shared, "POST", "/api/address", Cookie=cookie, Origin=own).status == 200


def test_every_answer_holds_scripts_and_requests_to_the_package(shared: Started, address: str) -> None:
    cookie = session(shared, address)
    for path in ("/", "/api/folder", "/api/nothing", "/pages/js/main.js"):
        policy = ask(shared, "GET", path, Cookie=cookie).headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "connect-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy


class _Theirs(http.server.BaseHTTPRequestHandler):
    """A page of another program on this machine."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>theirs</title>")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def theirs() -> Iterator[str]:
    server = http.server.HTTPServer(("127.0.0.1", 0), _Theirs)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


_TRY = """async (studio) => {
    const tried = [];
    const request = (path, how) => fetch(studio + path, how).then(
        (answer) => answer.type === "opaque" ? "opaque" : answer.status, () => "failed");
    tried.push(await request("/api/folder", {credentials: "include"}));
    tried.push(await request("/api/folder", {credentials: "include", mode: "no-cors"}));
    tried.push(await request("/api/texts/paste", {method: "POST", credentials: "include", mode: "no-cors",
        headers: {"Content-Type": "text/plain"}, body: '{"text": "planted"}'}));
    const form = document.createElement("form");
    Object.assign(form, {method: "POST", action: studio + "/api/texts/paste", enctype: "text/plain", target: "frame"});
    const input = document.createElement("input");
    Object.assign(input, {name: '{"text": "planted", "name": "', value: '"}'});
    form.append(input);
    const frame = document.createElement("iframe");
    frame.name = "frame";
    document.body.append(frame, form);
    form.submit();
    const script = document.createElement("script");
    script.src = studio + "/api/folder";
    await new Promise((done) => { script.onload = script.onerror = done; document.body.append(script); });
    await new Promise((done) => setTimeout(done, 500));
    return tried;
}"""


def test_a_page_of_another_program_can_neither_read_nor_write(
    shared: Started, entered: BrowserContext, theirs: str
) -> None:
    page = entered.new_page()
    page.goto(theirs)
    # Of what is opaque nothing can be read; the guard has refused it all the same.
    assert page.evaluate(_TRY, shared.origin) in (["failed"] * 3, ["failed", "opaque", "opaque"])
    page.close()
    database = Database(shared.folder)
    assert database.rows("SELECT 1 FROM texts WHERE text = 'planted'") == []
    database.close()

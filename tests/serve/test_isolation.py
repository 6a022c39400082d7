"""Two customers at one server: neither sees anything of the other, and nobody's values are anywhere but in answers."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from loredact.serve.customers import new_key
from tests.serve.conftest import Running, zipped

CANARY = "Zyxwvut Canarius"
CANARY_NUMBER = "0170 9 8 7 6 5 4 3 2"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
ZIP = {"Content-Type": "application/zip"}


@dataclass(frozen=True)
class Two:
    server: Running
    folder: Path
    north: httpx.Client
    south: httpx.Client
    nobody: httpx.Client


class Collector:
    """Takes traces as OTLP over HTTP, and keeps all bytes of them."""

    def __init__(self) -> None:
        self.got = got = bytearray()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                got.extend(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    pytest.importorskip("opentelemetry.sdk", reason="the extra `traces` is missing")
    made = Collector()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def two(
    started: Callable[..., Running],
    collector: Collector,
    tiny_adapters: dict[str, Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Two:
    folder = tmp_path_factory.mktemp("two")
    (north, north_hash), (south, south_hash) = new_key(), new_key()
    (folder / "key").write_text("k" * 43)
    (folder / "court.yaml").write_text("default: redact\n")
    config = {
        "adapters": {name: str(tiny_adapters[name]) for name in ("first", "second")},
        "default-adapter": "first",
        "store": str(folder / "store"),
        "policies": {"court": str(folder / "court.yaml")},
        "vault": {"folder": str(folder / "vaults"), "key": {"file": str(folder / "key")}},
        "customers": {
            "north": {"keys": [north_hash], "adapters": ["first", "second"], "policies": ["court"]},
            "south": {"keys": [south_hash], "adapters": ["first"], "policies": []},
        },
    }
    variables = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "100"}
    server = started(folder, config, encrypted=True, environment=variables)
    return Two(server, folder, server.client(north), server.client(south), server.client("loredact_nobody"))


ROUTES: list[tuple[str, str, object]] = [
    ("POST", "/v1/mask", {"text": "x"}),
    ("POST", "/v1/find", {"text": "x"}),
    ("POST", "/v1/unmask", {"text": "x"}),
    ("GET", "/v1/adapters", None),
    ("GET", "/v1/adapters/first", None),
    ("PUT", "/v1/adapters/first", None),
    ("DELETE", "/v1/adapters/first", None),
    ("GET", "/v1/policies", None),
    ("POST", "/v1/mask/file", None),
    ("POST", "/v1/stream", None),
    ("POST", "/analyze", {"text": "x", "language": "en"}),
    ("POST", "/anonymize", {"text": "x", "analyzer_results": []}),
    ("POST", "/deanonymize", {"text": "x"}),
    ("GET", "/supportedentities", None),
    ("GET", "/recognizers", None),
    ("GET", "/anonymizers", None),
    ("GET", "/deanonymizers", None),
    ("POST", "/v1/chat/completions", {"messages": []}),
    ("POST", "/beta/litellm_basic_guardrail_api", {"input_type": "request", "texts": ["x"]}),
    ("GET", "/openapi.json", None),
    ("GET", "/nowhere", None),
]


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_nobody_is_answered(two: Two, method: str, path: str, body: object) -> None:
    for client in (two.nobody, two.server.client()):
        answer = client.request(method, path, json=body)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"


def test_every_route_of_the_description_was_tried(two: Two) -> None:
    paths = two.north.get("/openapi.json").json()["paths"]
    tried = {path.replace("/first", "/{name}") for _, path, _ in ROUTES} | {"/health", "/ready", "/metrics"}
    assert set(paths) <= tried


def test_a_key_is_taken_in_either_header(two: Two) -> None:
    key = two.north.headers["X-API-Key"]
    answer = two.server.client().get("/v1/adapters", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200


def test_what_is_encrypted_says_so(two: Two) -> None:
    assert two.server.url.startswith("https:")
    assert "max-age" in two.north.get("/v1/adapters").headers["strict-transport-security"]


def test_adapters_of_one_are_not_there_for_the_other(two: Two, tiny_adapters: dict[str, Path]) -> None:
    assert {one["name"] for one in two.north.get("/v1/adapters").json()} == {"first", "second"}
    assert {one["name"] for one in two.south.get("/v1/adapters").json()} == {"first"}
    assert two.south.post("/v1/mask", json={"text": "x", "adapter": "second"}).status_code == 404
    assert two.south.get("/v1/adapters/second").status_code == 404
    put = two.north.put("/v1/adapters/own", content=zipped(tiny_adapters["third"]), headers=ZIP)
    assert put.status_code == 201
    for name in ("own", "north%2fown", "..%2fnorth%2fown", "north/own", "../north/own"):
        assert two.south.get(f"/v1/adapters/{name}").status_code in {404, 405, 422}
        assert two.south.delete(f"/v1/adapters/{name}").status_code in {404, 405, 422}
        assert two.south.post("/v1/find", json={"text": "x", "adapter": name}).status_code in {404, 422}
    assert two.north.get("/v1/adapters/own").json()["labels"] == ["THIRD"]


def test_one_name_is_two_adapters_for_two(two: Two, tiny_adapters: dict[str, Path]) -> None:
    two.north.put("/v1/adapters/same", content=zipped(tiny_adapters["third"]), headers=ZIP)
    two.south.put("/v1/adapters/same", content=zipped(tiny_adapters["second"]), headers=ZIP)
    assert two.north.get("/v1/adapters/same").json()["labels"] == ["THIRD"]
    assert "SECOND" in two.south.get("/v1/adapters/same").json()["labels"]
    two.south.delete("/v1/adapters/same")
    assert two.north.get("/v1/adapters/same").status_code == 200
    assert two.south.get("/v1/adapters/same").status_code == 404


def test_a_policy_of_one_is_not_there_for_the_other(two: Two) -> None:
    assert "court" in two.north.get("/v1/policies").json()
    assert "court" not in two.south.get("/v1/policies").json()
    assert two.south.post("/v1/mask", json={"text": "x", "policy": "court"}).status_code == 404
    masked = two.north.post("/v1/mask", json={"text": "Ada Lovelace, 12 34", "policy": "court"}).json()
    assert {span["operator"] for span in masked["spans"]} == {"redact"}


def test_a_vault_gives_back_to_its_customer_alone(two: Two) -> None:
    text = f"{CANARY} called {CANARY_NUMBER} in May."
    masked = two.north.post("/v1/mask", json={"text": text, "vault": True, "document": "letter"}).json()
    assert masked["spans"]
    assert two.south.post("/v1/unmask", json={"text": masked["text"]}).status_code == 404
    two.south.post("/v1/mask", json={"text": "Ada Lovelace, 12 34", "vault": True, "document": "letter"})
    stolen = two.south.post("/v1/unmask", json={"text": masked["text"]}).json()
    assert CANARY not in stolen["text"]
    back = two.north.post("/v1/unmask", json={"text": masked["text"], "document": "letter"}).json()
    assert back["text"] == text
    assert (back["missing"], back["unknown"]) == ([], [])


def test_the_metrics_are_for_the_operator_and_not_for_customers(two: Two) -> None:
    # This test is on the same machine as the server, where a scraper may run.
    assert two.nobody.get("/metrics").status_code == 200
    assert "north" not in two.nobody.get("/metrics").text


def test_canaries_are_nowhere_but_in_answers(two: Two, collector: Collector) -> None:
    client = two.north
    strange = CANARY.replace(" ", "-")
    headers = {
        "X-Request-ID": strange,
        "User-Agent": strange,
        "X-Strange": strange,
        "Cookie": strange,
        "Referer": strange,
        "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01",
        "tracestate": f"v={strange}",
        "baggage": f"v={strange}",
    }
    errors = []
    for method, path, body in ROUTES:
        changed = json.loads(json.dumps(body).replace('"x"', json.dumps(f"{CANARY} {CANARY_NUMBER}"))) if body else None
        client.request(method, path, json=changed, headers=headers)
        wrongs = ({CANARY: CANARY}, {"text": {"a": CANARY}}, [CANARY], CANARY, {"text": CANARY, "adapter": strange})
        errors += [client.request("POST", path, json=wrong, headers=headers) for wrong in wrongs]
        errors.append(client.request(method, f"{path}/{strange}?{strange}={strange}", headers=headers))
        errors.append(client.request(strange[:7].upper(), path, headers=headers))
    recognizer = {
        "supported_entity": CANARY,
        "name": CANARY,
        "patterns": [{"name": CANARY, "regex": f"({CANARY}", "score": 1}],
    }
    analyze = {"text": CANARY, "language": "en", "ad_hoc_recognizers": [recognizer]}
    errors.append(client.post("/analyze", json=analyze))
    errors.append(client.post("/analyze", json=analyze | {"language": CANARY}))
    for operators in ({CANARY: {"type": CANARY}}, {"DEFAULT": {"type": "hash", "hash_type": CANARY}}):
        results = [{"start": 0, "end": 5, "score": 1, "entity_type": CANARY}]
        anonymize = {"text": CANARY, "analyzer_results": results, "anonymizers": operators}
        errors.append(client.post("/anonymize", json=anonymize))
    errors.append(client.post("/v1/mask", json={"text": CANARY, "operators": {"DEFAULT": {"name": CANARY}}}))
    errors.append(client.put(f"/v1/adapters/{strange.lower()}", content=CANARY.encode(), headers=ZIP))
    errors.append(
        client.post("/v1/stream", content=json.dumps({CANARY: 1}), headers={"Content-Type": "application/x-ndjson"})
    )
    for content in (f'{{"{CANARY}": ', f"PK\3\4{CANARY}", f"%PDF-{CANARY}"):
        about, named = {"Content-Type": "application/octet-stream"}, {"name": f"{CANARY}.json"}
        errors.append(client.post("/v1/mask/file", headers=about, params=named, content=content))
    told = [answer for answer in errors if answer.status_code >= 400]
    assert len(told) > 60
    assert all(answer.status_code != 500 or "Internal" not in answer.text for answer in errors)
    for needle in (CANARY, strange, CANARY_NUMBER, client.headers["X-API-Key"]):
        assert not [answer.text for answer in told if needle.lower() in answer.text.lower()]
        assert needle.lower() not in two.server.log.read_text().lower()
        assert needle.lower() not in client.get("/metrics").text.lower()
        assert needle.lower() not in two.nobody.get("/metrics").text.lower()
    until = time.monotonic() + 30
    while b"POST /v1/mask/file" not in collector.got:
        assert time.monotonic() < until
        time.sleep(0.05)
    assert bytes.fromhex(TRACE) in collector.got
    for needle in (CANARY, strange, CANARY_NUMBER, client.headers["X-API-Key"]):
        assert needle.lower().encode() not in collector.got.lower()
    kept = [path for path in two.folder.rglob("*") if path.is_file()]
    assert kept
    assert not [path for path in kept if CANARY.encode() in path.read_bytes()]


def test_no_request_may_name_a_file_or_variable_of_the_server(two: Two) -> None:
    for key in ({"file": "/etc/hostname"}, {"env": "PATH"}):
        for name in ("hash", "encrypt", "surrogate", "shift"):
            body = {"text": "Ada Lovelace", "operators": {"DEFAULT": {"name": name, "key": key}}}
            assert two.north.post("/v1/mask", json=body).status_code == 422
    assert two.north.post("/v1/mask", json={"text": "x", "policy": "/etc/hostname"}).status_code == 404
    assert two.north.post("/v1/mask", json={"text": "x", "policy": str(two.folder / "court.yaml")}).status_code == 404

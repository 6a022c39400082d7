"""A server's life: starting, reloading, its processes, stopping; and what it does under load."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
import yaml
from typer.testing import CliRunner

from loredact.cli.app import app
from loredact.errors import InputError
from loredact.serve.customers import new_key
from loredact.serve.run import Listening, serve
from tests.serve.conftest import Running

TEXT = "Ada Lovelace lives in London, call 12 34 56."


def _config(tiny_adapters: dict[str, Path], **more: object) -> dict[str, object]:
    adapters = {name: str(folder) for name, folder in tiny_adapters.items()}
    return {"adapters": adapters, "default-adapter": "first", **more}


@pytest.fixture(scope="module")
def changing(
    started: Callable[..., Running], tiny_adapters: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Running:
    """A server that each test configures as it wants it."""
    return started(tmp_path_factory.mktemp("changing"), _config(tiny_adapters))


def _pids(server: Running) -> list[int]:
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text()
    # The spawning process of multiprocessing keeps a tracker of its own.
    return [int(pid) for pid in children.split() if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def _load(server: Running, seconds: float, meanwhile: Callable[[], object], threads: int = 4) -> list[int | str]:
    """What clients that ask all the time are answered while `meanwhile` happens: statuses, or kinds of errors."""
    stop, outcomes = threading.Event(), []

    def ask() -> None:
        with httpx.Client(base_url=server.url, timeout=60) as client:
            while not stop.is_set():
                try:
                    answer = client.post("/v1/mask", json={"text": [TEXT] * 5})
                    outcomes.append(
                        answer.status_code if answer.status_code != 200 or len(answer.json()) == 5 else "short"
                    )
                except httpx.ConnectError:
                    outcomes.append("refused")
                    time.sleep(0.05)
                except httpx.HTTPError as error:
                    outcomes.append(type(error).__name__)

    askers = [threading.Thread(target=ask) for _ in range(threads)]
    for asker in askers:
        asker.start()
    time.sleep(seconds / 2)
    meanwhile()
    time.sleep(seconds / 2)
    stop.set()
    for asker in askers:
        asker.join()
    return outcomes


def test_it_starts_without_a_configuration_on_loopback_and_says_so(shipped_server: Running) -> None:
    line = json.loads(next(line for line in shipped_server.log.read_text().splitlines() if '"address"' in line))
    assert "without a key" in line["event"]
    assert line["address"].startswith("http://127.0.0.1:")
    masked = shipped_server.client().post("/v1/mask", json={"text": "Call Ada Lovelace on 020 7946 0958."}).json()
    assert masked["text"] == "Call [PERSON] on [PHONE_NUMBER]."


def test_without_keys_it_listens_on_no_other_address() -> None:
    with pytest.raises(InputError, match="Without keys a server listens on this machine alone"):
        serve(Listening(host="0.0.0.0", port=0))


def test_a_port_that_is_taken_is_told(open_server: Running) -> None:
    host, port = open_server.address()
    with pytest.raises(InputError, match="cannot be listened on"):
        serve(Listening(host, port))


def test_a_new_key_is_printed_with_its_hash() -> None:
    done = CliRunner().invoke(app, ["serve", "--new-key"])
    key, hashed = (line.split()[1] for line in done.stdout.splitlines())
    assert key.startswith("loredact_")
    assert hashed.startswith("sha256:")


def test_a_hang_up_reloads_the_configuration_or_refuses_it_whole(
    changing: Running, tiny_adapters: dict[str, Path]
) -> None:
    client = changing.client()
    changing.configure("limits: {texts: nonsense}", "configuration refused")
    assert client.post("/v1/mask", json={"text": [TEXT] * 3}).status_code == 200
    changing.configure(_config(tiny_adapters, limits={"texts": 2}))
    assert client.post("/v1/mask", json={"text": [TEXT] * 3}).status_code == 413
    key, hashed = new_key()
    customers = {"north": {"keys": [hashed], "adapters": ["first"]}}
    changing.configure(_config(tiny_adapters, customers=customers))
    assert client.get("/v1/adapters").status_code == 401
    assert client.get("/v1/adapters", headers={"X-API-Key": key}).status_code == 200


def test_a_hang_up_with_a_folder_of_vaults_that_cannot_be_made_changes_nothing(
    changing: Running, tiny_adapters: dict[str, Path], tmp_path: Path
) -> None:
    client = changing.client()
    changing.configure(_config(tiny_adapters))
    (tmp_path / "key").write_text("k" * 43)
    (tmp_path / "file").write_text("no folder")
    vault = {"folder": str(tmp_path / "file" / "vaults"), "key": {"file": str(tmp_path / "key")}}
    changing.configure(_config(tiny_adapters, vault=vault), "configuration refused")
    assert client.post("/v1/mask", json={"text": TEXT}).status_code == 200
    changing.configure(_config(tiny_adapters))


def test_a_server_of_several_processes_ends_where_none_can_start(
    tiny_adapters: dict[str, Path], tmp_path: Path
) -> None:
    config = _config(tiny_adapters, vault={"folder": str(tmp_path / "vaults"), "key": {"file": str(tmp_path / "none")}})
    (tmp_path / "server.yaml").write_text(yaml.safe_dump(config))
    command = [sys.executable, "-m", "loredact", "serve", "--port", "0", "--workers", "2"]
    command += ["--config", str(tmp_path / "server.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == InputError.exit_code
    assert "no process of the server could start" in done.stderr
    assert "error: " in done.stderr
    assert "Traceback" not in done.stderr


def test_a_queue_that_is_full_says_when_to_come_again(changing: Running, tiny_adapters: dict[str, Path]) -> None:
    changing.configure(_config(tiny_adapters, limits={"waiting-tokens": 500, "batch-tokens": 100}))
    answers: list[httpx.Response] = []

    def ask() -> None:
        with httpx.Client(base_url=changing.url, timeout=60) as client:
            answers.extend(client.post("/v1/mask", json={"text": [TEXT] * 20}) for _ in range(3))

    askers = [threading.Thread(target=ask) for _ in range(12)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) == {200, 429}
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in answers if answer.status_code == 429)


def _until_closed(one: socket.socket) -> bytes:
    """What a server says until it closes."""
    got = b""
    with contextlib.suppress(ConnectionResetError):
        while data := one.recv(1 << 20):
            got += data
    return got


HEAD = b"POST /v1/mask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


def test_slow_clients_are_let_go(changing: Running, tiny_adapters: dict[str, Path]) -> None:
    changing.configure(_config(tiny_adapters, limits={"read-seconds": 1, "text-characters": 20_000_000}))
    # A reader who does not read what the buffers of both machines cannot hold.
    text = b"0123456789 " * 750_000
    body = b'{"anonymizers": {}, "analyzer_results": [], "text": "%s"}' % text
    begun = {
        "nothing": b"",
        "headers": HEAD,
        "body": HEAD + b"Content-Length: 100\r\n\r\n" + b'{"text": ',
        "reader": HEAD.replace(b"/v1/mask", b"/anonymize") + b"Content-Length: %d\r\n\r\n" % len(body) + body,
    }
    with contextlib.ExitStack() as stack:
        slow = {name: stack.enter_context(socket.socket()) for name in begun}
        slow["reader"].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        for name, one in slow.items():
            one.settimeout(60)
            one.connect(changing.address())
            one.sendall(begun[name])
        said = {name: _until_closed(one) for name, one in slow.items() if name != "reader"}
        assert said["nothing"] == b""
        assert said["headers"].startswith(b"HTTP/1.1 408 ")
        assert said["body"].startswith(b"HTTP/1.1 408 ")
        time.sleep(2)
        read = _until_closed(slow["reader"])
        assert read.startswith(b"HTTP/1.1 200 ")
        assert len(read) < len(text)
    assert changing.client().post("/v1/mask", json={"text": TEXT}).status_code == 200


def test_lying_clients_are_refused(changing: Running) -> None:
    lies = {
        b"Content-Length: 5": b'{"text": "Ada"}',
        b"Content-Length: -5": b"{}",
        b"Content-Length: 5\r\nContent-Length: 6": b"{}",
        b"Content-Length: 99999999999999999999": b"{}",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5": b"5\r\nhello\r\n0\r\n\r\n",
        b"X-Long: " + b"a" * (80 << 10): b"",
    }
    for header, body in lies.items():
        with socket.create_connection(changing.address(), timeout=60) as lying:
            lying.sendall(HEAD + header + b"\r\n\r\n" + body)
            lying.shutdown(socket.SHUT_WR)
            answer = _until_closed(lying)
        assert not answer or answer.startswith(b"HTTP/1.1 4")
        assert b"Ada" not in answer
    assert changing.client().post("/v1/mask", json={"text": TEXT}).status_code == 200


def test_idle_connections_leave_room_for_others(open_server: Running) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(500):
            stack.enter_context(socket.create_connection(open_server.address(), timeout=60))
        assert open_server.client().post("/v1/mask", json={"text": TEXT}).status_code == 200


def test_a_process_that_is_killed_is_replaced_while_the_other_answers(
    started: Callable[..., Running], tiny_adapters: dict[str, Path], tmp_path: Path
) -> None:
    server = started(tmp_path, _config(tiny_adapters), workers=2)
    deadline = time.monotonic() + 60
    while server.log.read_text().count('"address"') < 2:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    first = _pids(server)
    assert len(first) == 2
    outcomes = _load(server, 3, lambda: os.kill(first[0], signal.SIGKILL), threads=8)
    broken = [one for one in outcomes if one != 200]
    assert len(broken) <= 8  # at most what each client had under way there
    assert outcomes[-1] == 200
    deadline = time.monotonic() + 60
    while server.log.read_text().count('"address"') < 3:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert first[1] in _pids(server)
    assert len(_pids(server)) == 2
    text = server.client().get("/metrics").text
    counted = sum(
        float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith("loredact_requests_total")
    )
    assert counted >= len([one for one in outcomes if one == 200])
    assert server.stop() == 0


def test_a_stop_under_load_answers_all_that_was_accepted(changing: Running, tiny_adapters: dict[str, Path]) -> None:
    # The last test of this server.
    server = changing
    server.configure(_config(tiny_adapters))
    before = server.log.read_text().count('"/v1/mask"')
    outcomes = _load(server, 2, lambda: server.process.send_signal(signal.SIGTERM))
    assert server.process.wait(120) == 0
    answered = [one for one in outcomes if one == 200]
    assert len(answered) > 10
    # A connection that waits for its next request is closed: a client may send into it before it learns so. Nothing
    # that was read is lost: an answer that began is never cut.
    assert set(outcomes) <= {200, "refused", "RemoteProtocolError", "ReadError", "WriteError", 503}
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    accepted = [line for line in lines if line.get("route") == "/v1/mask"][before:]
    assert len([line for line in accepted if line["status"] == 200]) == len(answered)
    assert {line["status"] for line in accepted} <= {200, 503}

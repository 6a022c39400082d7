"""A server's life: starting, reloading, its processes, stopping; and what it does under load."""

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

from loredact.serve.customers import new_key
from tests.serve.conftest import Running

TEXT = "Ada Lovelace lives in London, call 12 34 56."


def _config(tiny_adapters: dict[str, Path], **more: object) -> dict[str, object]:
    adapters = {name: str(folder) for name, folder in tiny_adapters.items()}
    return {"adapters": adapters, "default-adapter": "first", **more}


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
    command = [sys.executable, "-m", "loredact", "serve", "--host", "0.0.0.0", "--port", "0"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2
    assert "Without keys a server listens on this machine alone" in done.stderr


def test_a_port_that_is_taken_is_told(open_server: Running) -> None:
    command = [sys.executable, "-m", "loredact", "serve", "--port", open_server.url.rsplit(":", 1)[1]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2
    assert "cannot be listened on" in done.stderr


def test_a_new_key_is_printed_with_its_hash() -> None:
    command = [sys.executable, "-m", "loredact", "serve", "--new-key"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    key, hashed = (line.split()[1] for line in done.stdout.splitlines())
    assert key.startswith("loredact_")
    assert hashed.startswith("sha256:")


def test_a_hang_up_reloads_the_configuration_or_refuses_it_whole(
    started: Callable[..., Running], tiny_adapters: dict[str, Path], tmp_path: Path
) -> None:
    server = started(tmp_path, _config(tiny_adapters))
    client, path = server.client(), server.config
    assert path is not None

    def reload(text: str, told: str) -> None:
        path.write_text(text)
        server.process.send_signal(signal.SIGHUP)
        until = time.monotonic() + 60
        while told not in server.log.read_text():
            assert time.monotonic() < until
            time.sleep(0.05)

    reload("limits: {texts: nonsense}", "configuration refused")
    assert client.post("/v1/mask", json={"text": [TEXT] * 3}).status_code == 200
    reload(yaml.safe_dump(_config(tiny_adapters, limits={"texts": 2})), "configuration reloaded")
    assert client.post("/v1/mask", json={"text": [TEXT] * 3}).status_code == 413
    key, hashed = new_key()
    customers = {"north": {"keys": [hashed], "adapters": ["first"]}}
    path.write_text(yaml.safe_dump(_config(tiny_adapters, customers=customers)))
    server.process.send_signal(signal.SIGHUP)
    until = time.monotonic() + 60
    while client.get("/v1/adapters").status_code != 401:
        assert time.monotonic() < until
    assert client.get("/v1/adapters", headers={"X-API-Key": key}).status_code == 200
    assert server.stop() == 0


def test_a_stop_under_load_answers_all_that_was_accepted(
    started: Callable[..., Running], tiny_adapters: dict[str, Path], tmp_path: Path
) -> None:
    server = started(tmp_path, _config(tiny_adapters))
    outcomes = _load(server, 4, lambda: server.process.send_signal(signal.SIGTERM))
    assert server.process.wait(120) == 0
    answered = [one for one in outcomes if one == 200]
    assert len(answered) > 10
    # A connection that waits for its next request is closed: a client may send into it before it learns so. Nothing
    # that was read is lost: an answer that began is never cut.
    assert set(outcomes) <= {200, "refused", "RemoteProtocolError", "ReadError", "WriteError", 503}
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    accepted = [line for line in lines if line.get("route") == "/v1/mask"]
    assert len([line for line in accepted if line["status"] == 200]) == len(answered)
    assert {line["status"] for line in accepted} <= {200, 503}


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
    outcomes = _load(server, 6, lambda: os.kill(first[0], signal.SIGKILL), threads=8)
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


def test_a_queue_that_is_full_says_when_to_come_again(
    started: Callable[..., Running], tiny_adapters: dict[str, Path], tmp_path: Path
) -> None:
    limits = {"waiting-tokens": 500, "batch-tokens": 100}
    server = started(tmp_path, _config(tiny_adapters, limits=limits))
    answers: list[httpx.Response] = []

    def ask() -> None:
        with httpx.Client(base_url=server.url, timeout=60) as client:
            answers.extend(client.post("/v1/mask", json={"text": [TEXT] * 20}) for _ in range(5))

    askers = [threading.Thread(target=ask) for _ in range(16)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) == {200, 429}
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in answers if answer.status_code == 429)
    server.stop()


def test_slow_and_lying_clients_are_let_go(
    started: Callable[..., Running], tiny_adapters: dict[str, Path], tmp_path: Path
) -> None:
    server = started(tmp_path, _config(tiny_adapters, limits={"read-seconds": 1}))
    host, port = server.url.removeprefix("http://").split(":")
    head = b"POST /v1/mask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=60) as slow:
        slow.sendall(head % 100 + b'{"text": ')
        assert b" 408 " in slow.recv(1000)
    with socket.create_connection((host, int(port)), timeout=60) as lying:
        lying.sendall(head % 5 + b'{"text": "Ada"}')
        answer = lying.recv(1000)
        assert b" 400 " in answer
        assert b"Ada" not in answer
    for bad in (
        b"Content-Length: -5",
        b"Content-Length: 5\r\nContent-Length: 6",
        b"Content-Length: 99999999999999999999",
    ):
        with socket.create_connection((host, int(port)), timeout=60) as lying:
            lying.sendall(b"POST /v1/mask HTTP/1.1\r\nHost: localhost\r\n" + bad + b"\r\n\r\n{}")
            lying.shutdown(socket.SHUT_WR)
            answer = lying.recv(1000)
            assert not answer or b" 4" in answer[:20]
    assert server.client().post("/v1/mask", json={"text": TEXT}).status_code == 200
    assert server.stop() == 0


def test_idle_connections_leave_room_for_others(open_server: Running) -> None:
    host, port = open_server.url.removeprefix("http://").split(":")
    idle = []
    try:
        for _ in range(500):
            idle.append(socket.create_connection((host, int(port)), timeout=60))  # noqa: PERF401
        assert open_server.client().post("/v1/mask", json={"text": TEXT}).status_code == 200
    finally:
        for one in idle:
            one.close()


def test_tls_is_served_from_files(
    started: Callable[..., Running], tiny_adapters: dict[str, Path], tmp_path: Path
) -> None:
    certificate, key = _certificate(tmp_path)
    server = started(tmp_path / "s", _config(tiny_adapters), "--certificate", str(certificate), "--key", str(key))
    answer = server.client(verify=str(certificate)).get("/v1/adapters", headers={"Host": "localhost"})
    assert answer.status_code == 200
    assert "max-age" in answer.headers["strict-transport-security"]
    assert server.stop() == 0


def _certificate(folder: Path) -> tuple[Path, Path]:
    import datetime
    import ipaddress

    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1)).add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    data = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(data)
    return folder / "cert.pem", folder / "key.pem"

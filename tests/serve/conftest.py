"""Real servers in processes of their own, on a tiny base with random weights, and one with the adapters that ship."""

import contextlib
import datetime
import io
import ipaddress
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import yaml

from loredact.bases import Base
from tests.conftest import random_tagger
from tests.serve.upstream import Upstream

pytest.importorskip("fastapi", reason="the server's packages are missing: pip install '.[serve]'")

START_SECONDS = 600
ADAPTER_FILES = ("adapter_config.json", "adapter_model.safetensors", "loredact.json")


@dataclass
class Running:
    """A server in a process of its own, with what it has logged."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path
    config: Path | None = None
    certificate: Path | None = None
    seconds_to_ready: float = 0.0
    clients: list[httpx.Client] = field(default_factory=list)

    def client(self, key: str | None = None, **options: object) -> httpx.Client:
        headers = {"X-API-Key": key} if key else {}
        verify = str(self.certificate) if self.certificate else True
        made = httpx.Client(base_url=self.url, headers=headers, timeout=60, verify=verify, **options)  # type: ignore[arg-type]
        self.clients.append(made)
        return made

    def address(self) -> tuple[str, int]:
        host, port = self.url.split("//")[1].split(":")
        return host, int(port)

    def configure(self, config: str | dict[str, object], told: str = "configuration reloaded") -> None:
        """Have the server take `config`, and wait until it has logged `told`."""
        assert self.config is not None
        before = self.log.read_text().count(told)
        self.config.write_text(config if isinstance(config, str) else yaml.safe_dump(config))
        self.process.send_signal(signal.SIGHUP)
        until = time.monotonic() + 60
        while self.log.read_text().count(told) == before:
            assert time.monotonic() < until
            time.sleep(0.02)

    def stop(self, number: int = signal.SIGTERM, seconds: float = 60) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(seconds)


def start(
    folder: Path,
    config: dict[str, object] | None = None,
    *more: str,
    workers: int = 1,
    encrypted: bool = False,
    environment: dict[str, str] | None = None,
) -> Running:
    """Start a server and wait until it says that it is ready."""
    folder.mkdir(parents=True, exist_ok=True)
    log, path = folder / "log", folder / "server.yaml"
    command = [sys.executable, "-m", "loredact", "serve", "--port", "0", "--workers", str(workers), *more]
    if config is not None:
        path.write_text(yaml.safe_dump(config))
        command += ["--config", str(path)]
    certificate = None
    if encrypted:
        certificate, key = _certificate(folder)
        command += ["--certificate", str(certificate), "--key", str(key)]
    began = time.monotonic()
    variables = os.environ | {"OMP_NUM_THREADS": "1"} | (environment or {})
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env=variables)
    while time.monotonic() < began + START_SECONDS:
        if process.poll() is not None:
            raise AssertionError(f"the server stopped with {process.returncode}: {log.read_text()}")
        found = re.search(r'"address": "(https?)://[^"]*:(\d+)"', log.read_text())
        if found:
            url = f"{found[1]}://127.0.0.1:{found[2]}"
            running = Running(process, url, log, path if config is not None else None, certificate)
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{running.url}/ready", timeout=20, verify=False).status_code == 200:
                    running.seconds_to_ready = time.monotonic() - began
                    return running
        time.sleep(0.05)
    process.kill()
    raise AssertionError(f"the server was not ready in {START_SECONDS} s: {log.read_text()}")


def _certificate(folder: Path) -> tuple[Path, Path]:
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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep these tests in one process of pytest-xdist: each would start every server again."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.xdist_group("servers"))


@pytest.fixture(scope="session")
def upstream() -> Iterator[Upstream]:
    """An API of a language model that remembers what it was told."""
    made = Upstream()
    yield made
    made.stop()


@pytest.fixture(scope="session")
def started() -> Iterator[Callable[..., Running]]:
    """Starts servers, and stops them at the end."""
    running: list[Running] = []

    def begin(*arguments: object, **options: object) -> Running:
        running.append(start(*arguments, **options))  # type: ignore[arg-type]
        return running[-1]

    yield begin
    for one in running:
        for client in one.clients:
            client.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            one.stop(seconds=30)
        one.process.kill()


@pytest.fixture(scope="session")
def tiny_adapters(tiny_base: Base, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Adapters with random weights on the tiny base, each with labels of its own."""
    folder = tmp_path_factory.mktemp("adapters")
    labels = {"first": ("FIRST", "FIRST_NUMBER"), "second": ("SECOND", "SECOND_NUMBER"), "third": ("THIRD",)}
    for name, own in labels.items():
        random_tagger(tiny_base, own).save(folder / name)
    return {name: folder / name for name in labels}


def zipped(folder: Path) -> bytes:
    """The ZIP file of an adapter, as it is put over the network."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in ADAPTER_FILES:
            archive.write(folder / name, name)
    return made.getvalue()


@pytest.fixture(scope="session")
def open_server(
    started: Callable[..., Running], tiny_adapters: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Running:
    """A server without keys, whose default adapter is tiny."""
    config = {
        "adapters": {name: str(folder) for name, folder in tiny_adapters.items()},
        "default-adapter": "first",
        "store": str(tmp_path_factory.mktemp("store")),
        "limits": {"body-bytes": 1 << 20, "file-bytes": 1 << 20, "text-characters": 200_000, "texts": 100},
    }
    return started(tmp_path_factory.mktemp("open"), config)


@pytest.fixture(scope="session")
def shipped_server(
    started: Callable[..., Running],
    multilingual_base: Base,
    upstream: Upstream,
    tmp_path_factory: pytest.TempPathFactory,
) -> Running:
    """A server as it starts without a configuration, before an upstream."""
    return started(tmp_path_factory.mktemp("shipped"), None, "--upstream", upstream.url)

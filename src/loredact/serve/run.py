"""Start a server: the address, the processes, signals."""

import asyncio
import contextlib
import importlib.util
import ipaddress
import logging
import multiprocessing
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from loredact.errors import InputError, LoredactError
from loredact.serve.config import Config, read_config

log = logging.getLogger("loredact.serve")

_STOP = (signal.SIGTERM, signal.SIGINT)
# What an extra installs and each process of a server imports.
_PACKAGES = ("cryptography", "fastapi", "httptools", "httpx", "opentelemetry", "prometheus_client", "uvicorn")
# A process that dies sooner than this after its start is not started again at once.
_SOON_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Listening:
    """What a server is started with."""

    host: str = "127.0.0.1"
    port: int = 8080
    config: Path | None = None
    workers: int = 1
    threads: int = 1
    certificate: Path | None = None
    key: Path | None = None
    upstream: str | None = None
    log_level: str = "info"


def serve(listening: Listening) -> None:
    """Answer requests until a signal says to stop; what was accepted is answered first.

    Raises:
        InputError: where packages are missing, the configuration is wrong, the address is taken, or it is open to
            others and asks for no key.
        LoredactError: where the default adapter cannot be loaded.
    """
    if missing := [package for package in _PACKAGES if importlib.util.find_spec(package) is None]:
        raise InputError(f"The server needs packages ({', '.join(missing)}): pip install 'loredact[serve]'.")
    config = read_config(listening.config) if listening.config else Config()
    if (listening.certificate is None) != (listening.key is None):
        raise InputError("TLS needs both a certificate and its key: --certificate and --key.")
    for file in (listening.certificate, listening.key):
        if file is not None and not file.is_file():
            raise InputError(f"{file}: there is no such file.")
    if not config.customers and not _is_loopback(listening.host):
        raise InputError(
            f"Without keys a server listens on this machine alone, and {listening.host} is open to others. Name "
            "customers and their keys in a configuration (--config), or leave --host away."
        )
    _set_resources()
    with _socket(listening.host, listening.port) as open_socket:
        if listening.workers == 1:
            _work(listening, config, open_socket)
        else:
            with tempfile.TemporaryDirectory(prefix="loredact-metrics-") as folder:
                os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
                _supervise(listening, open_socket)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


def _set_resources() -> None:
    """Allow no dump of memory, which holds texts, and as many connections as this process may have."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        with contextlib.suppress(ValueError, OSError):  # macOS has a limit below what it says
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@contextlib.contextmanager
def _socket(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
        except OSError as error:
            raise InputError(f"{host}:{port} cannot be listened on: {error.strerror}.") from None
        listening.set_inheritable(True)
        yield listening


def _work(
    listening: Listening, config: Config, open_socket: socket.socket, warm: Callable[[], None] = lambda: None
) -> None:
    """Be one process of a server; `warm` is called once it can answer."""
    import torch
    import uvicorn

    from loredact.serve import traces
    from loredact.serve.app import make_app
    from loredact.serve.connection import bounded
    from loredact.serve.logs import to_standard_error
    from loredact.serve.state import Server

    to_standard_error(listening.log_level)
    stop_tracing = traces.start()
    torch.set_num_threads(1)
    server = Server(
        config,
        path=listening.config,
        upstream=listening.upstream,
        encrypted=listening.certificate is not None,
        several_processes=listening.workers > 1,
        threads=listening.threads,
    )
    server.warm()
    warm()
    running = uvicorn.Server(
        uvicorn.Config(
            make_app(server),
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            backlog=4096,
            timeout_keep_alive=75,
            ssl_certfile=listening.certificate,
            ssl_keyfile=listening.key,
            http=bounded(server),
            ws="none",
            lifespan="on",
        )
    )
    scheme = "https" if listening.certificate else "http"
    host, port = open_socket.getsockname()[:2]
    address = f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
    whom = "each customer by its keys" if config.customers else "whoever is on this machine, without a key"
    log.info(f"ready: answers {whom}", extra={"address": address})

    # uvicorn raises a signal again once it has stopped; this process then ends as one that did what it was told.
    for number in _STOP:
        signal.signal(number, lambda *_: setattr(running, "should_exit", True))

    async def run() -> None:
        if hasattr(signal, "SIGHUP"):
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGHUP, lambda: threading.Thread(target=server.reload, daemon=True).start())
        await running.serve(sockets=[open_socket])

    loop_factory: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
    with contextlib.suppress(ImportError):
        import uvloop

        loop_factory = uvloop.new_event_loop
    try:
        with asyncio.Runner(loop_factory=loop_factory) as runner:
            runner.run(run())
    finally:
        stop_tracing()


def _worker(listening: Listening, open_socket: socket.socket, warm: Connection) -> None:
    try:
        config = read_config(listening.config) if listening.config else Config()
        _work(listening, config, open_socket, lambda: warm.send(None))
    except LoredactError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(error.exit_code)


def _supervise(listening: Listening, open_socket: socket.socket) -> None:
    """Keep processes running, hand signals on to them, and start anew the one that dies.

    Where one dies and none could ever answer, what is wrong is wrong for all: this ends with its exit code.
    """
    from loredact.serve.logs import to_standard_error

    to_standard_error(listening.log_level)
    spawn = multiprocessing.get_context("spawn")
    # By which processes tell that they can answer; an event has a lock, which one that is killed may hold for ever.
    told, warm = spawn.Pipe(duplex=False)

    def start() -> BaseProcess:
        worker = spawn.Process(target=_worker, args=(replace(listening), open_socket, warm))
        worker.start()
        return worker

    stopping = threading.Event()
    reload = threading.Event()
    for number in _STOP:
        signal.signal(number, lambda *_: stopping.set())
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, lambda *_: reload.set())
    workers = [start() for _ in range(listening.workers)]
    started, answered, code = time.monotonic(), False, 0
    while not stopping.wait(0.2):
        if reload.is_set():
            reload.clear()
            _hand_on(listening, workers)
        dead = [place for place, worker in enumerate(workers) if not worker.is_alive()]
        # After the look at who is alive: one that has died may have answered before.
        answered = _is_told(told) or answered
        if dead and not answered and not stopping.is_set():
            log.error("no process of the server could start")
            code = _code_of(workers[dead[0]])
            break
        for place in dead:
            log.error("a process of the server died", extra={"worker": place})
            if time.monotonic() - started < _SOON_SECONDS:
                time.sleep(1)
            started = time.monotonic()
            workers[place] = start()
    for worker in workers:
        if worker.is_alive():
            worker.terminate()
    for worker in workers:
        worker.join()
    if code:
        sys.exit(code)


def _is_told(by: Connection) -> bool:
    """Whether any process has told that it can answer since this was asked last."""
    any_told = False
    while by.poll():
        by.recv()
        any_told = True
    return any_told


def _code_of(worker: BaseProcess) -> int:
    """The exit code of a process that failed; where a signal ended it, as shells give it."""
    code = worker.exitcode or 1
    return code if code > 0 else 128 - code


def _hand_on(listening: Listening, workers: list[BaseProcess]) -> None:
    if listening.config is None:
        return
    try:
        read_config(listening.config)
    except LoredactError:
        log.exception("configuration refused, the one before stays")
        return
    for worker in workers:
        if worker.pid is not None and worker.is_alive():
            os.kill(worker.pid, signal.SIGHUP)

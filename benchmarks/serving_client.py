"""Clients that ask a server, in a process of their own: a task as JSON comes in, its outcome goes out.

Started by `serving_load.py`; it imports nothing of loredact's, so that it starts at once and takes little memory.
"""

import asyncio
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

import httpx

_MOST = 512  # connections at a time


@dataclass(frozen=True, slots=True)
class Task:
    """What is asked of `address` under `path` for so many seconds: `bodies`, at random.

    By so many `clients`, each with its next request when the last is answered; or, where there is a `rate`, at random
    times, so many a second, whatever became of those before.
    """

    address: str
    path: str
    bodies: Sequence[str]
    seconds: float
    clients: int = 0
    rate: float = 0.0


@dataclass(slots=True)
class Outcome:
    """What became of a load's requests: the seconds of those that were answered with 200, and what the others got."""

    seconds: float = 0.0
    took: list[float] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
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
        self.statuses = dict(Counter(self.statuses) + Counter(other.statuses))
        self.without_retry_after += other.without_retry_after

    def count(self, kind: str) -> None:
        """Count an answer's status, or what went wrong."""
        self.statuses[kind] = self.statuses.get(kind, 0) + 1


class Connections:
    """Up to `_MOST` connections to a server, opened as they are needed. Each is a client of its own: in a pool of
    httpx's a request costs the more the more connections there are.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._idle: asyncio.LifoQueue[httpx.AsyncClient] = asyncio.LifoQueue()
        self._all: list[httpx.AsyncClient] = []

    async def post(self, path: str, body: str) -> httpx.Response:
        """The answer, once there is a connection for the request."""
        if self._idle.empty() and len(self._all) < _MOST:
            self._all.append(self._open())
            client = self._all[-1]
        else:
            client = await self._idle.get()
        try:
            return await client.post(path, content=body)
        finally:
            self._idle.put_nowait(client)

    async def close(self) -> None:
        """Close them all."""
        for client in self._all:
            await client.aclose()

    def _open(self) -> httpx.AsyncClient:
        limits, headers = httpx.Limits(max_connections=1), {"Content-Type": "application/json"}
        return httpx.AsyncClient(base_url=self._address, timeout=120, limits=limits, headers=headers, verify=False)


async def ask(connections: Connections, task: Task, body: str, since: float, outcome: Outcome) -> None:
    """One request. What it took counts from `since`."""
    try:
        answer = await connections.post(task.path, body)
    except httpx.HTTPError as error:
        outcome.count(type(error).__name__)
        return
    outcome.count(str(answer.status_code))
    if answer.status_code == 200:
        outcome.took.append(time.monotonic() - since)
    elif answer.status_code in {429, 503}:
        outcome.without_retry_after += "retry-after" not in answer.headers


async def run(task: Task) -> Outcome:
    """What became of all requests of `task`."""
    outcome, connections = Outcome(), Connections(task.address)
    began = time.monotonic()
    if task.rate:
        await _open(connections, task, began, outcome)
    else:
        await asyncio.gather(*(_closed(connections, task, began, number, outcome) for number in range(task.clients)))
    outcome.seconds = time.monotonic() - began
    await connections.close()
    return outcome


async def _closed(connections: Connections, task: Task, began: float, number: int, outcome: Outcome) -> None:
    chance = random.Random(number)
    while time.monotonic() < began + task.seconds:
        await ask(connections, task, chance.choice(task.bodies), time.monotonic(), outcome)


async def _open(connections: Connections, task: Task, began: float, outcome: Outcome) -> None:
    """Requests count from when they were due, so that waiting to be sent counts."""
    chance, due, tasks = random.Random(1), began, []
    while due < began + task.seconds:
        due += chance.expovariate(task.rate)
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        tasks.append(asyncio.create_task(ask(connections, task, chance.choice(task.bodies), due, outcome)))
    await asyncio.gather(*tasks)


if __name__ == "__main__":
    json.dump(asdict(asyncio.run(run(Task(**json.load(sys.stdin))))), sys.stdout)

"""What takes longer than a request: looking through all texts, masking a folder. In memory, gone with the studio."""

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from loredact.errors import LoredactError

# How far a job is, from 0 to 1; raises `Cancelled` where it is to end.
Advance = Callable[[float], None]


class Cancelled(Exception):  # noqa: N818 - no error
    """Raised within a job that was stopped."""


@dataclass(slots=True)
class Job:
    """A piece of work. `result` is there once `state` is "done"."""

    id: int
    kind: str
    state: str = "waiting"
    done: float = 0.0
    message: str = ""
    result: Any = None
    stop: threading.Event = field(default_factory=threading.Event)

    def as_json(self) -> dict[str, object]:
        """As the pages read it, without the result."""
        return {"id": self.id, "kind": self.kind, "state": self.state, "done": self.done, "message": self.message}


class Jobs:
    """Jobs, one after the other in a thread of their own."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._jobs: dict[int, Job] = {}
        self._pool = ThreadPoolExecutor(1, "jobs")

    def add(self, kind: str, work: Callable[[Advance], Any]) -> Job:
        """Queue `work`, which gives the job's result; one of that kind that still runs is stopped first, and what an
        earlier one gave is let go.
        """
        for number, job in list(self._jobs.items()):
            if job.kind != kind:
                continue
            job.stop.set()
            if job.state == "done":
                del self._jobs[number]
        job = Job(next(self._numbers), kind)
        self._jobs[job.id] = job
        self._pool.submit(_run, job, work)
        return job

    def get(self, number: int) -> Job | None:
        return self._jobs.get(number)

    def close(self) -> None:
        for job in self._jobs.values():
            job.stop.set()
        self._pool.shutdown(wait=False, cancel_futures=True)


def _run(job: Job, work: Callable[[Advance], Any]) -> None:
    def advance(done: float) -> None:
        job.done = done
        if job.stop.is_set():
            raise Cancelled

    try:
        advance(0.0)
        job.state = "running"
        job.result = work(advance)
        job.done, job.state = 1.0, "done"
    except Cancelled:
        job.state = "stopped"
    except LoredactError as error:
        job.state, job.message = "failed", str(error)
    except Exception as error:
        # Its message may hold a text.
        job.state, job.message = "failed", f"Something unforeseen went wrong: {type(error).__name__}."

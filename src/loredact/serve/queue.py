"""What waits for the model: bounded, fair between customers by tokens, in batches of tokens, with deadlines.

Fairness is start-time fair queuing (Goyal, Vin, Cheng 1996): a customer's virtual time grows by the tokens it was
served, and the least comes first. Where the queue is full, who has most waiting gives way to who has less, the newest
job first, so that nobody can keep others out.

A text in a batch of eight takes about half as long as one alone, and callers that were answered together come back
together: so a batch is begun once as many texts wait as the last one had, or after a short while.
"""

import asyncio
import contextlib
import heapq
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count

from loredact.document import Span
from loredact.errors import LoredactError
from loredact.serve import metrics, traces
from loredact.serve.engine import Request
from loredact.serve.errors import ApiError

log = logging.getLogger("loredact.serve")

# The share of the last batch's time for which texts are waited for, where fewer wait than it had.
_GATHER_SHARE = 0.1

FindBatch = Callable[[Sequence[Request]], list[list[Span]]]


def tokens_in(text: str) -> int:
    """An estimate of a text's tokens, which costs next to nothing: a token for four bytes of UTF-8."""
    return len(text.encode("utf-8", "surrogatepass")) // 4 + 1


@dataclass(eq=False)
class _Job:
    """What one caller waits for. `done` is called once, with the results or with what went wrong."""

    customer: str
    requests: Sequence[Request]
    deadline: float
    done: Callable[[list[list[Span]] | Exception], None]
    tokens: list[int]
    since: float = field(default_factory=time.monotonic)
    results: dict[int, list[Span]] = field(default_factory=dict)
    over: bool = False

    def end(self, outcome: list[list[Span]] | Exception) -> None:
        if not self.over:
            self.over = True
            self.done(outcome)


class Queue:
    """Jobs of many customers, and the threads that work them off."""

    def __init__(
        self,
        find_batch: FindBatch,
        *,
        waiting_tokens: int,
        batch_tokens: int,
        threads: int = 1,
        prepare: Callable[[], object] = lambda: None,
    ) -> None:
        """A queue for `find_batch`, which is called in `threads` threads, in each of which `prepare` was called."""
        self._find_batch, self._most, self._batch_tokens = find_batch, waiting_tokens, batch_tokens
        self._prepare = prepare
        self._changed = threading.Condition()
        self._waiting: dict[str, deque[tuple[_Job, int]]] = {}
        self._tokens: dict[str, int] = {}
        self._times: dict[str, float] = {}
        self._order: list[tuple[float, int, str]] = []  # a heap; each customer that has something waiting, once
        self._turn = count()
        self._total = 0
        self._now = 0.0  # virtual time
        self._rate = 2_000.0  # tokens a second, learnt
        self._last_texts, self._last_seconds = 1, 0.0
        self._idle = 0  # threads that wait for something to do
        self._gathering = False
        self._closed = False
        self._threads = [threading.Thread(target=self._work, name=f"model-{n}", daemon=True) for n in range(threads)]
        for thread in self._threads:
            thread.start()

    async def find(self, customer: str, requests: Sequence[Request], seconds: float) -> list[list[Span]]:
        """The spans of each of `requests`.

        Raises:
            ApiError: 429 where the queue is full, 503 where the answer is not there in time.
            LoredactError: where a text or an adapter cannot be used.
        """
        if not requests:
            return []
        loop = asyncio.get_running_loop()
        future: asyncio.Future[list[list[Span]]] = loop.create_future()

        def tell(outcome: list[list[Span]] | Exception) -> None:
            if not future.done():
                if isinstance(outcome, Exception):
                    future.set_exception(outcome)
                else:
                    future.set_result(outcome)

        def tell_from_thread(outcome: list[list[Span]] | Exception) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is gone, and with it who waited
                loop.call_soon_threadsafe(tell, outcome)

        tokens = [tokens_in(request.text) for request in requests]
        job = _Job(customer, requests, time.monotonic() + seconds, tell_from_thread, tokens)
        self._add(job)
        try:
            with traces.waiting(len(tokens), sum(tokens)):
                return await asyncio.wait_for(future, seconds)
        except TimeoutError:
            raise self._late() from None
        finally:
            job.over = True

    def set_bounds(self, *, waiting_tokens: int, batch_tokens: int) -> None:
        """Take other bounds, from the next job on."""
        self._most, self._batch_tokens = waiting_tokens, batch_tokens

    def close(self) -> None:
        """Work off what waits, then end the threads."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _add(self, job: _Job) -> None:
        tokens = sum(job.tokens)
        with self._changed:
            if self._closed:
                raise ApiError(503, "The server is stopping.", retry_after=5)
            self._make_room(job.customer, tokens)
            queue = self._waiting.setdefault(job.customer, deque())
            if not queue:
                start = max(self._now, self._times.get(job.customer, 0.0))
                heapq.heappush(self._order, (start, next(self._turn), job.customer))
            queue.extend((job, index) for index in range(len(job.requests)))
            self._count(job.customer, tokens)
            self._changed.notify_all()

    def _make_room(self, customer: str, tokens: int) -> None:
        """Raise ApiError where `customer` has most waiting, else send away the newest job of who has."""
        while self._total and self._total + tokens > self._most:
            greatest = max(self._tokens, key=self._tokens.__getitem__)
            if greatest == customer or self._tokens[greatest] <= self._tokens.get(customer, 0) + tokens:
                raise self._full()
            job = self._waiting[greatest][-1][0]
            job.end(self._full())
            queue = self._waiting[greatest]
            while queue and queue[-1][0] is job:
                self._count(greatest, -job.tokens[queue.pop()[1]])
            if not queue:
                del self._waiting[greatest]
                self._order = [entry for entry in self._order if entry[2] != greatest]
                heapq.heapify(self._order)

    def _count(self, customer: str, tokens: int) -> None:
        self._total += tokens
        left = self._tokens.get(customer, 0) + tokens
        if left:
            self._tokens[customer] = left
        else:
            self._tokens.pop(customer, None)
        metrics.WAITING.set(self._total)

    def _full(self) -> ApiError:
        return ApiError(429, "The server has as much waiting as it can take.", retry_after=self._total / self._rate)

    def _late(self) -> ApiError:
        return ApiError(503, "The answer was not there in time.", retry_after=self._total / self._rate)

    def _take(self) -> list[tuple[_Job, int]]:
        """What to do next, as many tokens as a batch holds; nothing once all is done and the queue closed."""
        with self._changed:
            self._idle += 1
            while self._gathering or not self._order:
                if self._closed and not self._gathering:
                    return []
                self._changed.wait()
            self._gather()
            self._idle -= 1
            # As much for each thread that has nothing to do.
            most = min(self._batch_tokens, -(-self._total // (self._idle + 1)))
            batch: list[tuple[_Job, int]] = []
            held = 0
            while self._order and (not batch or held < most):
                start, _, customer = heapq.heappop(self._order)
                queue = self._waiting[customer]
                job, index = queue[0]
                tokens = job.tokens[index]
                if batch and held + tokens > most and not job.over:
                    heapq.heappush(self._order, (start, next(self._turn), customer))
                    break
                queue.popleft()
                self._count(customer, -tokens)
                self._now = max(self._now, start)
                if not job.over:
                    batch.append((job, index))
                    held += tokens
                    start += tokens
                self._times[customer] = start
                if queue:
                    heapq.heappush(self._order, (start, next(self._turn), customer))
                else:
                    del self._waiting[customer]
            if not self._order:
                self._times.clear()  # nobody waits: all are equal again
            if self._order or self._closed:
                self._changed.notify_all()
            return batch

    def _gather(self) -> None:
        """Wait until as many texts wait as the last batch had, for a share of the time it took at most."""
        self._gathering = True
        until = time.monotonic() + _GATHER_SHARE * self._last_seconds
        while sum(map(len, self._waiting.values())) < self._last_texts and not self._closed:
            left = until - time.monotonic()
            if left <= 0:
                break
            self._changed.wait(left)
        self._gathering = False

    def _work(self) -> None:
        self._prepare()
        while True:
            batch = self._take()
            if not batch and self._closed:
                return
            now = time.monotonic()
            due: list[tuple[_Job, int]] = []
            for job, index in batch:
                if now > job.deadline:
                    job.end(self._late())
                elif not job.over:
                    due.append((job, index))
                    metrics.STAGES.labels("wait").observe(now - job.since)
            if due:
                self._do(due)

    def _do(self, batch: list[tuple[_Job, int]]) -> None:
        tokens = sum(job.tokens[index] for job, index in batch)
        began = time.monotonic()
        try:
            found = self._find_batch([job.requests[index] for job, index in batch])
        except Exception as error:
            if len(batch) > 1:  # one of them is to blame, and the others are not
                for one in batch:
                    self._do([one])
            else:
                if not isinstance(error, LoredactError):
                    log.exception("a batch failed")
                batch[0][0].end(error)
            return
        took = time.monotonic() - began
        self._rate += 0.1 * (tokens / max(took, 1e-6) - self._rate)
        self._last_texts, self._last_seconds = len(batch), took
        metrics.STAGES.labels("model").observe(took)
        metrics.BATCH_TOKENS.observe(tokens)
        metrics.BATCH_TEXTS.observe(len(batch))
        metrics.TOKENS.inc(tokens)
        for (job, index), spans in zip(batch, found, strict=True):
            job.results[index] = spans
            if len(job.results) == len(job.requests):
                job.end([job.results[place] for place in range(len(job.requests))])

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from loredact.document import Span
from loredact.errors import AdapterError
from loredact.masking import Masker
from loredact.serve.engine import Engine, Options, Request
from loredact.serve.errors import ApiError
from loredact.serve.queue import Queue, tokens_in

ADAPTER: Any = object()  # these tests' finders look at texts alone


def _requests(*texts: str) -> list[Request]:
    return [Request(ADAPTER, text) for text in texts]


class Finder:
    """Finds each text to be one span, and remembers what was asked of it together."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.at_gate = threading.Event()

    def __call__(self, requests: Sequence[Request]) -> list[list[Span]]:
        self.at_gate.set()
        assert self.gate.wait(30)
        self.batches.append([request.text for request in requests])
        if any(request.text == "bad" for request in requests):
            raise AdapterError("damaged")
        return [[Span(0, len(request.text), "X")] for request in requests]


@contextmanager
def _queue(
    finder: Finder, *, waiting_tokens: int = 1000, batch_tokens: int = 1000, threads: int = 1
) -> Iterator[Queue]:
    queue = Queue(finder, waiting_tokens=waiting_tokens, batch_tokens=batch_tokens, threads=threads)
    try:
        yield queue
    finally:
        finder.gate.set()
        queue.close()


async def _held(finder: Finder, queue: Queue) -> "asyncio.Task[Any]":
    """Have the finder busy, so that what comes next waits."""
    finder.gate.clear()
    finder.at_gate.clear()
    task = asyncio.create_task(queue.find("busy", _requests("busy"), 30))
    await asyncio.to_thread(finder.at_gate.wait, 30)
    return task


def test_answers_come_in_the_order_of_the_texts() -> None:
    async def run(queue: Queue) -> None:
        found = await queue.find("a", _requests("one", "three", "seventeen"), 30)
        assert [spans[0].end for spans in found] == [3, 5, 9]

    with _queue(Finder()) as queue:
        asyncio.run(run(queue))


def test_what_waits_together_is_one_batch_up_to_its_tokens() -> None:
    finder = Finder()

    async def run(queue: Queue) -> None:
        busy = await _held(finder, queue)
        waiting = [asyncio.create_task(queue.find(name, _requests("x" * 36), 30)) for name in "abcdefg"]
        await asyncio.sleep(0.05)
        finder.gate.set()
        await asyncio.gather(busy, *waiting)
        assert [len(batch) for batch in finder.batches] == [1, 3, 3, 1]

    assert tokens_in("x" * 36) == 10
    with _queue(finder, batch_tokens=30) as queue:
        asyncio.run(run(queue))


def test_threads_that_have_nothing_to_do_share_what_waits() -> None:
    finder = Finder()

    async def run(queue: Queue) -> None:
        finder.gate.clear()
        task = asyncio.create_task(queue.find("a", _requests(*["x" * 36] * 8), 30))
        await asyncio.sleep(0.2)  # both have begun
        finder.gate.set()
        await task

    with _queue(finder, threads=2) as queue:
        time.sleep(0.1)  # both wait
        asyncio.run(run(queue))
    assert [len(batch) for batch in finder.batches] == [4, 4]


def test_those_who_come_back_one_after_the_other_are_one_batch() -> None:
    batches: list[int] = []

    def find_batch(requests: Sequence[Request]) -> list[list[Span]]:
        batches.append(len(requests))
        time.sleep(0.5)
        return [[] for _ in requests]

    async def run(queue: Queue) -> None:
        await queue.find("a", _requests("one", "two", "three"), 30)
        later = []
        for name in "abc":
            later.append(asyncio.create_task(queue.find(name, _requests("again"), 30)))
            await asyncio.sleep(0.005)
        await asyncio.gather(*later)

    queue = Queue(find_batch, waiting_tokens=1000, batch_tokens=1000)
    asyncio.run(run(queue))
    queue.close()
    assert batches == [3, 3]


def test_a_customer_with_much_waiting_does_not_hold_up_one_with_little() -> None:
    finder = Finder()

    async def run(queue: Queue) -> None:
        busy = await _held(finder, queue)
        much = asyncio.create_task(queue.find("much", _requests(*["m" * 36] * 50), 30))
        await asyncio.sleep(0.05)
        little = asyncio.create_task(queue.find("little", _requests("l" * 36), 30))
        await asyncio.sleep(0.05)
        finder.gate.set()
        await asyncio.gather(busy, much, little)
        order = [text[0] for batch in finder.batches[1:] for text in batch]
        assert order.index("l") <= 1

    with _queue(finder, batch_tokens=10) as queue:
        asyncio.run(run(queue))


def test_tokens_are_shared_and_not_requests() -> None:
    finder = Finder()

    async def run(queue: Queue) -> None:
        busy = await _held(finder, queue)
        long = asyncio.create_task(queue.find("long", _requests(*["L" * 396] * 4), 30))
        short = asyncio.create_task(queue.find("short", _requests(*["s" * 36] * 40), 30))
        await asyncio.sleep(0.05)
        finder.gate.set()
        await asyncio.gather(busy, long, short)
        order = "".join(text[0] for batch in finder.batches[1:] for text in batch)
        halves = order[: len(order) // 2]
        assert 9 <= halves.count("s") / max(1, halves.count("L")) <= 22

    with _queue(finder, batch_tokens=10) as queue:
        asyncio.run(run(queue))


def test_a_full_queue_refuses_who_fills_it_and_makes_room_for_others() -> None:
    finder = Finder()

    async def run(queue: Queue) -> None:
        busy = await _held(finder, queue)
        first = [asyncio.create_task(queue.find("greedy", _requests("g" * 36), 30)) for _ in range(10)]
        await asyncio.sleep(0.05)
        with pytest.raises(ApiError) as refused:
            await queue.find("greedy", _requests("g" * 36), 30)
        assert refused.value.status == 429
        assert int(refused.value.headers["Retry-After"]) >= 1
        modest = asyncio.create_task(queue.find("modest", _requests("m" * 36), 30))
        await asyncio.sleep(0.05)
        finder.gate.set()
        assert (await modest)[0][0].end == 36
        await busy
        outcomes = await asyncio.gather(*first, return_exceptions=True)
        sent_away = [one for one in outcomes if isinstance(one, ApiError)]
        assert [one.status for one in sent_away] == [429]
        assert outcomes[-1] is sent_away[0]  # the newest

    with _queue(finder, waiting_tokens=100) as queue:
        asyncio.run(run(queue))


def test_one_request_above_the_bound_is_answered_where_nothing_else_waits() -> None:
    async def run(queue: Queue) -> None:
        assert len(await queue.find("a", _requests(*["x" * 40] * 40), 30)) == 40

    with _queue(Finder(), waiting_tokens=10, batch_tokens=10) as queue:
        asyncio.run(run(queue))


def test_what_is_not_answered_in_time_is_told_so_and_not_worked_on() -> None:
    finder = Finder()

    async def run(queue: Queue) -> None:
        busy = await _held(finder, queue)
        with pytest.raises(ApiError) as late:
            await queue.find("late", _requests("late"), 0.1)
        assert late.value.status == 503
        finder.gate.set()
        await busy
        await queue.find("next", _requests("next"), 30)
        assert finder.batches == [["busy"], ["next"]]

    with _queue(finder) as queue:
        asyncio.run(run(queue))


def test_what_fails_fails_alone() -> None:
    finder = Finder()

    async def run(queue: Queue) -> None:
        busy = await _held(finder, queue)
        tasks = [asyncio.create_task(queue.find(text, _requests(text), 30)) for text in ("good", "bad", "fine")]
        await asyncio.sleep(0.05)
        finder.gate.set()
        await busy
        good, bad, fine = await asyncio.gather(*tasks, return_exceptions=True)
        assert isinstance(bad, AdapterError)
        assert not isinstance(good, BaseException)
        assert not isinstance(fine, BaseException)

    with _queue(finder) as queue:
        asyncio.run(run(queue))


def test_closing_works_off_what_waits() -> None:
    finder = Finder()

    async def run() -> None:
        queue = Queue(finder, waiting_tokens=1000, batch_tokens=10)
        busy = await _held(finder, queue)
        tasks = [asyncio.create_task(queue.find(str(n), _requests("x" * 36), 30)) for n in range(8)]
        await asyncio.sleep(0.05)
        closing = asyncio.create_task(asyncio.to_thread(queue.close))
        await asyncio.sleep(0.05)
        finder.gate.set()
        await asyncio.gather(busy, *tasks, closing)
        with pytest.raises(ApiError, match="stopping"):
            await queue.find("after", _requests("x"), 30)

    asyncio.run(run())


def test_many_customers_from_many_sides_are_all_answered() -> None:
    async def run(queue: Queue) -> None:
        async def customer(number: int) -> int:
            answered = 0
            for turn in range(20):
                try:
                    texts = ["x" * (number * 7 + turn) for _ in range(1 + turn % 3)]
                    found = await queue.find(f"c{number}", _requests(*texts), 30)
                    assert [spans[0].end for spans in found] == [len(text) for text in texts]
                    answered += 1
                except ApiError as error:
                    refused.add(error.status)
            return answered

        refused: set[int] = set()

        began = time.monotonic()
        assert sum(await asyncio.gather(*(customer(number) for number in range(50)))) > 500
        assert refused <= {429}
        assert time.monotonic() - began < 30

    with _queue(Finder(), waiting_tokens=2000, batch_tokens=100) as queue:
        asyncio.run(run(queue))


def test_the_engine_finds_what_a_masker_of_each_adapter_finds(
    tiny_adapters: dict[str, Path],
) -> None:
    engine = Engine("float32")
    adapters = {name: engine.load(name, folder) for name, folder in tiny_adapters.items()}
    texts = [
        "Ada Lovelace, 12 34 56",
        "",
        "Paul Erdős wrote to ada@example.org from Budapest.",
        "call 4111 1111 1111 1111",
    ]
    requests = [Request(adapters[name], text) for text in texts for name in adapters]
    alone = {name: Masker.load(folder, compute="float32") for name, folder in tiny_adapters.items()}
    expected = [alone[name].find(text) for text in texts for name in adapters]
    found = engine.find_batch(requests)
    assert [[(s.start, s.end, s.label) for s in spans] for spans in found] == [
        [(s.start, s.end, s.label) for s in spans] for spans in expected
    ]
    assert any(found)
    without = engine.find_batch([Request(adapters["first"], texts[3], Options(rules=False))])
    assert without == [Masker.load(tiny_adapters["first"], rules=False, compute="float32").find(texts[3])]

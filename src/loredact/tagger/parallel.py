"""Work shared by threads over one copy of the weights: each computes whole batches, with one thread inside PyTorch.

Two threads that meet at every operation wait for one another, the more so beside other programs; two that each have a
batch of their own do not. PyTorch and the kernels let go of Python's lock while they compute.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import torch

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_parallel(work: Callable[[Item], Result], items: Iterable[Item], threads: int) -> Iterator[Result]:
    """work(item) for each of `items`, in order; they are taken lazily, one more than there are threads.

    A single item is worked on in the caller's thread, with all threads that PyTorch has there.
    """
    ahead = iter(items)
    first = next(ahead, None)
    if first is None:
        return
    second = next(ahead, None) if threads > 1 else None
    if second is None:
        yield work(first)
        yield from map(work, ahead)
        return
    with ThreadPoolExecutor(threads, "loredact") as pool:
        set_threads(pool, threads, 1)
        waiting: deque[Future[Result]] = deque(pool.submit(work, item) for item in (first, second))
        try:
            for item in ahead:
                waiting.append(pool.submit(work, item))
                if len(waiting) > threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def set_threads(pool: ThreadPoolExecutor, count: int, each: int) -> None:
    """Have each of the `count` threads of the pool compute with `each` threads inside PyTorch. A part of PyTorch's
    setting is a thread's own, a part everybody's.
    """
    everybodys, together = torch.get_num_threads(), Barrier(count)

    def set_own() -> None:
        torch.set_num_threads(each)
        together.wait()

    for started in [pool.submit(set_own) for _ in range(count)]:
        started.result()
    torch.set_num_threads(everybodys)

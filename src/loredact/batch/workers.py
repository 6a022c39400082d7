"""Processes that find, side by side, each with one thread, on one copy of the weights where the system can share it.

A forked process shares the memory of the one it was forked from as long as neither writes to it, and nobody writes to
weights. Where there is no fork, or the network is on a GPU, which a forked process cannot use, this process finds.
"""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

import torch

from loredact.batch.finding import find_in_cells
from loredact.batch.journal import Found
from loredact.errors import LoredactError
from loredact.formats import Cell
from loredact.masking import Masker
from loredact.network import best_device

Submit = Callable[[list[Cell]], "Future[Found]"]
_masker: Masker | None = None  # of a worker


class WorkerEndedError(LoredactError):
    """A worker process ended in the midst of its work."""


def best_workers() -> int:
    """As many as this process may use processors, or one where workers are of no use."""
    if best_device().type != "cpu" or not hasattr(os, "fork"):
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def finders(masker: Masker, workers: int) -> Iterator[Submit]:
    """What takes a chunk of cells and gives what will be found in them; with one worker, at once and in this process."""
    if workers == 1 or best_workers() == 1:
        yield lambda cells: _done(find_in_cells(masker, cells))
        return
    forking = multiprocessing.get_context("fork")
    pool = ProcessPoolExecutor(workers, mp_context=forking, initializer=_begin, initargs=(masker,))
    try:
        # All are forked at the first task: before anything else starts a thread.
        pool.submit(os.getpid).result()
        yield lambda cells: pool.submit(_find, cells)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def result_of(future: "Future[Found]") -> Found:
    """What was found.

    Raises:
        WorkerEndedError: where the process ended; what was found so far is kept.
    """
    try:
        return future.result()
    except BrokenProcessPool:
        raise WorkerEndedError(
            "A worker process was ended, as the system does where memory runs out. The same command goes on from here; "
            "fewer --workers take less memory."
        ) from None


def _done(found: Found) -> "Future[Found]":
    future: Future[Found] = Future()
    future.set_result(found)
    return future


def _begin(masker: Masker) -> None:
    global _masker  # noqa: PLW0603 - a worker process has one
    _masker = masker
    torch.set_num_threads(1)
    # Ctrl-C reaches all; the process that was asked ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _find(cells: list[Cell]) -> Found:
    assert _masker is not None
    return find_in_cells(_masker, cells)

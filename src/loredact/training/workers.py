"""Training parallel by data: threads that each compute the gradients of some windows, over one copy of the weights.

Threads that meet at every operation wait for one another; these meet once a step. Each has one thread inside PyTorch,
or several where there are more cores than parts of a step.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import torch
from torch import nn

from loredact.lora import LoRALinear
from loredact.tagger.parallel import set_threads
from loredact.training.task import Example

Item = TypeVar("Item")
Result = TypeVar("Result")

_CGROUP_2 = Path("/sys/fs/cgroup/cpu.max")
_CGROUP_1 = Path("/sys/fs/cgroup/cpu")


class Workers:
    """`count` threads, with `each` threads inside PyTorch, which end when this is forgotten."""

    def __init__(self, count: int, each: int = 1) -> None:
        self.count = count
        self._pool = ThreadPoolExecutor(count, "training")
        set_threads(self._pool, count, each)

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        """work(item) for each of `items`, in order."""
        return list(self._pool.map(work, items))


def share_out(windows: Sequence[Example], count: int) -> list[list[Example]]:
    """`windows`, which stand in order of length, in at most `count` parts of about as many tokens, each in that order.

    The longest goes first, to the part that has least so far (Graham, "Bounds on Multiprocessing Timing Anomalies",
    1969).
    """
    parts: list[list[Example]] = [[] for _ in range(count)]
    tokens = [0] * count
    for window in reversed(windows):
        least = tokens.index(min(tokens))
        parts[least].append(window)
        tokens[least] += len(window)
    return [part[::-1] for part in parts if part]


def usable_cores() -> int:
    """How many cores this process may use: as many as PyTorch has threads (the cores it may run on, unless
    `OMP_NUM_THREADS` or `torch.set_num_threads` says less), and no more than its control group's share of time.
    """
    share = _share_of_time()
    threads = torch.get_num_threads()
    return threads if share is None else max(1, min(threads, math.ceil(share)))


def _share_of_time() -> float | None:
    """The cores that a Linux control group gives time of; None where it limits nothing, or there is none."""
    try:
        quota, period = _CGROUP_2.read_text(encoding="ascii").split()
    except (OSError, ValueError):
        try:
            quota, period = (
                (_CGROUP_1 / f"cpu.cfs_{what}_us").read_text(encoding="ascii").strip() for what in ("quota", "period")
            )
        except (OSError, ValueError):
            return None
    try:
        return int(quota) / int(period) if int(quota) > 0 else None
    except (ValueError, ZeroDivisionError):  # such as `max`
        return None


def draws(network: nn.Module) -> bool:
    """Whether training `network` draws random numbers: of these all threads share one generator, so that what each gets
    would depend on which comes first.
    """
    config = getattr(network, "config", None)
    about = config.to_dict() if config is not None else {}
    return (
        any(isinstance(value, float) and value > 0 for name, value in about.items() if "drop" in name)
        or any(isinstance(module, nn.Dropout) and module.p > 0 for module in network.modules())
        or any(isinstance(module, LoRALinear) and module.dropout > 0 for module in network.modules())
    )

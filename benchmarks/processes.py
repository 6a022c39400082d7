"""A side of a benchmark, in a process of its own: it measures when told to, so that sides can take turns.

A side's script is given its task as JSON. It writes one JSON object a line: first `{"ready": true}`, then an answer for
each line `go` on its standard input, and a last one after the end of the input.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from loredact.kernels import int8_linear, pack_weight, packed_linear, to_int8


class Process:
    """A side that has been started and is ready."""

    def __init__(self, script: Path, task: str, name: str, **environment: str) -> None:
        self._name, self._command = name, f"python {script} '{task}'"
        self._process = subprocess.Popen(
            [sys.executable, str(script), task],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, **environment},
        )
        self.answer()

    def go(self) -> None:
        """Let it measure once; `answer` waits for what it measured."""
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def end(self) -> dict[str, Any]:
        """Let it end; its last answer."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        answer = self.answer()
        self._process.wait()
        return answer

    def answer(self) -> dict[str, Any]:
        """The next answer."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{self._name} ended early: run `{self._command}` to see why")
        answer: dict[str, Any] = json.loads(line)
        return answer


def fastest_product(dtypes: tuple[torch.dtype, ...]) -> float:
    """Operations a second of the fastest of some square matrix products, PyTorch's and our own."""
    best = 0.0
    for dtype in dtypes:
        for size in (1024, 2048):
            a = torch.randn(size, size).to(dtype)
            packed = pack_weight(a)
            ways: list[Callable[[], Tensor]] = [partial(torch.mm, a, a)]
            if packed is not None:
                ways.append(partial(packed_linear, a, packed, None))
            best = max(best, *(2 * size**3 / _least_time(way) for way in ways))
    return best


def fastest_int8_product() -> float:
    """The same of products of int8: PyTorch's and, from bfloat16, our own."""
    best = 0.0
    for size in (1024, 2048):
        whole, a = torch.randint(-127, 128, (size, size), dtype=torch.int8), torch.randn(size, size).to(torch.bfloat16)
        ways: list[Callable[[], Tensor]] = [partial(torch._int_mm, whole, whole)]
        packed = to_int8(a)
        if packed is not None:
            ways.append(partial(int8_linear, a, packed, None))
        best = max(best, *(2 * size**3 / _least_time(way) for way in ways))
    return best


def _least_time(way: Callable[[], Tensor]) -> float:
    way()
    times = []
    for _ in range(4):
        began = time.perf_counter()
        way()
        times.append(time.perf_counter() - began)
    return min(times)

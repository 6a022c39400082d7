"""Which kernels are used, and how they are called on tensors."""

import contextlib
import ctypes
import sys
import threading
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from loredact.kernels.build import Build, build
from loredact.kernels.processor import Processor, this_processor

_SUFFIXES = {torch.float32: "float32", torch.bfloat16: "bfloat16", torch.float64: "float64"}
_TYPES = {"n": ctypes.c_int64, "p": ctypes.c_void_p, "x": ctypes.c_float, "b": ctypes.c_int}
# What each kernel takes: a whole number, where a tensor begins, a real number, or a yes or no.
_ARGUMENTS = {
    "add_norm": "nnpppxppp",
    "norm_backward": "nnpppppp",
    "add_layer_norm": "nnppppxp",
    "gate": "nnpp",
    "gate_backward": "nnppp",
    "pad": "nnnnnppnppp",
    "unpad": "nnnnnpppppn",
    "softmax": "nnnpbxp",
    "softmax_backward": "nnxpp",
    "attend": "npnnnbxpppp",
    "attend_by_matmul": "npnnnbxppppp",
    "attend_backward": "npnnnbxppppppp",
    "packed_linear": "nnnpppbp",
    "encode": "nnnnnpnxxpp",
    "encode_int8": "nnnnnpnxxpp",
    "int8_linear": "nnnnnppppppppbp",
    "add_low_rank": "nnnppp",
    "viterbi": "nnpp",
    "forward_backward": "nnppp",
}

# The kernels by name and type of number.
Table = Mapping[tuple[str, torch.dtype], Any]


@dataclass
class _Decision:
    """What is used, once it is decided; until then, what the thread that holds `lock` tries."""

    lock: threading.RLock
    table: Table | None = None
    tried: Table | None = None
    disagreed: tuple[str, ...] = ()


_decision = _Decision(threading.RLock())


def compiled(name: str, x: Tensor) -> Any:
    """The compiled kernel `name` for tensors like `x`; None where PyTorch's own operations are to be used.

    Those are used on a GPU, in precisions the kernel is not compiled for, where nothing could be compiled, where the
    processor lacks what the kernel is made of, and where the self-check found that it computes something else.
    """
    if x.device.type != "cpu":
        return None
    table = _decision.table
    if table is None:
        table = decide()
    return table.get((name, x.dtype))


def decide(*, quiet: bool = False) -> Table:
    """The kernels that are used here. What was compiled but now, or for another processor, is checked first.

    Says so on standard error where there are none, unless `quiet`.
    """
    with _decision.lock:
        if _decision.table is None and _decision.tried is not None:
            return _decision.tried
        if _decision.table is None:
            built, processor = build(), this_processor()
            if built.loaded is None and not quiet and sys.stderr is not None:
                print(
                    f"loredact: {built.why_not}, so PyTorch's own operations are used, which are slower "
                    "(`loredact doctor` says more).",
                    file=sys.stderr,
                )
            _decision.disagreed = _disagreed(built, processor)
            _decision.table = choose(processor, built.loaded, _decision.disagreed)
        return _decision.table


def name_of(kernel: str, dtype: torch.dtype) -> str:
    """What the compiled form of `kernel` for numbers of `dtype` is called: `gate_float32`."""
    return f"{kernel}_{_SUFFIXES[dtype]}"


def choose(processor: Processor, loaded: ctypes.CDLL | None, disagreed: Collection[str] = ()) -> dict[Any, Any]:
    """The kernels of `loaded` that serve on `processor`, but for those that `disagreed`."""
    table: dict[Any, Any] = {}
    for name, letters in _ARGUMENTS.items():
        for dtype in _SUFFIXES:
            kernel = getattr(loaded, name_of(name, dtype), None)
            if kernel is not None and processor.serves(name_of(name, dtype)) and name_of(name, dtype) not in disagreed:
                kernel.argtypes, kernel.restype = [_TYPES[letter] for letter in letters], None
                table[name, dtype] = kernel
    return table


def disagreeing() -> tuple[str, ...]:
    """The kernels that the self-check found to compute something else than PyTorch, and so are not used."""
    decide(quiet=True)
    return _decision.disagreed


@contextlib.contextmanager
def using(table: Table) -> Iterator[None]:
    """Use the kernels of `table` and no others, for a test or a measurement."""
    before, _decision.table = _decision.table, table
    try:
        yield
    finally:
        _decision.table = before


@contextlib.contextmanager
def trying(table: Table) -> Iterator[None]:
    """What `using` does, for the self-check: other threads wait until it is decided what is used."""
    with _decision.lock:
        before, _decision.tried = _decision.tried, table
        try:
            yield
        finally:
            _decision.tried = before


def begin_anew_after_a_fork() -> None:
    """Let go of the lock, which a thread that is not there any more may have held."""
    _decision.lock, _decision.tried = threading.RLock(), None


def _disagreed(built: Build, processor: Processor) -> tuple[str, ...]:
    """What the self-check found, when it was run for this file, processor and PyTorch; else what it finds now."""
    if built.loaded is None:
        return ()
    checked_on = {"processor": processor.name, "sets": sorted(processor.sets), "torch": torch.__version__}
    about = built.about
    kept = about.get("disagreed")
    if about.get("checked_on") == checked_on and isinstance(kept, list):
        return tuple(map(str, kept))
    from loredact.kernels.check import disagreeing_kernels

    found = disagreeing_kernels(choose(processor, built.loaded))
    built.remember(checked_on=checked_on, disagreed=list(found))
    return found


def pointer(tensor: Tensor | None) -> int | None:
    """Where `tensor` begins in memory; null for None."""
    return None if tensor is None else tensor.data_ptr()

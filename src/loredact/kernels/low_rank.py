"""The low-rank updates of a packed batch whose tokens belong to several adapters, in one call for all of them."""

import ctypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from loredact.kernels.call import compiled, pointer

# A longer run is computed in parts of this many tokens, so that several threads share it.
_AT_MOST = 256


@dataclass(frozen=True, slots=True)
class LowRank:
    """An update x Aᵀ B of one linear layer. Shapes: a `(rank, in)`, b `(rank, out)`, with the scaling already in b.

    Raises:
        ValueError: where the two do not fit one another, or are not contiguous.
    """

    a: Tensor
    b: Tensor
    # What every call asks of it, kept as plain numbers: asking a tensor takes a microsecond each time.
    inputs: int = field(init=False)
    outputs: int = field(init=False)
    dtype: torch.dtype = field(init=False)
    _at: tuple[int, int, int] = field(init=False, repr=False)  # its rank, and where a and b begin in memory

    def __post_init__(self) -> None:
        a, b = self.a, self.b
        alike = a.dim() == b.dim() == 2 and len(a) == len(b) and a.dtype == b.dtype and a.device == b.device
        if not (alike and a.numel() and b.numel() and a.is_contiguous() and b.is_contiguous()):
            raise ValueError(f"matrices {tuple(a.shape)} in {a.dtype} and {tuple(b.shape)} in {b.dtype}")
        object.__setattr__(self, "inputs", a.shape[1])
        object.__setattr__(self, "outputs", b.shape[1])
        object.__setattr__(self, "dtype", a.dtype)
        object.__setattr__(self, "_at", (len(a), a.data_ptr(), b.data_ptr()))

    def job(self, begin: int, past: int, first: int) -> tuple[int, ...]:
        """What the kernel is told of it, for the tokens `[begin, past)` and the outputs from `first` on."""
        return (begin, past, first, self.outputs, *self._at)


# How many tokens, and their updates by the first output that each is added to.
Run = tuple[int, Mapping[int, LowRank]]


def add_low_rank_(y: Tensor, x: Tensor, runs: Sequence[Run]) -> None:
    """Add x Aᵀ B to the outputs of `y`, in place, for each run of tokens with its own A and B.

    Shapes: x `(tokens, in)`, y `(tokens, outputs of all layers that are one product)`. The runs together are all
    tokens, in order; a run may have several updates, of outputs that do not overlap, or none. Sums are in float32.

    Raises:
        ValueError: where an update does not fit x or y or overlaps another, or the runs are not all tokens.
    """
    if sum(count for count, _ in runs) != len(x) or len(x) != len(y) or any(count < 0 for count, _ in runs):
        raise ValueError(f"runs of {sum(count for count, _ in runs)} tokens for {len(x)} tokens and {len(y)} results")
    if x.dim() != 2 or y.dim() != 2 or y.dtype != x.dtype:
        raise ValueError(f"tokens {tuple(x.shape)} in {x.dtype}, results {tuple(y.shape)} in {y.dtype}")
    inputs, outputs, dtype = x.shape[1], y.shape[1], x.dtype
    for _, updates in runs:
        past = 0
        for first in sorted(updates):
            one = updates[first]
            if one.inputs != inputs or one.dtype != dtype:
                raise ValueError(f"an update of {one.inputs} inputs in {one.dtype}, for {inputs} in {dtype}")
            if not past <= first <= outputs - one.outputs:
                raise ValueError(f"an update of {one.outputs} outputs from {first} on, of {outputs}, {past} taken")
            past = first + one.outputs
    kernel = compiled("add_low_rank", x)
    if kernel is None or not y.is_contiguous():
        _add_by_pytorch(y, x, runs)
        return
    table: list[int] = []
    begin = 0
    for count, updates in runs:
        for first, update in updates.items():
            for place in range(begin, begin + count, _AT_MOST):
                table += update.job(place, min(place + _AT_MOST, begin + count), first)
        begin += count
    x = x.contiguous()
    jobs = (ctypes.c_int64 * len(table))(*table)
    kernel(len(table) // _JOB, inputs, outputs, jobs, pointer(x), pointer(y))


_JOB = 7  # numbers of a job


def _add_by_pytorch(y: Tensor, x: Tensor, runs: Sequence[Run]) -> None:
    begin = 0
    for count, updates in runs:
        own = slice(begin, begin + count)
        begin += count
        for first, update in updates.items():
            y[own, first : first + update.outputs].addmm_(x[own] @ update.a.T, update.b)

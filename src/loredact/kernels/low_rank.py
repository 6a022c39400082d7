"""The low-rank updates of a packed batch whose tokens belong to several adapters, in one call for all of them."""

from collections.abc import Sequence
from dataclasses import dataclass

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

    def __post_init__(self) -> None:
        a, b = self.a, self.b
        alike = a.dim() == b.dim() == 2 and len(a) == len(b) and a.dtype == b.dtype and a.device == b.device
        if not (alike and a.numel() and b.numel() and a.is_contiguous() and b.is_contiguous()):
            raise ValueError(f"matrices {tuple(a.shape)} in {a.dtype} and {tuple(b.shape)} in {b.dtype}")


def add_low_rank_(y: Tensor, first: int, x: Tensor, runs: Sequence[tuple[int, LowRank | None]]) -> None:
    """Add x Aᵀ B to the outputs of `y` from `first` on, in place, for each run of tokens with its own A and B.

    Shapes: x `(tokens, in)`, y `(tokens, outputs of all layers that are one product)`. A run is (how many tokens, its
    update or None); together they are all tokens, in order. Sums are in float32.

    Raises:
        ValueError: where an update does not fit x or y, or the runs are not all tokens.
    """
    updates = [update for _, update in runs if update is not None]
    if sum(count for count, _ in runs) != len(x) or len(x) != len(y) or any(count < 0 for count, _ in runs):
        raise ValueError(f"runs of {sum(count for count, _ in runs)} tokens for {len(x)} tokens and {len(y)} results")
    if not updates:
        return
    inputs, outputs = updates[0].a.shape[1], updates[0].b.shape[1]
    for one in updates:
        if one.a.shape[1] != inputs or one.b.shape[1] != outputs or one.a.dtype != x.dtype:
            raise ValueError(f"updates of several sizes, or in {one.a.dtype} for tokens in {x.dtype}")
    if x.shape[1:] != (inputs,) or y.dim() != 2 or not 0 <= first <= y.shape[1] - outputs or y.dtype != x.dtype:
        raise ValueError(f"{inputs} to {outputs} from {first} on, for {tuple(x.shape)} and {tuple(y.shape)}")
    kernel = compiled("add_low_rank", x)
    if kernel is None or not y.is_contiguous():
        past = 0
        for count, update in runs:
            own = slice(past, past + count)
            past += count
            if update is not None:
                y[own, first : first + outputs].addmm_(x[own] @ update.a.T, update.b)
        return
    cu_seqlens, table = [0], []
    for count, update in runs:
        about = (0, 0, 0) if update is None else (len(update.a), update.a.data_ptr(), update.b.data_ptr())
        for begin in range(0, count, _AT_MOST):
            cu_seqlens.append(cu_seqlens[-1] + min(_AT_MOST, count - begin))
            table.append(about)
    begins = torch.tensor(cu_seqlens, device="cpu")
    ranks, at_a, at_b = torch.tensor(table, device="cpu").T.contiguous()
    x = x.contiguous()
    kernel(
        len(table),
        inputs,
        outputs,
        y.shape[1],
        pointer(begins),
        pointer(ranks),
        pointer(at_a),
        pointer(at_b),
        pointer(x),
        pointer(y[:, first:]),
    )

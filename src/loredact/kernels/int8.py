"""The product with a weight in int8, and a low-rank update on top, on processors with AVX-512 BF16 and VNNI.

Twice as many operations a second as in bfloat16 (docs/performance.md). Where there is AMX, this has no advantage.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from loredact.kernels.call import compiled, pointer
from loredact.kernels.packed_linear import PANEL

_GREATEST = 127
_LANES = 16
_MOST_INPUTS = 1 << 16


@dataclass(frozen=True, slots=True)
class Int8Weight:
    """A weight `(out, in)` as scale · q, with a scale for each output.

    `q` is laid out `(out / 32, in / 4, 32, 4)`, so that what meets four neighbours of an input lies side by side for 32
    outputs. Shapes: scale `(out,)` in float32; total `(out,)` in int32, the sum of an output's q.

    Raises:
        ValueError: where they are not so.
    """

    q: Tensor
    scale: Tensor
    total: Tensor

    def __post_init__(self) -> None:
        panels, fours, *rest = self.q.shape
        fit = self.scale.shape == self.total.shape == (panels * PANEL,) and rest == [PANEL, 4]
        types = (self.q.dtype, self.scale.dtype, self.total.dtype) == (torch.int8, torch.float32, torch.int32)
        alone = all(tensor.is_contiguous() for tensor in (self.q, self.scale, self.total))
        if not (fit and types and alone and 4 * fours % _LANES == 0 and panels * fours):
            raise ValueError(f"q {tuple(self.q.shape)}, scale {tuple(self.scale.shape)} are no weight in int8")

    @property
    def shape(self) -> tuple[int, int]:
        """(out, in)."""
        return len(self.scale), 4 * self.q.shape[1]


def to_int8(weight: Tensor) -> Int8Weight | None:
    """`weight` `(out, in)` to the nearest of 255 steps, the greatest of an output's weights at the last.

    None where there is no kernel for it or a faster one elsewhere, or `out` does not divide by 32 or `in` by 16, or
    `in` is so large that sums of products of bytes would not fit 32 bits.
    """
    outputs, inputs = weight.shape
    if compiled("int8_linear", weight) is None or outputs % PANEL or inputs % _LANES or inputs > _MOST_INPUTS:
        return None
    # What stays is allocated before what does not, so that no holes are left between one weight and the next.
    q = weight.new_empty(outputs // PANEL, inputs // 4, PANEL, 4, dtype=torch.int8)
    scale, total = weight.new_empty(outputs, dtype=torch.float32), weight.new_empty(outputs, dtype=torch.int32)
    exact = weight.detach().float()
    torch.amax(exact.abs(), 1, out=scale)
    scale.div_(_GREATEST).clamp_min_(1e-30)  # all of an output's weights may be zero
    whole = exact.mul_(scale.reciprocal()[:, None]).round_()
    q.copy_(whole.view(outputs // PANEL, PANEL, inputs // 4, 4).permute(0, 2, 1, 3))
    total.copy_(whole.sum(1))
    return Int8Weight(q, scale, total)


class Int8Update(NamedTuple):
    """A low-rank update of the outputs, uBᵀ: the 32 of panel p meet the `rank` columns of u from `columns[p]` on.

    Shapes: u `(rows, ranks)`, b `(out, rank)`, both in bfloat16.
    """

    u: Tensor
    b: Tensor
    columns: Sequence[int]


def int8_linear(
    x: Tensor, weight: Int8Weight, bias: Tensor | None, update: Int8Update | None = None, *, gelu: bool = False
) -> Tensor:
    """xWᵀ + bias + uBᵀ, and with `gelu` its GELU.

    Each row of x is rounded to 256 steps from its least number to its greatest, zero being one of them; whole numbers
    are multiplied and summed, and uBᵀ is a product in bfloat16, summed in float32. A row with a number that is NaN or
    infinite gives a row of such.

    Shapes: x `(..., in)` and the result `(..., out)` in bfloat16; bias `(out,)` in float32.

    Raises:
        ValueError: where these do not fit one another, or the update's rank is odd.
    """
    outputs, inputs = weight.shape
    if x.shape[-1] != inputs or x.dtype != torch.bfloat16:
        raise ValueError(f"inputs {tuple(x.shape)} in {x.dtype} for a weight of {weight.shape} in int8 and bfloat16")
    if bias is not None and (bias.shape != (outputs,) or bias.dtype != torch.float32):
        raise ValueError(f"a bias of {tuple(bias.shape)} in {bias.dtype} for {outputs} outputs")
    kernel = compiled("int8_linear", x)
    assert kernel is not None, "an int8 weight has a kernel"
    x = x.contiguous()
    rows = x.numel() // inputs
    rank, ranks, u, starts, pairs = (0, 0, None, None, None) if update is None else _laid_out(update, rows, outputs)
    bias = None if bias is None else bias.contiguous()
    y = x.new_empty(*x.shape[:-1], outputs)
    kernel(
        rows,
        inputs,
        outputs,
        rank,
        ranks,
        pointer(x),
        pointer(weight.q),
        pointer(weight.total),
        pointer(weight.scale),
        pointer(bias),
        pointer(u),
        pointer(starts),
        pointer(pairs),
        gelu,
        pointer(y),
    )
    return y


def _laid_out(update: Int8Update, rows: int, outputs: int) -> tuple[int, int, Tensor, Tensor, Tensor]:
    """The rank, the width of u, and u, the columns and B as the kernel takes them."""
    u, b, columns = update
    rank, ranks = b.shape[1], u.shape[1]
    if len(u) != rows or b.shape != (outputs, rank) or rank < 1 or rank % 2 or {u.dtype, b.dtype} != {torch.bfloat16}:
        raise ValueError(
            f"u {tuple(u.shape)} in {u.dtype} and B {tuple(b.shape)} in {b.dtype} for {rows} rows of {outputs}"
        )
    if len(columns) != outputs // PANEL or min(columns) < 0 or max(columns) + rank > ranks:
        raise ValueError(f"columns {columns} of u {tuple(u.shape)} for {outputs} outputs of rank {rank}")
    pairs = b.reshape(-1, PANEL, rank // 2, 2).permute(0, 2, 1, 3).contiguous()
    return rank, ranks, u.contiguous(), torch.tensor(columns, dtype=torch.int64, device="cpu"), pairs

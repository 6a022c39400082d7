"""The product with a frozen weight in int8, and a low-rank update on top, on processors with AVX-512 VNNI.

Twice as many operations a second as in bfloat16 (docs/performance.md). Where there is AMX, this has no advantage.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from loredact.kernels.call import compiled, pointer
from loredact.kernels.packed_linear import PANEL

_GREATEST = 127
# What the kernel adds to every input, since the processor takes one factor unsigned.
_ADDED = 128
_LANES = 16


@dataclass(frozen=True, slots=True)
class Int8Weight:
    """A weight `(out, in)` as scale · q, with a scale for each output.

    `q` is laid out `(out / 32, in / 4, 32, 4)`, so that what meets four neighbours of an input lies side by side for 32
    outputs. Shapes: scale `(out,)` in float32; offset `(out,)` in int32, -128 · the sum of an output's q.

    Raises:
        ValueError: where they are not so.
    """

    q: Tensor
    scale: Tensor
    offset: Tensor

    def __post_init__(self) -> None:
        panels, fours, *rest = self.q.shape
        fit = self.scale.shape == self.offset.shape == (panels * PANEL,) and rest == [PANEL, 4]
        types = (self.q.dtype, self.scale.dtype, self.offset.dtype) == (torch.int8, torch.float32, torch.int32)
        alone = all(tensor.is_contiguous() for tensor in (self.q, self.scale, self.offset))
        if not (fit and types and alone and 4 * fours % _LANES == 0 and panels * fours):
            raise ValueError(f"q {tuple(self.q.shape)}, scale {tuple(self.scale.shape)} are no weight in int8")

    @property
    def shape(self) -> tuple[int, int]:
        """(out, in)."""
        return len(self.scale), 4 * self.q.shape[1]


def to_int8(weight: Tensor) -> Int8Weight | None:
    """`weight` `(out, in)` to the nearest of 255 steps, the greatest of an output's weights at the last.

    None where there is no kernel for it or a faster one elsewhere, or `out` does not divide by 32 or `in` by 16.
    """
    outputs, inputs = weight.shape
    if compiled("int8_linear", weight) is None or outputs % PANEL or inputs % _LANES:
        return None
    # What stays is allocated before what does not, so that no holes are left between one weight and the next.
    q = weight.new_empty(outputs // PANEL, inputs // 4, PANEL, 4, dtype=torch.int8)
    scale, offset = weight.new_empty(outputs, dtype=torch.float32), weight.new_empty(outputs, dtype=torch.int32)
    exact = weight.detach().float()
    torch.amax(exact.abs(), 1, out=scale)
    scale.div_(_GREATEST).clamp_min_(1e-30)  # all of an output's weights may be zero
    whole = exact.mul_(scale.reciprocal()[:, None]).round_()
    q.copy_(whole.view(outputs // PANEL, PANEL, inputs // 4, 4).permute(0, 2, 1, 3))
    offset.copy_(whole.sum(1).mul_(-_ADDED))
    return Int8Weight(q, scale, offset)


def int8_linear(
    x: Tensor, weight: Int8Weight, bias: Tensor | None, u: Tensor, b: Tensor, columns: Sequence[int]
) -> Tensor:
    """xWᵀ + bias + uBᵀ, where the 32 outputs of panel p meet the `rank` columns of u from `columns[p]` on.

    Each row of x is rounded to 255 steps, its greatest at the last; whole numbers are multiplied and summed, and uBᵀ
    is a product in bfloat16, summed in float32. A row with a number that is NaN or infinite gives a row of such.

    Shapes: x `(rows, in)`, u `(rows, ranks)`, b `(out, rank)`, the result `(rows, out)`, all in bfloat16; bias `(out,)`
    in float32.

    Raises:
        ValueError: where these do not fit one another, or rank is odd.
    """
    outputs, inputs = weight.shape
    rows, ranks = u.shape
    rank = b.shape[1]
    if x.shape != (rows, inputs) or b.shape != (outputs, rank) or rank < 1 or rank % 2:
        raise ValueError(f"inputs {tuple(x.shape)}, u {tuple(u.shape)} and B {tuple(b.shape)} for {weight.shape}")
    if len(columns) != outputs // PANEL or min(columns) < 0 or max(columns) + rank > ranks:
        raise ValueError(f"columns {columns} of u {tuple(u.shape)} for {outputs} outputs of rank {rank}")
    if {x.dtype, u.dtype, b.dtype} != {torch.bfloat16} or (bias is not None and bias.dtype != torch.float32):
        raise ValueError(f"inputs in {x.dtype}, {u.dtype} and {b.dtype}, and not in bfloat16, or a bias not in float32")
    if bias is not None and bias.shape != (outputs,):
        raise ValueError(f"a bias of {tuple(bias.shape)} for {outputs} outputs")
    kernel = compiled("int8_linear", x)
    assert kernel is not None, "an int8 weight has a kernel"
    x, u = x.contiguous(), u.contiguous()
    pairs = b.reshape(-1, PANEL, rank // 2, 2).permute(0, 2, 1, 3).contiguous()
    starts = torch.tensor(columns, dtype=torch.int64, device="cpu")
    bias = None if bias is None else bias.contiguous()
    y = x.new_empty(len(x), outputs)
    kernel(
        len(x),
        inputs,
        outputs,
        rank,
        u.shape[1],
        pointer(x),
        pointer(weight.q),
        pointer(weight.offset),
        pointer(weight.scale),
        pointer(bias),
        pointer(u),
        pointer(starts),
        pointer(pairs),
        pointer(y),
    )
    return y

"""The product with a weight that is laid out for it once, in bfloat16, on processors with AVX-512 BF16.

oneDNN's takes its time to begin: on a Zen 4, a product of one row is twice as fast here, one of twenty by a quarter,
one of two thousand by a twentieth (docs/performance.md). Where there is AMX, oneDNN has it and this has not.
"""

import torch
from torch import Tensor

from loredact.kernels.call import compiled, pointer

PANEL = 32  # outputs side by side, as in source/blocks.h


def pack_weight(weight: Tensor) -> Tensor | None:
    """`weight` `(out, in)` laid out for `product`: `(out / 32, in / 2, 32, 2)`, so that what meets two neighbours of an
    input lies side by side for 32 outputs. None where there is no kernel for it or a faster one elsewhere, or `out` or
    `in` does not divide.
    """
    outputs, inputs = weight.shape
    if compiled("packed_linear", weight) is None or outputs % PANEL or inputs % 2:
        return None
    return weight.detach().reshape(outputs // PANEL, PANEL, inputs // 2, 2).permute(0, 2, 1, 3).contiguous()


def packed_linear(x: Tensor, packed: Tensor, bias: Tensor | None) -> Tensor:
    """xWᵀ + b, summed in float32. Shapes: x `(..., in)` in bfloat16, bias `(out,)` in float32, the result `(..., out)`.

    Raises:
        ValueError: where x has another width or type than the weight, which is not as `pack` gave it, or the bias does
            not fit.
    """
    panels, pairs = packed.shape[:2]
    laid_out = packed.shape == (panels, pairs, PANEL, 2) and packed.is_contiguous()
    if x.shape[-1] != 2 * pairs or x.dtype != packed.dtype or not (laid_out and pairs):
        raise ValueError(f"inputs of width {x.shape[-1]} in {x.dtype} for a weight of {2 * pairs} in {packed.dtype}")
    if bias is not None and (bias.shape != (panels * PANEL,) or bias.dtype != torch.float32):
        raise ValueError(f"a bias of {tuple(bias.shape)} in {bias.dtype} for {panels * PANEL} outputs")
    kernel = compiled("packed_linear", x)
    assert kernel is not None, "a packed weight has a kernel"
    x = x.contiguous()
    bias = None if bias is None else bias.contiguous()
    y = x.new_empty(*x.shape[:-1], panels * PANEL)
    kernel(x.numel() // x.shape[-1], x.shape[-1], y.shape[-1], pointer(x), pointer(packed), pointer(bias), pointer(y))
    return y

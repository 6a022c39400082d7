"""The matmul with a weight that is laid out for it once: in bfloat16 on processors with AVX-512 BF16, in float32 on
those with AVX2 and no AVX-512.

oneDNN's takes its time to begin: on a Zen 4, a matmul of one row is twice as fast here, one of twenty by a quarter,
one of two thousand by a twentieth (docs/performance.md). Where there is AMX, oneDNN has it and this has not.
"""

import torch
from torch import Tensor

from loredact.kernels.call import compiled, pointer

PANEL = 32  # outputs side by side in bfloat16, as in source/blocks.h
SIDE = 16  # and in float32, as in source/packed_linear.cpp


def pack_weight(weight: Tensor) -> Tensor | None:
    """`weight` `(out, in)` laid out for `packed_linear`: in float32 `(out / 16, in, 16)`, in bfloat16
    `(out / 32, in / 2, 32, 2)`, so that what meets an input, or two neighbours, lies side by side for the outputs.

    None where there is no kernel for it or a faster one elsewhere, or `out` or `in` does not divide.
    """
    if compiled("packed_linear", weight) is None:
        return None
    (outputs, inputs), weight = weight.shape, weight.detach()
    if weight.dtype == torch.float32:
        return None if outputs % SIDE else weight.reshape(-1, SIDE, inputs).transpose(1, 2).contiguous()
    if outputs % PANEL or inputs % 2:
        return None
    return weight.reshape(outputs // PANEL, PANEL, inputs // 2, 2).permute(0, 2, 1, 3).contiguous()


def packed_shape(packed: Tensor) -> tuple[int, int] | None:
    """(out, in) of a weight that is laid out; None of anything else."""
    if packed.dim() < 3:
        return None
    panels, inner = packed.shape[:2]
    side, each = (SIDE, 1) if packed.dtype == torch.float32 else (PANEL, 2)
    laid_out = packed.shape == ((panels, inner, side) if each == 1 else (panels, inner, side, each))
    return (panels * side, each * inner) if laid_out and packed.is_contiguous() and inner else None


def packed_linear(x: Tensor, packed: Tensor, bias: Tensor | None, *, gelu: bool = False) -> Tensor:
    """xWᵀ + b, summed in float32, and with `gelu` its GELU. Shapes: x `(..., in)` of the weight's type, bias `(out,)`
    in float32, the result `(..., out)`.

    Raises:
        ValueError: where x has another width or type than the weight, which is not as `pack_weight` gave it, or the
            bias does not fit.
    """
    shape = packed_shape(packed)
    if shape is None or x.shape[-1] != shape[1] or x.dtype != packed.dtype:
        raise ValueError(f"inputs of width {x.shape[-1]} in {x.dtype} for a weight of {shape} in {packed.dtype}")
    outputs, inputs = shape
    if bias is not None and (bias.shape != (outputs,) or bias.dtype != torch.float32):
        raise ValueError(f"a bias of {tuple(bias.shape)} in {bias.dtype} for {outputs} outputs")
    kernel = compiled("packed_linear", x)
    assert kernel is not None, "a packed weight has a kernel"
    x = x.contiguous()
    bias = None if bias is None else bias.contiguous()
    y = x.new_empty(*x.shape[:-1], outputs)
    kernel(x.numel() // inputs, inputs, outputs, pointer(x), pointer(packed), pointer(bias), gelu, pointer(y))
    return y

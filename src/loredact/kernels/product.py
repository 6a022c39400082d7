"""The product with a weight that is laid out for it once, in bfloat16.

oneDNN's takes its time to begin: a product of one row is twice as fast here, one of twenty by a quarter, one of two
thousand by a twentieth (docs/performance.md).
"""

import torch
from torch import Tensor

from loredact.kernels.call import compiled, pointer

_PANEL = 32


def pack(weight: Tensor) -> Tensor | None:
    """`weight` `(out, in)` laid out for `product`: `(out / 32, in / 2, 32, 2)`, so that what meets two neighbours of an
    input lies side by side for 32 outputs. None where there is no kernel for it, or `out` or `in` does not divide.
    """
    outputs, inputs = weight.shape
    if compiled("product", weight) is None or outputs % _PANEL or inputs % 2:
        return None
    return weight.detach().reshape(outputs // _PANEL, _PANEL, inputs // 2, 2).permute(0, 2, 1, 3).contiguous()


def product(x: Tensor, packed: Tensor, bias: Tensor | None) -> Tensor:
    """xWᵀ + b, summed in float32. Shapes: x `(..., in)` in bfloat16, bias `(out,)` in float32, the result `(..., out)`.

    Raises:
        ValueError: where x has another width than the weight.
    """
    panels, pairs = packed.shape[:2]
    if x.shape[-1] != 2 * pairs:
        raise ValueError(f"inputs of width {x.shape[-1]} for a weight of {2 * pairs}")
    kernel = compiled("product", x)
    assert kernel is not None, "a packed weight has a kernel"
    x = x.contiguous()
    y = torch.empty(*x.shape[:-1], panels * _PANEL, dtype=x.dtype)
    kernel(x.numel() // x.shape[-1], x.shape[-1], y.shape[-1], pointer(x), pointer(packed), pointer(bias), pointer(y))
    return y

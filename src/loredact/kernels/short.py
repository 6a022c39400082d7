"""Attention of short windows in one call."""

import torch
from torch import Tensor

from loredact.kernels.call import compiled, pointer
from loredact.kernels.grids import Rotation

_WIDTHS = (32, 64, 128)


def attend_short(
    qkv: Tensor, rotation: Rotation | None, firsts: Tensor, *, heads: int, groups: int, causal: bool, scaling: float
) -> Tensor | None:
    """softmax(QKᵀ · scaling)V within each window, after the rotary embedding of queries and keys.

    Meant for windows of so few tokens that a window's queries, keys and values stay in the cache: everything between is
    float32, and nothing is laid out anew in memory. None where there is no compiled kernel for it.

    Shapes: qkv `(tokens, (heads + 2 · groups) · d)`, contiguous; rotation (cos, sin), `(tokens, d)` each and of qkv's
    type; firsts `(windows + 1,)`, where each window begins, and the end of the last; the result `(tokens, heads · d)`.
    """
    d = qkv.shape[1] // (heads + 2 * groups)
    kernel = compiled("attend", qkv)
    if kernel is None or d not in _WIDTHS or not qkv.is_contiguous():
        return None
    out = torch.empty(len(qkv), heads * d, dtype=qkv.dtype)
    cos, sin = (None, None) if rotation is None else rotation
    kernel(
        len(firsts) - 1,
        pointer(firsts),
        heads,
        groups,
        d,
        causal,
        scaling,
        pointer(qkv),
        pointer(cos),
        pointer(sin),
        pointer(out),
    )
    return out

"""Attention of whole windows in one call, for text that is masked."""

from typing import Any

import torch
from torch import Tensor

from loredact.kernels.call import compiled, pointer
from loredact.kernels.grids import Rotation
from loredact.kernels.product import has_amx

_WIDTHS = (32, 64, 128)
# Up to so many tokens a window, all in float32 is faster than the products of grids; of bfloat16, only in a row of so
# few tokens (measured).
_SHORT, _FEW = 64, 256


def attend_windows(
    qkv: Tensor,
    rotation: Rotation | None,
    firsts: Tensor,
    longest: int,
    *,
    heads: int,
    groups: int,
    causal: bool,
    scaling: float,
) -> Tensor | None:
    """softmax(QKᵀ · scaling)V within each window, after the rotary embedding of queries and keys.

    A window's keys and values stay in the cache while its queries pass, and nothing is laid out anew in memory. In
    bfloat16 both products take bfloat16 and sum in float32, on processors with AVX-512 BF16; elsewhere, and in float32,
    everything between is float32. None where no kernel is compiled for it, for heads so wide, or where the products of
    grids are faster.

    Shapes: qkv `(tokens, (heads + 2 · groups) · d)`; rotation (cos, sin), `(tokens, d)` each and of qkv's type; firsts
    `(windows + 1,)` on the processor, where each window begins, and the end of the last; `longest` is the tokens of the
    longest window; the result `(tokens, heads · d)`.

    Raises:
        ValueError: where these do not fit one another.
    """
    d = qkv.shape[1] // (heads + 2 * groups)
    kernel = _kernel(qkv, longest)
    if kernel is None or d not in _WIDTHS:
        return None
    cos, sin = (None, None) if rotation is None else rotation
    if qkv.shape[1] != (heads + 2 * groups) * d or heads % groups or int(firsts[-1]) != len(qkv):
        raise ValueError(f"{tuple(qkv.shape)} is not {heads} heads in {groups} groups of the windows' tokens")
    if cos is not None and sin is not None:
        if not (cos.shape == sin.shape == (len(qkv), d) and cos.dtype == sin.dtype == qkv.dtype):
            raise ValueError(f"a rotation of {tuple(cos.shape)} in {cos.dtype} for {(len(qkv), d)} in {qkv.dtype}")
        cos, sin = cos.contiguous(), sin.contiguous()
    qkv = qkv.contiguous()
    out = qkv.new_empty(len(qkv), heads * d)
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


def _kernel(qkv: Tensor, longest: int) -> Any:
    by_products = None if has_amx() else compiled("attend_by_products", qkv)
    if by_products is not None:
        return by_products
    few = qkv.dtype == torch.float32 or len(qkv) <= _FEW
    return compiled("attend", qkv) if longest <= _SHORT and few else None

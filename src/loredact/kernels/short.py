"""Attention of short windows in one call."""

from torch import Tensor

from loredact.kernels.call import compiled, pointer
from loredact.kernels.grids import Rotation

_WIDTHS = (32, 64, 128)


def attend_short(
    qkv: Tensor, rotation: Rotation | None, firsts: Tensor, *, heads: int, groups: int, causal: bool, scaling: float
) -> Tensor | None:
    """softmax(QKᵀ · scaling)V within each window, after the rotary embedding of queries and keys.

    Meant for windows of so few tokens that a window's queries, keys and values stay in the cache: everything between is
    float32, and nothing is laid out anew in memory. None where no kernel is compiled for it, or for heads so wide.

    Shapes: qkv `(tokens, (heads + 2 · groups) · d)`; rotation (cos, sin), `(tokens, d)` each and of qkv's type; firsts
    `(windows + 1,)` on the processor, where each window begins, and the end of the last; the result
    `(tokens, heads · d)`.

    Raises:
        ValueError: where these do not fit one another.
    """
    d = qkv.shape[1] // (heads + 2 * groups)
    kernel = compiled("attend", qkv)
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

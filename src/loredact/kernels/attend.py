"""Attention of whole windows in one call, and its gradient: our own on the processor, PyTorch's on a GPU."""

import operator
from typing import Any

import torch
from torch import Tensor

from loredact.kernels.buckets import Rotation
from loredact.kernels.call import compiled, pointer
from loredact.kernels.flash import flash_backward, flash_with_sums, has_flash
from loredact.kernels.heads import Heads

ATTENDED = (32, 64, 128)  # widths of heads
# Up to so many tokens a window, all in float32 is faster than the matmuls of buckets; of bfloat16, only in a row of so
# few tokens (measured).
SHORT, _FEW = {torch.float32: 256, torch.bfloat16: 64}, 256


def attend_windows(
    qkv: Tensor,
    rotation: Rotation | None,
    cu_seqlens: Tensor,
    longest: int,
    heads: Heads,
    *,
    causal: bool,
) -> Tensor | None:
    """softmax(QKᵀ · scaling)V within each window, after the rotary embedding of queries and keys.

    A window's keys and values stay in the cache while its queries pass, and nothing is laid out anew in memory. In
    bfloat16 both products take bfloat16 and sum in float32, on processors with AVX-512 BF16; elsewhere, and in float32,
    everything between is float32. On a GPU it is PyTorch's flash attention, in half precision. None where no kernel is
    compiled for it, for heads so wide, or where the products of buckets are faster.

    Shapes: qkv as `heads` says, which are d wide; rotation (cos, sin), `(tokens, d)` each and of qkv's type; cu_seqlens
    `(windows + 1,)` on the processor, where each window begins, and the end of the last; `longest` is the tokens of the
    longest window; the result `(tokens, heads.count · d)`.

    Raises:
        ValueError: where these do not fit one another.
    """
    if has_flash(qkv, heads):
        return flash_with_sums(qkv, rotation, cu_seqlens, heads, causal=causal)[0]
    by_products = compiled("attend_by_matmul", qkv)
    few = qkv.dtype == torch.float32 or len(qkv) <= _FEW
    kernel = by_products or (compiled("attend", qkv) if longest <= SHORT.get(qkv.dtype, 0) and few else None)
    if kernel is None or heads.width not in ATTENDED:
        return None
    out = qkv.new_empty(len(qkv), heads.count * heads.width)
    sums = [None] if by_products else []
    _run(kernel, qkv, rotation, cu_seqlens, heads, causal, out, *sums)
    return out


def attend_with_sums(
    qkv: Tensor, rotation: Rotation | None, cu_seqlens: Tensor, heads: Heads, *, causal: bool
) -> tuple[Tensor, Tensor] | None:
    """What `attend_windows` gives, and what `attend_backward` takes beside it: the logarithm to base 2 of each query's
    sum of powers, `(tokens, heads.count)`, or what `flash_with_sums` gives. Probabilities are not kept (Dao et al.,
    arXiv:2205.14135).

    In half precision on a GPU, and in bfloat16 on processors with AVX-512 BF16; elsewhere, and for heads so wide, None.
    """
    if has_flash(qkv, heads):
        return flash_with_sums(qkv, rotation, cu_seqlens, heads, causal=causal)
    kernel = compiled("attend_by_matmul", qkv)
    if kernel is None or compiled("attend_backward", qkv) is None or heads.width not in ATTENDED:
        return None
    out = qkv.new_empty(len(qkv), heads.count * heads.width)
    sums = qkv.new_empty(len(qkv), heads.count, dtype=torch.float32)
    _run(kernel, qkv, rotation, cu_seqlens, heads, causal, out, sums)
    return out, sums


def attend_backward(
    g: Tensor,
    out: Tensor,
    sums: Tensor,
    qkv: Tensor,
    rotation: Rotation | None,
    cu_seqlens: Tensor,
    heads: Heads,
    *,
    causal: bool,
) -> Tensor:
    """The gradient by qkv, from g, that by `out`, for what `attend_with_sums` gave: with P computed again from `sums`,

        dV = Pᵀg      dP = gVᵀ      dS = heads.scaling · P ∘ (dP − rowsum(g ∘ out))      dQ = dS K      dK = dSᵀQ

    and the rotation of queries and keys undone. Shapes: g and out `(tokens, heads.count · d)`, the others as there.

    Raises:
        ValueError: where these do not fit one another.
    """
    if has_flash(qkv, heads):
        return flash_backward(g, out, sums, qkv, rotation, cu_seqlens, heads, causal=causal)
    kernel = compiled("attend_backward", qkv)
    assert kernel is not None, "what was attended to in one call has a gradient in one call"
    if not (g.shape == out.shape == (len(qkv), heads.count * heads.width) and g.dtype == out.dtype == qkv.dtype):
        raise ValueError(f"a gradient {tuple(g.shape)} in {g.dtype} for {tuple(out.shape)} in {out.dtype}")
    if not (sums.shape == (len(qkv), heads.count) and sums.dtype == torch.float32 and heads.width in ATTENDED):
        raise ValueError(f"sums {tuple(sums.shape)} in {sums.dtype} for heads {heads}")
    dqkv = torch.empty_like(qkv, memory_format=torch.contiguous_format)
    _run(kernel, qkv, rotation, cu_seqlens, heads, causal, out.contiguous(), sums.contiguous(), g.contiguous(), dqkv)
    return dqkv


def _run(
    kernel: Any,
    qkv: Tensor,
    rotation: Rotation | None,
    cu_seqlens: Tensor,
    heads: Heads,
    causal: bool,
    *others: Tensor | None,
) -> None:
    """Call `kernel` with what every one takes first, and with the `others`, which lie side by side in memory."""
    d = heads.width
    if not heads.fit(qkv) or not are_windows(cu_seqlens, len(qkv)):
        raise ValueError(
            f"{tuple(qkv.shape)} is not {heads.count} heads in {heads.kv_heads} kv_heads of the windows' tokens"
        )
    cu_seqlens = cu_seqlens.contiguous()
    cos, sin = (None, None) if rotation is None else rotation
    if cos is not None and sin is not None:
        if not (cos.shape == sin.shape == (len(qkv), d) and cos.dtype == sin.dtype == qkv.dtype):
            raise ValueError(f"a rotation of {tuple(cos.shape)} in {cos.dtype} for {(len(qkv), d)} in {qkv.dtype}")
        cos, sin = cos.contiguous(), sin.contiguous()
    qkv = qkv.contiguous()
    windows = len(cu_seqlens) - 1
    tensors = [pointer(tensor) for tensor in (qkv, cos, sin, *others)]
    kernel(windows, pointer(cu_seqlens), heads.count, heads.kv_heads, d, causal, heads.scaling, *tensors)


def are_windows(cu_seqlens: Tensor, tokens: int) -> bool:
    """Whether `cu_seqlens` says where windows of a token at least begin that end with `tokens`."""
    if (
        cu_seqlens.dtype != torch.int64
        or cu_seqlens.dim() != 1
        or cu_seqlens.device.type != "cpu"
        or not len(cu_seqlens)
    ):
        return False
    # As a list, which is faster for the few tens of windows of a row than any operation on the tensor.
    ends: list[int] = cu_seqlens.tolist()
    return ends[0] == 0 and ends[-1] == tokens and all(map(operator.lt, ends, ends[1:]))

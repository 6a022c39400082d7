"""Attention of whole windows on a GPU, and its gradient, by PyTorch's flash attention (Dao, arXiv:2307.08691)."""

import torch
from torch import Tensor

from loredact.kernels.buckets import Rotation, rotate
from loredact.kernels.heads import Heads

# Ampere is the first generation that it runs on.
_CAPABILITY = (8, 0)
_WIDEST, _LANES = 256, 8


def has_flash(qkv: Tensor, heads: Heads) -> bool:
    """Whether `qkv` is on a GPU and of a type, and `heads` of a width, that PyTorch's flash attention takes."""
    half = qkv.dtype in (torch.bfloat16, torch.float16)
    fit = heads.width % _LANES == 0 and heads.width <= _WIDEST
    if not (qkv.is_cuda and half and fit) or torch.version.hip is not None:
        return False
    new_enough = torch.cuda.get_device_capability(qkv.device) >= _CAPABILITY
    return new_enough and torch.backends.cuda.is_flash_attention_available()


def flash_with_sums(
    qkv: Tensor, rotation: Rotation | None, cu_seqlens: Tensor, heads: Heads, *, causal: bool
) -> tuple[Tensor, Tensor]:
    """softmax(QKᵀ · scaling)V within each window, and the natural logarithm of each query's sum.

    Shapes: the sums `(heads.count, tokens)`, the others as in `attend_windows`.
    """
    q, k, v = _rotated(qkv, rotation, heads)
    ends, longest = _ends(cu_seqlens, qkv.device)
    out, sums, *_ = torch.ops.aten._flash_attention_forward(
        q, k, v, ends, ends, longest, longest, 0.0, causal, False, scale=heads.scaling
    )
    return out.flatten(1), sums


def flash_backward(
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
    """The gradient by qkv, from g, that by `out`, for what `flash_with_sums` gave. Summed in no fixed order."""
    q, k, v = _rotated(qkv, rotation, heads)
    ends, longest = _ends(cu_seqlens, qkv.device)
    # The generator's state and an argument that is not used: neither is read where nothing is dropped.
    none = ends.new_zeros(2, dtype=torch.uint64), ends.new_empty(0)
    dq, dk, dv = torch.ops.aten._flash_attention_backward(
        g.view_as(q),
        q,
        k,
        v,
        out.view_as(q),
        sums,
        ends,
        ends,
        longest,
        longest,
        0.0,
        causal,
        *none,
        scale=heads.scaling,
    )
    dqk = torch.cat([dq, dk], dim=1)
    if rotation is not None:
        cos, sin = rotation
        dqk = rotate(dqk, cos, -sin)
    return torch.cat([dqk, dv], dim=1).flatten(1)


def _rotated(qkv: Tensor, rotation: Rotation | None, heads: Heads) -> tuple[Tensor, Tensor, Tensor]:
    """Queries, keys and values, `(tokens, heads.count, d)` and twice `(tokens, heads.kv_heads, d)`."""
    qk, v = heads.parts(qkv).split_with_sizes([heads.count + heads.kv_heads, heads.kv_heads], dim=1)
    if rotation is not None:
        qk = rotate(qk, *rotation)
    q, k = qk.split_with_sizes([heads.count, heads.kv_heads], dim=1)
    return q, k, v


def _ends(cu_seqlens: Tensor, device: torch.device) -> tuple[Tensor, int]:
    """`cu_seqlens` where flash attention wants them, and the tokens of the longest window."""
    return cu_seqlens.to(device, torch.int32), int(cu_seqlens.diff().max())

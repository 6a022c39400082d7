"""Attention kept inside each window of a packed row, with its gradient derived by hand."""

from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate
from typing import Any

import torch
from torch import Tensor

from loredact.kernels import (
    Heads,
    PaddedBucket,
    Rotation,
    attend_backward,
    attend_windows,
    attend_with_sums,
    pad,
    softmax_,
    softmax_backward_,
    unpad,
)
from loredact.network.cache import DecodeStep
from loredact.network.updates import Updates

# What a bucket of `count` windows by `length` places costs, in the time attention takes for a place to look at another
# (measured, forward and backward): its calls, each place's copies, each place's looks.
_CALLS, _COPIES = 12_000, 10


class Windows:
    """The windows of a row, end to end, the shortest first; `causal` says whether a token sees only those before it.

    Windows of similar length stand in one bucket, for attention alone: everything else is computed on the row itself,
    without any padding. The buckets are those that cost least together. `updates` are what adapters add to its layers.

    Raises:
        ValueError: where a window is empty or shorter than the one before it.
    """

    def __init__(
        self,
        lengths: Sequence[int],
        *,
        causal: bool,
        device: torch.device | None = None,
        updates: Updates | None = None,
    ) -> None:
        if any(length < 1 for length in lengths) or list(lengths) != sorted(lengths):
            raise ValueError("windows must hold a token each and stand in order of length")
        self.causal = causal
        self.updates = updates
        self._lengths = lengths
        self._device = device

    @cached_property
    def buckets(self) -> list[PaddedBucket]:
        """The buckets, where attention goes by them."""
        buckets: list[PaddedBucket] = []
        for part in cheapest_partition(self._lengths):
            buckets.append(self._bucket(buckets[-1].past if buckets else 0, part))
        return buckets

    @property
    def longest(self) -> int:
        """The tokens of the longest window."""
        return max(self._lengths, default=0)

    @cached_property
    def cu_seqlens(self) -> Tensor:
        """Where each window begins, and where the last ends, `(windows + 1,)`, on the processor."""
        return torch.tensor([0, *accumulate(self._lengths)], device="cpu")

    @property
    def positions(self) -> Tensor:
        """Each token's place in its window, `(tokens,)`."""
        return torch.cat([torch.arange(length) for length in self._lengths]).to(self._device)

    def _bucket(self, first: int, lengths: list[int]) -> PaddedBucket:
        count, length, past = len(lengths), lengths[-1], first + sum(lengths)
        if count * length == past - first:
            return PaddedBucket(first, past, count, length, None, None)
        own = torch.tensor(lengths)
        filled = torch.arange(length) < own[:, None]  # (count, length)
        place = filled.flatten().nonzero()[:, 0].contiguous()
        return PaddedBucket(first, past, count, length, own.to(self._device), place.to(self._device))


def cheapest_partition(lengths: Sequence[int]) -> list[list[int]]:
    """Cut the sorted `lengths` into stretches, each a bucket as long as its last, so that the buckets' cost is least.

    Dynamic programming: the best cut of the first `past` lengths ends with some stretch from `first` on.
    """
    costs, cuts = [0.0], [0]
    for past in range(1, len(lengths) + 1):
        longest = lengths[past - 1]
        look = longest * (longest + _COPIES)
        cost, cut = min((costs[first] + _CALLS + (past - first) * look, first) for first in range(past))
        costs.append(cost)
        cuts.append(cut)
    parts: list[list[int]] = []
    past = len(lengths)
    while past > 0:
        parts.append(list(lengths[cuts[past] : past]))
        past = cuts[past]
    return parts[::-1]


def attend(qkv: Tensor, rotation: Rotation | None, windows: Windows | DecodeStep, heads: Heads) -> Tensor:
    """softmax(QKᵀ · scaling)V within each window, after the rotary embedding of queries and keys.

    Shapes: qkv as `heads` says, which are d wide; `rotation` is (cos, sin), `(tokens, d)` each, or None where it has
    been done; the result `(tokens, heads.count · d)`.
    """
    if rotation is not None:
        cos, sin = rotation
        rotation = cos.to(qkv.dtype).contiguous(), sin.to(qkv.dtype).contiguous()
    if isinstance(windows, DecodeStep):
        return windows.attend(qkv, rotation, heads)
    if not torch.is_grad_enabled():
        # What training keeps of a frozen part must not depend on the row that a window is met in.
        if torch.is_inference_mode_enabled():
            out = attend_windows(qkv, rotation, windows.cu_seqlens, windows.longest, heads, causal=windows.causal)
            if out is not None:
                return out
        return _forward(qkv, rotation, windows, heads, kept=None)
    rotated = (None, None) if rotation is None else rotation
    attended: Tensor = _Attention.apply(qkv, *rotated, windows, heads)  # type: ignore[no-untyped-call]
    return attended


def _forward(
    qkv: Tensor,
    rotation: Rotation | None,
    windows: Windows,
    heads: Heads,
    kept: list[Tensor] | None,
) -> Tensor:
    """What `attend` gives; into `kept` goes what its gradient needs of each bucket: q, k, v and p."""
    parts = heads.parts(qkv)  # (tokens, heads, d)
    out = parts.new_empty(len(parts), heads.count, heads.width)
    count, kv_heads = heads.count, heads.kv_heads
    for bucket in windows.buckets:
        q = pad(parts[:, :count], rotation, bucket, kv_heads)  # (windows · kv_heads, heads / kv_heads · length, d)
        k = pad(parts[:, count : count + kv_heads], rotation, bucket, kv_heads)  # (windows · kv_heads, length, d)
        v = pad(parts[:, count + kv_heads :], None, bucket, kv_heads)
        p = softmax_(torch.bmm(q, k.transpose(1, 2)), bucket, causal=windows.causal, scaling=heads.scaling)
        unpad(torch.bmm(p, v), None, bucket, kv_heads, out)
        if kept is not None:
            kept += [q, k, v, p]
    return out.view(len(out), -1)


class _Attention(torch.autograd.Function):
    """`attend`, and its gradient: in one call that keeps no probabilities, where there is one; else by buckets.

    There windows of similar length are one batched product; the heads that share keys and values stand under one
    another in it, so that no key or value is copied. With P = softmax(s QKᵀ) kept from the forward pass, and g the
    gradient by O = PV:

        dV = Pᵀg      dP = gVᵀ      dS = s P ∘ (dP − rowsum(P ∘ dP))      dQ = dS K      dK = dSᵀQ
    """

    @staticmethod
    def forward(
        ctx: Any,
        qkv: Tensor,
        cos: Tensor | None,
        sin: Tensor | None,
        windows: Windows,
        heads: Heads,
    ) -> Tensor:
        rotation = None if cos is None or sin is None else (cos, sin)
        ctx.windows, ctx.heads = windows, heads
        in_one_call = attend_with_sums(qkv, rotation, windows.cu_seqlens, heads, causal=windows.causal)
        ctx.in_one_call = in_one_call is not None
        if in_one_call is not None:
            ctx.save_for_backward(cos, sin, qkv, *in_one_call)
            return in_one_call[0]
        kept: list[Tensor] = []
        out = _forward(qkv, rotation, windows, heads, kept)
        ctx.save_for_backward(cos, sin, *kept)
        return out

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        cos, sin, *kept = ctx.saved_tensors
        rotation = None if cos is None else (cos, sin)
        windows, heads = ctx.windows, ctx.heads
        if ctx.in_one_call:
            qkv, out, sums = kept
            dqkv = attend_backward(
                gradients[0], out, sums, qkv, rotation, windows.cu_seqlens, heads, causal=windows.causal
            )
        else:
            dqkv = _backward_by_buckets(gradients[0], kept, rotation, windows, heads)
        return dqkv, None, None, None, None


def _backward_by_buckets(
    g: Tensor,
    kept: list[Tensor],
    rotation: Rotation | None,
    windows: Windows,
    heads: Heads,
) -> Tensor:
    count, kv_heads = heads.count, heads.kv_heads
    g = g.contiguous().view(len(g), count, heads.width)  # (tokens, heads, d)
    dqkv = g.new_empty(len(g), heads.of_all, heads.width)
    for index, bucket in enumerate(windows.buckets):
        q, k, v, p = kept[4 * index : 4 * index + 4]
        do = pad(g, None, bucket, kv_heads)
        unpad(torch.bmm(p.transpose(1, 2), do), None, bucket, kv_heads, dqkv[:, count + kv_heads :])
        ds = softmax_backward_(p, torch.bmm(do, v.transpose(1, 2)), heads.scaling)
        # The gradient of a rotation is the rotation back.
        unpad(torch.bmm(ds, k), rotation, bucket, kv_heads, dqkv[:, :count])
        unpad(torch.bmm(ds.transpose(1, 2), q), rotation, bucket, kv_heads, dqkv[:, count : count + kv_heads])
    return dqkv.view(len(g), -1)

"""Pad the windows of a packed batch into a bucket for batched matmuls and unpad them, with the rotary embedding on the
way; softmax in the bucket.

A `PaddedBucket` says how some windows of a batch stand in a rectangle. Each function says what it computes in
PyTorch's own operations, and calls the compiled kernel where there is one.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from loredact.kernels.call import compiled, pointer

Rotation = tuple[Tensor, Tensor]


@dataclass(frozen=True, slots=True)
class PaddedBucket:
    """Tokens `[first, past)` of a row, windows of similar length, as `count` windows by `length` places.

    `lengths` `(count,)` and `place` `(past - first,)`, each token's place, are None where the windows fill the bucket.

    Raises:
        ValueError: where they do not say so, or, on the processor, lie outside of the bucket.
    """

    first: int
    past: int
    count: int
    length: int
    lengths: Tensor | None
    place: Tensor | None

    def __post_init__(self) -> None:
        # Once for all the layers that use the bucket.
        tokens, places = self.past - self.first, self.count * self.length
        if self.first < 0 or min(self.count, self.length) < 0 or not 0 <= tokens <= places:
            raise ValueError(f"{tokens} tokens from {self.first} on are not {self.count} windows by {self.length}")
        if self.place is None and self.lengths is None:
            fit = tokens == places
        else:
            fit = _within(self.place, tokens, places - 1) and _within(self.lengths, self.count, self.length)
        if not fit:
            raise ValueError(f"the tokens' places and the windows' lengths are not in {self.count} by {self.length}")


def _within(numbers: Tensor | None, count: int, most: int) -> bool:
    """Whether these are `count` whole numbers from 0 to `most`; elsewhere than on the processor, as many of them."""
    if numbers is None or numbers.dtype != torch.int64 or numbers.shape != (count,) or not numbers.is_contiguous():
        return False
    if numbers.device.type != "cpu" or count == 0:
        return True
    least, greatest = torch.aminmax(numbers)
    return int(least) >= 0 and int(greatest) <= most


def pad(x: Tensor, rotation: Rotation | None, bucket: PaddedBucket, kv_heads: int) -> Tensor:
    """Lay out the tokens of `bucket`: the heads of one group under one another, windows and kv_heads as a batch.

    Shapes: x `(row, heads, d)` to `(count · kv_heads, heads / kv_heads · length, d)`. Places without a token are zero.
    `rotation` is (cos, sin), `(row, d)` each, the second half of each the same as the first, or None: with it each pair
    (xᵢ, xᵢ₊d/₂) is rotated by its token's angle (Su et al., arXiv:2104.09864).

    Raises:
        ValueError: where these do not fit one another, or the kv_heads do not share the heads alike.
    """
    _require_fit(x, rotation, bucket, kv_heads)
    heads, d = x.shape[1:]
    tokens = x[bucket.first : bucket.past]
    shape = (bucket.count * kv_heads, heads // kv_heads * bucket.length, d)
    kernel = compiled("pad", x)
    if kernel is None:
        if rotation is not None:
            tokens = rotate(tokens, *(part[bucket.first : bucket.past] for part in rotation))
        if bucket.place is not None:
            tokens = tokens.new_zeros(bucket.count * bucket.length, heads, d).index_copy_(0, bucket.place, tokens)
        cells = tokens.reshape(bucket.count, bucket.length, kv_heads, heads // kv_heads, d).permute(0, 2, 3, 1, 4)
        return cells.reshape(shape)
    cells = x.new_empty(shape) if bucket.place is None else x.new_zeros(shape)
    cos, sin = _rotation_at(rotation, bucket)
    kernel(
        len(tokens),
        heads,
        d,
        kv_heads,
        bucket.length,
        pointer(bucket.place),
        pointer(tokens),
        x.stride(0),
        cos,
        sin,
        pointer(cells),
    )
    return cells


def unpad(cells: Tensor, rotation: Rotation | None, bucket: PaddedBucket, kv_heads: int, out: Tensor) -> None:
    """Undo `pad`, turning back by `rotation`: write the tokens of `bucket` into `out` `(row, heads, d)`.

    Raises:
        ValueError: where these do not fit one another, or the kv_heads do not share the heads alike.
    """
    _require_fit(out, rotation, bucket, kv_heads)
    heads, d = out.shape[1:]
    if cells.dtype != out.dtype or cells.shape != (bucket.count * kv_heads, heads // kv_heads * bucket.length, d):
        raise ValueError(f"cells {tuple(cells.shape)} in {cells.dtype} for {tuple(out.shape)} in {out.dtype}")
    tokens = out[bucket.first : bucket.past]
    kernel = compiled("unpad", cells)
    if kernel is None:
        back = cells.view(bucket.count, kv_heads, -1, bucket.length, d).permute(0, 3, 1, 2, 4)
        back = back.reshape(bucket.count * bucket.length, heads, d)
        back = back if bucket.place is None else back.index_select(0, bucket.place)
        if rotation is not None:
            cos, sin = (part[bucket.first : bucket.past] for part in rotation)
            back = rotate(back, cos, -sin)
        tokens.copy_(back)
        return
    cells = cells.contiguous()
    cos_at, sin_at = _rotation_at(rotation, bucket)
    kernel(
        len(tokens),
        heads,
        d,
        kv_heads,
        bucket.length,
        pointer(bucket.place),
        pointer(cells),
        cos_at,
        sin_at,
        pointer(tokens),
        out.stride(0),
    )


def softmax_(logits: Tensor, bucket: PaddedBucket, *, causal: bool, scaling: float) -> Tensor:
    """softmax(scaling · logits) in place, over the tokens of a place's own window, or only those up to it (`causal`).

    Shapes: logits `(count · kv_heads, heads / kv_heads · length, length)`. Rows and columns of places without a token
    become zero.

    Raises:
        ValueError: where the logits are not the bucket's, or do not lie side by side in memory.
    """
    looks = bucket.count * bucket.length * bucket.length
    whole = looks > 0 and logits.numel() > 0 and logits.numel() % looks == 0
    if not (whole and logits.shape[-1] == bucket.length and logits.is_contiguous()):
        raise ValueError(f"logits {tuple(logits.shape)} for {bucket.count} windows of {bucket.length}")
    kernel = compiled("softmax", logits)
    if kernel is not None:
        heads = logits.numel() // looks
        kernel(
            bucket.count,
            heads,
            bucket.length,
            pointer(bucket.lengths),
            causal,
            scaling,
            pointer(logits),
        )
        return logits
    cells = logits.view(bucket.count, -1, bucket.length, bucket.length)
    if bucket.lengths is not None:
        filled = torch.arange(bucket.length, device=logits.device) < bucket.lengths[:, None]  # (count, length)
        cells.masked_fill_(~filled[:, None, None, :], float("-inf"))
    if causal:
        later = torch.ones(bucket.length, bucket.length, dtype=torch.bool, device=logits.device).triu_(1)
        cells.masked_fill_(later, float("-inf"))
    cells.copy_(torch.softmax(cells * scaling, dim=-1))
    if bucket.lengths is not None:
        cells.masked_fill_(~filled[:, None, :, None], 0)
    return logits


def softmax_backward_(p: Tensor, dp: Tensor, scaling: float) -> Tensor:
    """The gradient by the logits, in place of `dp`, the gradient by p: scaling · p ∘ (dp − rowsum(p ∘ dp)).

    Raises:
        ValueError: where dp is of another shape or type than p, or does not lie side by side in memory.
    """
    if p.shape != dp.shape or p.dtype != dp.dtype or not dp.is_contiguous() or not p.shape[-1]:
        raise ValueError(f"a gradient {tuple(dp.shape)} in {dp.dtype} for {tuple(p.shape)} in {p.dtype}")
    kernel = compiled("softmax_backward", p)
    if kernel is None:
        return dp.sub_((p * dp).sum(-1, keepdim=True)).mul_(p).mul_(scaling)
    p = p.contiguous()
    kernel(p.numel() // p.shape[-1], p.shape[-1], scaling, pointer(p), pointer(dp))
    return dp


def _require_fit(x: Tensor, rotation: Rotation | None, bucket: PaddedBucket, kv_heads: int) -> None:
    row, heads, d = x.shape
    _, by_head, by_number = x.stride()
    in_rows = (by_head == d or heads == 1) and (by_number == 1 or d == 1)
    if kv_heads < 1 or heads % kv_heads or bucket.past > row or not in_rows:
        raise ValueError(f"{tuple(x.shape)} is not a row of heads in {kv_heads} kv_heads up to token {bucket.past}")
    if rotation is not None:
        cos, sin = rotation
        alike = cos.shape == sin.shape == (row, d) and cos.dtype == sin.dtype == x.dtype and d % 2 == 0
        if not (alike and cos.is_contiguous() and sin.is_contiguous()):
            raise ValueError(f"a rotation of {tuple(cos.shape)} in {cos.dtype} for {(row, d)} in {x.dtype}")


def _rotation_at(rotation: Rotation | None, bucket: PaddedBucket) -> tuple[int | None, int | None]:
    if rotation is None:
        return pointer(None), pointer(None)
    cos, sin = rotation
    return pointer(cos[bucket.first :]), pointer(sin[bucket.first :])


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """x with each pair (xᵢ, xᵢ₊d/₂) rotated by its token's angle; by -sin it is rotated back.

    Shapes: x and the result `(tokens, heads, d)`, cos and sin `(tokens, d)`, the second half of each as the first.
    """
    a, b = x.chunk(2, -1)
    return x * cos[:, None] + torch.cat([-b, a], dim=-1) * sin[:, None]

"""Norms with their residual sums, and the gated unit, each in one pass over memory.

Each function says what it computes in PyTorch's own operations, and calls the compiled kernel where there is one. It
raises ValueError where its tensors do not fit one another.
"""

import torch
from torch import Tensor
from torch.nn import functional

from loredact.kernels.call import compiled, pointer


def add_norm(h: Tensor, delta: Tensor | None, weight: Tensor, epsilon: float) -> tuple[Tensor, Tensor, Tensor]:
    """s = h + delta, n = w ∘ r s and r = 1 / √(mean(s²) + ε), the mean over the last dimension (arXiv:1910.07467).

    Without delta, s is h itself. Shapes: h, delta, s, n `(..., width)`, weight `(width,)`, r `(..., 1)`; r is float32
    where h is of half precision.
    """
    kernel = compiled("add_norm", h)
    if kernel is None:
        total = h if delta is None else h + delta
        exact = _exact(total)
        r = exact.square().mean(-1, keepdim=True).add_(epsilon).rsqrt_()
        return total, (exact * r * _exact(weight)).to(h.dtype), r
    _require_rows(h, weight, *(() if delta is None else (delta,)))
    h, weight = h.contiguous(), weight.to(h.dtype).contiguous()
    delta = None if delta is None else delta.contiguous()
    total = h if delta is None else torch.empty_like(h)
    n = torch.empty_like(h)
    r = h.new_empty(*h.shape[:-1], 1, dtype=torch.float32)
    kernel(
        r.numel(),
        h.shape[-1],
        pointer(h),
        pointer(delta),
        pointer(weight),
        epsilon,
        pointer(total),
        pointer(n),
        pointer(r),
    )
    return total, n, r


def norm_backward(g: Tensor, beside: Tensor | None, h: Tensor, weight: Tensor, r: Tensor) -> Tensor:
    """The gradient of the norm by its input h, plus `beside`: the gradient that reaches h by another way.

    With n = r h:  dh = r (wg − n · mean(wg ∘ n)). Shapes as in `add_norm`.
    """
    kernel = compiled("norm_backward", h)
    if kernel is None:
        n = _exact(h) * r
        wg = _exact(g) * _exact(weight)
        dh = (wg - n * (wg * n).mean(-1, keepdim=True)) * r
        return (dh if beside is None else dh + _exact(beside)).to(h.dtype)
    _require_rows(h, weight, *((g,) if beside is None else (g, beside)))
    if r.dtype != torch.float32 or r.numel() * h.shape[-1] != h.numel():
        raise ValueError(f"scales {tuple(r.shape)} in {r.dtype} for rows {tuple(h.shape)}")
    g, h, r, weight = g.contiguous(), h.contiguous(), r.contiguous(), weight.to(h.dtype).contiguous()
    beside = None if beside is None else beside.contiguous()
    dh = torch.empty_like(g)
    kernel(
        r.numel(),
        h.shape[-1],
        pointer(g),
        pointer(beside),
        pointer(h),
        pointer(weight),
        pointer(r),
        pointer(dh),
    )
    return dh


def add_layer_norm(h: Tensor, delta: Tensor, weight: Tensor, bias: Tensor, epsilon: float) -> Tensor:
    """w ∘ (s − mean(s)) / √(var(s) + ε) + b for s = h + delta, over the last dimension (arXiv:1607.06450). No gradient.

    Shapes: h, delta and the result `(..., width)`, weight and bias `(width,)`.
    """
    kernel = compiled("add_layer_norm", h)
    if kernel is None:
        return functional.layer_norm(h + delta, weight.shape, weight, bias, epsilon)
    _require_rows(h, weight, delta)
    if bias.shape != weight.shape:
        raise ValueError(f"a bias of {tuple(bias.shape)} and a weight of {tuple(weight.shape)}")
    h, delta = h.contiguous(), delta.contiguous()
    weight, bias = weight.to(h.dtype).contiguous(), bias.to(h.dtype).contiguous()
    n = torch.empty_like(h)
    kernel(
        h.numel() // h.shape[-1],
        h.shape[-1],
        pointer(h),
        pointer(delta),
        pointer(weight),
        pointer(bias),
        epsilon,
        pointer(n),
    )
    return n


def gate(ab: Tensor) -> Tensor:
    """silu(a) ∘ b for the halves a, b of the last dimension (arXiv:2002.05202).

    Shapes: (..., 2 width) to (..., width).
    """
    kernel = compiled("gate", ab)
    if kernel is None:
        a, b = ab.chunk(2, -1)
        return functional.silu(a) * b
    width = ab.shape[-1] // 2
    if width == 0 or ab.shape[-1] % 2:
        raise ValueError(f"{tuple(ab.shape)} is not two halves side by side")
    ab = ab.contiguous()
    y = ab.new_empty(*ab.shape[:-1], width)
    kernel(y.numel() // width, width, pointer(ab), pointer(y))
    return y


def gate_backward(g: Tensor, ab: Tensor) -> Tensor:
    """The gradient of `gate`: with σ = sigmoid(a), da = g ∘ b ∘ σ (1 + a (1 − σ)) and db = g ∘ a ∘ σ, side by side."""
    kernel = compiled("gate_backward", ab)
    if kernel is None:
        a, b = ab.chunk(2, -1)
        return torch.cat([torch.ops.aten.silu_backward(g * b, a), g * functional.silu(a)], dim=-1)
    width = g.shape[-1]
    if width == 0 or ab.shape != (*g.shape[:-1], 2 * width) or g.dtype != ab.dtype:
        raise ValueError(f"a gradient {tuple(g.shape)} in {g.dtype} for {tuple(ab.shape)} in {ab.dtype}")
    g, ab = g.contiguous(), ab.contiguous()
    dab = torch.empty_like(ab)
    kernel(g.numel() // width, width, pointer(g), pointer(ab), pointer(dab))
    return dab


def _require_rows(h: Tensor, weight: Tensor, *others: Tensor) -> None:
    """Raise ValueError where the others are not of h's shape and type, or the weight has not a number a column."""
    shape, dtype = h.shape, h.dtype
    if weight.shape != shape[-1:] or not shape[-1]:
        raise ValueError(f"a weight of {tuple(weight.shape)} for rows {tuple(shape)}")
    for other in others:
        if other.dtype != dtype or other.shape != shape:
            raise ValueError(f"{tuple(other.shape)} in {other.dtype} beside {tuple(shape)} in {dtype}")


def _exact(x: Tensor) -> Tensor:
    return x.float() if x.dtype in (torch.bfloat16, torch.float16) else x

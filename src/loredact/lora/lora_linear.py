"""The matmul of an adapted layer, with its gradient derived by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.nn import functional

from loredact.lora.weights import LoRAWeights

# The outputs [first, past) of a layer among those of all that are one matmul.
Range = tuple[int, int]


class FrozenWeight(Protocol):
    """A frozen weight W `(out, in)` of a training step, exact or in another form."""

    def linear(self, x: Tensor, bias: Tensor | None, u: Tensor, b: Sequence[Tensor], ranges: Sequence[Range]) -> Tensor:
        """xWᵀ + bias, plus u bᵀ on each layer's own outputs, with its own columns of u.

        Shapes: x `(tokens, in)`, u `(tokens, sum of ranks)`, b `(past - first, rank)` each, the result `(tokens, out)`.
        """

    def gradient(self, g: Tensor, gu: Tensor, a: Tensor) -> Tensor:
        """gW + gu A. Shapes: g `(tokens, out)`, gu `(tokens, ranks)`, a `(ranks, in)`, the result `(tokens, in)`."""


@dataclass(frozen=True, slots=True)
class Exact:
    """W as it is, in PyTorch's own matmuls; every sum happens inside the matmul that makes its second term."""

    weight: Tensor

    def linear(self, x: Tensor, bias: Tensor | None, u: Tensor, b: Sequence[Tensor], ranges: Sequence[Range]) -> Tensor:
        y = functional.linear(x, self.weight, bias)
        for (first, past), own, columns in zip(ranges, b, _columns(b), strict=True):
            y[:, first:past].addmm_(u[:, columns], own.t())
        return y

    def gradient(self, g: Tensor, gu: Tensor, a: Tensor) -> Tensor:
        return (g @ self.weight).addmm_(gu, a)


def lora_linear(
    x: Tensor, weight: FrozenWeight, bias: Tensor | None, updates: Sequence[tuple[int, LoRAWeights]]
) -> Tensor:
    """y = xWᵀ + b, plus s · (xAᵀ)Bᵀ on the outputs of each of `updates`, at least one. `weight` and `bias` are frozen.

    Shapes: x `(..., in)`, weight `(out, in)`, y `(..., out)`. Several layers with one input are one matmul here: their
    weights stand under one another in `weight`, and so do their A's in the matmul with x. An update is (its first
    output, its matrices).
    """
    places = tuple((first, first + len(own.b), own.scaling) for first, own in updates)
    matrices = [*(own.a for _, own in updates), *(own.b for _, own in updates)]
    y: Tensor = _LoRALinear.apply(x, weight, bias, places, *matrices)  # type: ignore[no-untyped-call]
    return y


class _LoRALinear(torch.autograd.Function):
    """`lora_linear`, and its gradient.

    With g the gradient of the loss by y, and u = xAᵀ kept from the forward pass:

        dx = gW + s · (gB)A        dA = s · (gB)ᵀx        dB = s · gᵀu

    Autograd, left to itself, would keep a float32 copy of the input and write each update into a tensor of its own;
    here only x and u (width r) are kept.
    """

    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        weight: FrozenWeight,
        bias: Tensor | None,
        places: tuple[tuple[int, int, float], ...],
        *matrices: Tensor,
    ) -> Tensor:
        rows = x.reshape(-1, x.shape[-1])  # (tokens, in)
        a = torch.cat(matrices[: len(places)]).to(x.dtype)  # (sum of ranks, in)
        scaled = [(b * s).to(x.dtype) for b, (_, _, s) in zip(matrices[len(places) :], places, strict=True)]
        u = rows @ a.t()  # (tokens, sum of ranks)
        y = weight.linear(rows, bias, u, scaled, [(first, past) for first, past, _ in places])
        ctx.weight, ctx.places = weight, places
        ctx.save_for_backward(x, a, u, *scaled)
        return y.view(*x.shape[:-1], -1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        x, a, u, *scaled = ctx.saved_tensors
        g = gradients[0].reshape(-1, gradients[0].shape[-1])  # (tokens, out)
        gu = torch.empty_like(u)  # (tokens, sum of ranks): s · gB
        db = []
        for (first, past, s), b, columns in zip(ctx.places, scaled, _columns(scaled), strict=True):
            torch.mm(g[:, first:past], b, out=gu[:, columns])
            # The narrow matrix first: as gᵀu it takes a third longer.
            db.append((_as_parameter(u[:, columns].t() @ g[:, first:past]) * s).t())  # (past - first, rank)
        dx = ctx.weight.gradient(g, gu, a).view_as(x) if ctx.needs_input_grad[0] else None
        da = _as_parameter(gu.t() @ x.reshape(-1, x.shape[-1]))  # (sum of ranks, in)
        return dx, None, None, None, *torch.split_with_sizes(da, [b.shape[1] for b in scaled]), *db


def _columns(b: Sequence[Tensor]) -> list[slice]:
    """Which columns of u, `(tokens, sum of ranks)`, each of `b` takes."""
    columns, past = [], 0
    for own in b:
        columns.append(slice(past, past + own.shape[1]))
        past += own.shape[1]
    return columns


def _as_parameter(gradient: Tensor) -> Tensor:
    """In float32 where the matmuls ran in half precision, since A and B are kept in float32."""
    return gradient.float() if gradient.dtype in (torch.bfloat16, torch.float16) else gradient

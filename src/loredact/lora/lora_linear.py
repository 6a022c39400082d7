"""The product of an adapted layer, with its gradient derived by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from loredact.lora.frozen import FrozenWeight


@dataclass(frozen=True, slots=True)
class LowRankUpdate:
    """The low-rank update of outputs `[first, past)` of a product: scaling · B A x.

    Shapes: a `(rank, in)`, b `(past - first, rank)`.
    """

    first: int
    past: int
    a: Tensor
    b: Tensor
    scaling: float


def lora_linear(
    x: Tensor, weight: Tensor | FrozenWeight, bias: Tensor | None, updates: Sequence[LowRankUpdate]
) -> Tensor:
    """y = xWᵀ + b, plus s · (xAᵀ)Bᵀ on the outputs of each of `updates`. `weight` and `bias` are frozen.

    Shapes: x `(..., in)`, weight `(out, in)`, y `(..., out)`. Several layers with one input are one product here: their
    weights stand under one another in `weight`, and so do their A's in the product with x. A weight in int8 needs
    an update for each of its layers, of sizes that it `takes`.
    """
    if not updates:
        assert isinstance(weight, Tensor), "a weight in int8 stands for layers with updates"
        return functional.linear(x, weight, bias)
    places = tuple((update.first, update.past, update.scaling) for update in updates)
    matrices = [*(update.a for update in updates), *(update.b for update in updates)]
    y: Tensor = _Product.apply(x, weight, bias, places, *matrices)  # type: ignore[no-untyped-call]
    return y


class _Product(torch.autograd.Function):
    """`product`, and its gradient.

    With g the gradient of the loss by y, and u = xAᵀ kept from the forward pass:

        dx = gW + s · (gB)A        dA = s · (gB)ᵀx        dB = s · gᵀu

    Autograd, left to itself, would keep a float32 copy of the input and write each update into a tensor of its own;
    here only x and u (width r) are kept, and every sum happens inside the matrix product that makes its second term.
    """

    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        weight: Tensor | FrozenWeight,
        bias: Tensor | None,
        places: tuple[tuple[int, int, float], ...],
        *matrices: Tensor,
    ) -> Tensor:
        rows = x.reshape(-1, x.shape[-1])  # (tokens, in)
        a = torch.cat(matrices[: len(places)]).to(x.dtype)  # (sum of ranks, in)
        scaled = [(b * s).to(x.dtype) for b, (_, _, s) in zip(matrices[len(places) :], places, strict=True)]
        u = rows @ a.t()  # (tokens, sum of ranks)
        exact: Tensor | None = None
        ctx.frozen, ctx.places = None, places
        if isinstance(weight, FrozenWeight):
            ctx.frozen = weight
            y = weight.linear(rows, bias, u, torch.cat(scaled), [past - first for first, past, _ in places])
        else:
            exact = weight
            y = functional.linear(rows, weight, bias)  # (tokens, out)
            column = 0
            for (first, past, _), b in zip(places, scaled, strict=True):
                y[:, first:past].addmm_(u[:, column : column + b.shape[1]], b.t())
                column += b.shape[1]
        ctx.save_for_backward(x, exact, a, u, *scaled)
        return y.view(*x.shape[:-1], -1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, a, u, *scaled = ctx.saved_tensors
        frozen: FrozenWeight | None = ctx.frozen
        g = gradients[0].reshape(-1, gradients[0].shape[-1])  # (tokens, out)
        gu = torch.empty_like(u)  # (tokens, sum of ranks): s · gB
        db = []
        column = 0
        for (first, past, s), b in zip(ctx.places, scaled, strict=True):
            columns = slice(column, column + b.shape[1])
            torch.mm(g[:, first:past], b, out=gu[:, columns])
            # The narrow matrix first: as gᵀu it takes a third longer.
            db.append((_as_parameter(u[:, columns].t() @ g[:, first:past]) * s).t())  # (past - first, rank)
            column += b.shape[1]
        dx = None
        if ctx.needs_input_grad[0]:
            dx = (g @ weight).addmm_(gu, a) if frozen is None else frozen.gradient(g, gu, a)
            dx = dx.view_as(x)
        da = _as_parameter(gu.t() @ x.reshape(-1, x.shape[-1]))  # (sum of ranks, in)
        return dx, None, None, None, *torch.split_with_sizes(da, [b.shape[1] for b in scaled]), *db


def _as_parameter(gradient: Tensor) -> Tensor:
    """In float32 where the products ran in half precision, since A and B are kept in float32."""
    return gradient.float() if gradient.dtype in (torch.bfloat16, torch.float16) else gradient

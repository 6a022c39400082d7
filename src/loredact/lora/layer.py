"""The LoRA layer, with its gradient derived by hand."""

import math
from typing import Any

import torch
from torch import Tensor, nn


class LoRALinear(nn.Module):
    """A frozen linear layer with a trainable low-rank update.

        y = W₀x + b + (α / r) · B A x

    Source: Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", arXiv:2106.09685, section 4.1. A starts
    Kaiming-uniform and B at zero, as in the authors' code, so the first output is the frozen layer's own.

    Shapes: x `(..., in)`, y `(..., out)`, A `(rank, in)`, B `(out, rank)`. A and B are kept in float32 whatever the
    frozen weight's type, since an AdamW step is often smaller than bfloat16 can hold.

    Raises:
        ValueError: where the rank is below 1 or above the smaller side of the layer.
    """

    def __init__(self, linear: nn.Linear, rank: int, alpha: float) -> None:
        super().__init__()
        smaller = min(linear.in_features, linear.out_features)
        if not 1 <= rank <= smaller:
            raise ValueError(
                f"rank {rank} does not fit a layer of {linear.in_features} to {linear.out_features}: "
                f"it must lie between 1 and {smaller}"
            )
        self.linear = linear.requires_grad_(False)
        self.scaling = alpha / rank
        device = linear.weight.device
        self.lora_A = nn.Parameter(torch.empty(rank, linear.in_features, device=device))
        self.lora_B = nn.Parameter(torch.zeros(linear.out_features, rank, device=device))
        nn.init.kaiming_uniform_(self.lora_A, a=math.sqrt(5))

    def forward(self, x: Tensor) -> Tensor:  # (..., in) to (..., out)
        y: Tensor = _LoRAProduct.apply(  # type: ignore[no-untyped-call]
            x, self.linear.weight, self.linear.bias, self.lora_A, self.lora_B, self.scaling
        )
        return y

    def merged(self) -> nn.Linear:
        """The frozen layer with the update added into its weight, W₀ + (α / r) · B A."""
        with torch.no_grad():
            update = self.scaling * (self.lora_B @ self.lora_A)
            self.linear.weight.copy_(self.linear.weight + update)
        return self.linear


class _LoRAProduct(torch.autograd.Function):
    """y = xWᵀ + b + s · (xAᵀ)Bᵀ, and its gradient.

    With g the gradient of the loss by y, and u = xAᵀ kept from the forward pass:

        dx = gW + s · (gB)A        dA = s · (gB)ᵀx        dB = s · gᵀu

    Autograd, left to itself, would keep a float32 copy of the input and write the update into a tensor of its own; here
    only x and u (width r) are kept, and both sums happen inside the matrix product that makes their second term.
    """

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, a: Tensor, b: Tensor, scaling: float
    ) -> Tensor:
        rows = x.reshape(-1, x.shape[-1])  # (tokens, in)
        a, b = a.to(x.dtype), b.to(x.dtype)
        u = rows @ a.t()  # (tokens, rank)
        y = nn.functional.linear(rows, weight, bias)  # (tokens, out)
        y.addmm_(u, b.t(), alpha=scaling)
        ctx.save_for_backward(x, weight, a, b, u)
        ctx.scaling = scaling
        return y.view(*x.shape[:-1], -1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, a, b, u = ctx.saved_tensors
        g = gradients[0].reshape(-1, gradients[0].shape[-1])  # (tokens, out)
        gb = g @ b  # (tokens, rank)
        gb *= ctx.scaling
        dx = None
        if ctx.needs_input_grad[0]:
            dx = (g @ weight).addmm_(gb, a).view_as(x)
        da = gb.t() @ x.reshape(-1, x.shape[-1])  # (rank, in)
        db = (g.t() @ u).mul_(ctx.scaling)  # (out, rank)
        # The parameters are float32 where the products ran in bfloat16; for equal types `.to` gives the tensor itself.
        return dx, None, None, _as_parameter(da), _as_parameter(db), None


def _as_parameter(gradient: Tensor) -> Tensor:
    return gradient.float() if gradient.dtype in (torch.bfloat16, torch.float16) else gradient

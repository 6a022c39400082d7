"""The clipped gradients of several examples in one packed batch, by one backward pass.

DP-SGD (Abadi et al., arXiv:1607.00133, algorithm 1) needs the sum over examples i of

    c_i g_i        c_i = min(1, C / ‖g_i‖)        g_i: the gradient of example i by all that is trained

A linear map learns from the rows of two matrices, one row a token: its gradient is LᵀR, and that of example i is
L_iᵀR_i over its own rows.

    A of LoRA:  L = s · gB  (tokens, rank)     R = x      (tokens, in)          g: the gradient by the layer's output
    B of LoRA:  L = g       (tokens, out)      R = s · u  (tokens, rank)        u = xAᵀ
    a head:     L = g       (tokens, out)      R = x      (tokens, in)          its bias: R = 1

So the backward pass keeps L and R. ‖g_i‖ comes from L_iᵀR_i where that is small, else from the Gram matrices of its
rows, ‖LᵀR‖² = Σ (LLᵀ) ∘ (RRᵀ), "ghost clipping" (Li et al., arXiv:2110.05679, section 4); the sum of all examples is
then (cL)ᵀR, each row of L times the c of its example ("book-keeping", Bu et al., arXiv:2210.00038). No gradient of one
example is ever kept.
"""

import threading
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from loredact.errors import InputError
from loredact.lora.attach import lora_layers, put
from loredact.lora.layer import LoRALinear


class Tape(threading.local):
    """What a thread's last backward pass kept: L and R of each trained tensor; LᵀR is its gradient of all examples."""

    def __init__(self) -> None:
        self._pairs: list[tuple[nn.Parameter, Tensor, Tensor]] = []

    def keep(self, parameter: nn.Parameter, left: Tensor, right: Tensor) -> None:
        """Note that the gradient of `parameter`, in its own shape but for a bias, is leftᵀ right."""
        self._pairs.append((parameter, left.detach(), right.detach()))

    def clipped(self, examples: Sequence[Tensor], clip: float) -> tuple[dict[nn.Parameter, Tensor], Tensor]:
        """Σ c_i g_i by parameter, in float32, and the norms ‖g_i‖ `(examples,)`; what was kept is forgotten.

        `examples` are the rows of each example: indices into the packed batch, each in one example at most. Rows of no
        example count nowhere.
        """
        pairs, self._pairs = self._pairs, []
        device = pairs[0][1].device
        squared = torch.zeros(len(examples), dtype=torch.float64, device=device)
        for _, left, right in pairs:
            for index, rows in enumerate(examples):
                squared[index] += squared_norm(left[rows], right[rows])
        norms = squared.sqrt()
        scale = torch.zeros(len(pairs[0][1]), device=device)
        for rows, norm in zip(examples, norms.tolist(), strict=True):
            scale[rows] = min(1.0, clip / max(norm, 1e-300))
        total = {
            parameter: ((left.float() * scale[:, None]).t() @ right.float()).view_as(parameter)
            for parameter, left, right in pairs
        }
        return total, norms


def squared_norm(left: Tensor, right: Tensor) -> Tensor:
    """‖LᵀR‖² of `left` `(rows, a)` and `right` `(rows, b)`, by the smaller of two ways; float64, `()`."""
    left, right = left.float(), right.float()
    rows, a, b = len(left), left.shape[1], right.shape[1]
    if rows * (a + b) < a * b:
        return ((left @ left.t()).double() * (right @ right.t()).double()).sum()
    return (left.t() @ right).double().square().sum()


def record(network: nn.Module, head: str, tape: Tape) -> None:
    """Put layers that keep their L and R on `tape` in place of the trained LoRA layers of `network` and of its `head`.

    They compute what those computed; without gradients they are those.

    Raises:
        InputError: where a layer has a magnitude (DoRA), drops inputs out, or took a start out of its frozen weight.
    """
    for name, layer in [(name, layer) for name, layer in lora_layers(network) if layer.lora_A.requires_grad]:
        if layer.lora_magnitude is not None or layer.dropout or layer.taken is not None:
            raise InputError(
                f"{name}: gradients are clipped of plain LoRA alone, without DoRA, dropout or a PiSSA start."
            )
        put(network, name, _RecordedLoRA(layer, tape))
    linear = network.get_submodule(head)
    assert isinstance(linear, nn.Linear)
    put(network, head, _RecordedHead(linear, tape))


class _RecordedLoRA(LoRALinear):
    """A plain LoRA layer that keeps its L and R."""

    def __init__(self, layer: LoRALinear, tape: Tape) -> None:
        super().__init__(layer.base, layer.weights())
        self.train(layer.training)
        self._tape = tape

    @property
    def is_plain(self) -> bool:
        """With gradients it has no part in a product of several: each layer keeps its own."""
        return not torch.is_grad_enabled()

    def forward(self, x: Tensor) -> Tensor:  # (..., in) to (..., out)
        if self.merged or not torch.is_grad_enabled():
            return super().forward(x)
        y: Tensor = _RecordedProduct.apply(  # type: ignore[no-untyped-call]
            x, self.weight, self.bias, self.lora_A, self.lora_B, self.scaling, self._tape
        )
        return y


class _RecordedProduct(torch.autograd.Function):
    """y = xWᵀ + b + s · (xAᵀ)Bᵀ, whose backward pass keeps what the gradients of A and B are made of."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, a: Tensor, b: Tensor, scaling: float, tape: Tape
    ) -> Tensor:
        rows = x.reshape(-1, x.shape[-1])  # (tokens, in)
        u = rows @ a.to(x.dtype).t()  # (tokens, rank)
        y = functional.linear(rows, weight, bias).addmm_(u, (b * scaling).to(x.dtype).t())
        ctx.save_for_backward(rows, weight, u)
        ctx.a, ctx.b, ctx.scaling, ctx.tape = a, b, scaling, tape
        return y.view(*x.shape[:-1], -1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        rows, weight, u = ctx.saved_tensors
        g = gradients[0].reshape(-1, gradients[0].shape[-1])  # (tokens, out)
        gu = (g @ ctx.b.to(g.dtype)) * ctx.scaling  # (tokens, rank)
        ctx.tape.keep(ctx.a, gu, rows)
        ctx.tape.keep(ctx.b, g, u * ctx.scaling)
        dx = None
        if ctx.needs_input_grad[0]:
            dx = (g @ weight).addmm_(gu, ctx.a.to(g.dtype)).view(*gradients[0].shape[:-1], -1)
        return dx, None, None, None, None, None, None


class _RecordedHead(nn.Linear):
    """A linear layer that keeps its L and R."""

    def __init__(self, linear: nn.Linear, tape: Tape) -> None:
        super().__init__(1, 1, bias=False)
        self.in_features, self.out_features = linear.in_features, linear.out_features
        self.weight, self.bias = linear.weight, linear.bias
        self._tape = tape

    def forward(self, x: Tensor) -> Tensor:  # (..., in) to (..., out)
        if not torch.is_grad_enabled():
            return super().forward(x)
        y: Tensor = _RecordedLinear.apply(x, self.weight, self.bias, self._tape)  # type: ignore[no-untyped-call]
        return y


class _RecordedLinear(torch.autograd.Function):
    """y = xWᵀ + b, whose backward pass keeps what the gradients of W and b are made of."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: nn.Parameter, bias: nn.Parameter | None, tape: Tape) -> Tensor:
        ctx.save_for_backward(x)
        ctx.weight, ctx.bias, ctx.tape = weight, bias, tape
        return functional.linear(x, weight, bias)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        (x,) = ctx.saved_tensors
        g, inputs = gradients[0].reshape(-1, gradients[0].shape[-1]), x.reshape(-1, x.shape[-1])
        ctx.tape.keep(ctx.weight, g, inputs)
        if ctx.bias is not None:
            ctx.tape.keep(ctx.bias, g, torch.ones_like(inputs[:, :1]))
        return (gradients[0] @ ctx.weight if ctx.needs_input_grad[0] else None), None, None, None

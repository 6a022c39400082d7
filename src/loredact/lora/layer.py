"""The LoRA layer."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from loredact.lora.lora_linear import Exact, FrozenWeight, lora_linear
from loredact.lora.weights import LoRAWeights


class LoRALinear(nn.Module):
    """A frozen linear layer with a trainable low-rank update.

        y = W₀x + b + s · B A x                                s = α / r, or α / √r where rank-stabilised

    Source: Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", arXiv:2106.09685, section 4.1. With a
    magnitude m it is DoRA (Liu et al., arXiv:2402.09353, equation 5; the norm is a constant to the gradient, section
    4.3), norms taken over each row of the weight:

        y = (m / ‖W₀ + s · B A‖) ∘ (W₀ + s · B A) x + b

    In training, `dropout` of the inputs of the update are zero and the others scaled up by 1 / (1 − dropout).

    `base` is an `nn.Linear`, or a `Conv1D` of Transformers, which keeps its weight transposed. Shapes: x `(..., in)`,
    y `(..., out)`. A, B and m are kept in float32 whatever the frozen weight's type, since an AdamW step is often
    smaller than bfloat16 can hold.
    """

    def __init__(self, base: nn.Module, weights: LoRAWeights, dropout: float = 0.0) -> None:
        super().__init__()
        self.base = base.requires_grad_(False)
        self.scaling = weights.scaling
        self.dropout = dropout
        self.lora_A = nn.Parameter(weights.a)
        self.lora_B = nn.Parameter(weights.b)
        self.lora_magnitude = None if weights.magnitude is None else nn.Parameter(weights.magnitude)
        # The base's weight as it was, while something is added into it: by `merge`, or by a PiSSA start.
        self.original: Tensor | None = None
        # What a PiSSA start took out of the weight, A and B, and put into the update.
        self.taken: tuple[Tensor, Tensor] | None = None
        self.merged = False
        # The frozen weight in another form, for training steps alone.
        self.in_training: FrozenWeight | None = None

    @property
    def weight(self) -> Tensor:
        """The frozen weight, (out, in); a view of the base's own memory."""
        return out_by_in(self.base)

    @property
    def bias(self) -> Tensor | None:
        bias = self.base.bias
        assert bias is None or isinstance(bias, Tensor)
        return bias

    @property
    def is_plain(self) -> bool:
        """Whether the layer is W₀x + b + s · B A x and no more, so that it can share a matmul with others."""
        return self.lora_magnitude is None and not (self.dropout and self.training)

    def forward(self, x: Tensor) -> Tensor:  # (..., in) to (..., out)
        if self.merged:
            return functional.linear(x, self.weight, self.bias)
        if self.is_plain:
            stored = self.in_training if torch.is_grad_enabled() else None
            return lora_linear(x, stored or Exact(self.weight), self.bias, [(0, self.learning())])
        dropped = functional.dropout(x, self.dropout, self.training)
        low_rank = functional.linear(
            functional.linear(dropped, self.lora_A.to(x.dtype)), (self.lora_B * self.scaling).to(x.dtype)
        )
        y = functional.linear(x, self.weight, self.bias)
        if self.lora_magnitude is None:
            return y + low_rank
        stretch = (self.lora_magnitude / self._norms()).to(x.dtype)  # (out,)
        if dropped is x:
            return y + (stretch - 1) * (y if self.bias is None else y - self.bias) + stretch * low_rank
        return y + (stretch - 1) * functional.linear(dropped, self.weight) + stretch * low_rank

    @torch.no_grad()
    def merge(self) -> None:
        """Add the update into the frozen weight: the same output, at no extra cost."""
        if not self.merged:
            if self.original is None:
                self.original = self.weight.clone()
            self.weight.copy_(self._updated())
            self.merged = True

    @torch.no_grad()
    def unmerge(self) -> None:
        """Take the update out again: the frozen weight is bit for bit what it was."""
        if self.merged:
            self._restore()
            if self.taken is not None:
                self.take(*self.taken)
            self.merged = False

    @torch.no_grad()
    def merge_and_unload(self) -> nn.Module:
        """The plain layer with the update in its weight for good."""
        if not self.merged:
            self.weight.copy_(self._updated())
        return self.base

    @torch.no_grad()
    def release(self) -> nn.Module:
        """The plain layer as it was before LoRA, bit for bit."""
        self._restore()
        return self.base

    @torch.no_grad()
    def take(self, a: Tensor, b: Tensor) -> None:
        """Take s · B A out of the frozen weight, as a PiSSA start does that puts it into the update."""
        self.original = self.weight.clone()
        self.taken = (a, b)
        self.weight.copy_(self.weight - self.scaling * (b @ a))

    def learning(self) -> LoRAWeights:
        """The matrices that learn, themselves."""
        return LoRAWeights(self.lora_A, self.lora_B, self.scaling, self.lora_magnitude)

    def weights(self) -> LoRAWeights:
        """What was learnt, relative to the base as it was; shares memory with the layer where it can.

        After a PiSSA start that is s · (B A − B₀ A₀): twice the rank, but a plain LoRA on an untouched base.
        """
        magnitude = None if self.lora_magnitude is None else self.lora_magnitude.detach()
        a, b = self.lora_A.detach(), self.lora_B.detach()
        if self.taken is not None:
            a, b = torch.cat([a, self.taken[0]]), torch.cat([b, -self.taken[1]], dim=1)
        return LoRAWeights(a, b, self.scaling, magnitude)

    def _restore(self) -> None:
        if self.original is not None:
            self.weight.copy_(self.original)
            self.original = None

    def _updated(self) -> Tensor:
        weight = self.weight.float() if self.weight.dtype == torch.bfloat16 else self.weight
        updated = weight + self.scaling * (self.lora_B @ self.lora_A)
        if self.lora_magnitude is None:
            return updated
        return updated * (self.lora_magnitude / self._norms())[:, None]

    def _norms(self) -> Tensor:  # (out,)
        with torch.no_grad():
            update = self.scaling * (self.lora_B @ self.lora_A)
            norms: Tensor = torch.linalg.vector_norm(self.weight + update, dim=1)
            return norms


def out_by_in(layer: nn.Module) -> Tensor:
    """The weight of a linear layer as (out, in), a view of its own memory: `Conv1D` keeps it as (in, out)."""
    weight = layer.weight
    assert isinstance(weight, Tensor)
    return weight if isinstance(layer, nn.Linear) else weight.t()


def is_linear(layer: nn.Module) -> bool:
    """Whether `layer` is an `nn.Linear` or Transformers' `Conv1D`, which GPT-2 is made of.

    `Conv1D` is known by its name, so that this package needs nothing but PyTorch.
    """
    return isinstance(layer, nn.Linear) or type(layer).__name__ == "Conv1D"

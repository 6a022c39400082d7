"""A frozen weight in int8, for the matmuls of a training step."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from loredact.kernels import PANEL, Int8Update, Int8Weight, int8_linear, to_int8
from loredact.lora import LoRALinear, Range


@dataclass(frozen=True, slots=True)
class Int8:
    """W in int8, laid out for xWᵀ and for its gradient gW, rounded for each by itself: a `lora.FrozenWeight`.

    What rounding changes of a step is far below what one batch differs from the next, and A and B learn from exact
    inputs and gradients (Wortsman et al., arXiv:2304.13013, train all of a network so). What has been learnt is used
    with the exact weight.
    """

    forward: Int8Weight
    backward: Int8Weight

    @classmethod
    def of(cls, weight: Tensor, layers: Sequence[nn.Module]) -> "Int8 | None":
        """`weight` `(out, in)` of `layers`, one under the other.

        None where the processor or a shape does not allow for it, it is not bfloat16, or one of the layers is not
        W₀x + s · B A x without dropout, of a rank that all have.
        """
        plain = [layer for layer in layers if isinstance(layer, LoRALinear) and not layer.merged]
        if len(plain) < len(layers) or any(layer.lora_magnitude is not None or layer.dropout for layer in plain):
            return None
        ranks = {len(layer.lora_A) for layer in plain}
        if len(ranks) > 1 or ranks.pop() % 2 or any(len(layer.lora_B) % PANEL for layer in plain):
            return None
        forward = to_int8(weight)
        backward = None if forward is None else to_int8(weight.t())
        return None if forward is None or backward is None else cls(forward, backward)

    def linear(self, x: Tensor, bias: Tensor | None, u: Tensor, b: Sequence[Tensor], ranges: Sequence[Range]) -> Tensor:
        rank = b[0].shape[1]
        columns = [layer * rank for layer, (first, past) in enumerate(ranges) for _ in range((past - first) // PANEL)]
        bias = None if bias is None else bias.float()
        return int8_linear(x, self.forward, bias, Int8Update(u, torch.cat([*b]), columns))

    def gradient(self, g: Tensor, gu: Tensor, a: Tensor) -> Tensor:
        inputs = self.backward.shape[0]
        return int8_linear(g, self.backward, None, Int8Update(gu, a.t(), [0] * (inputs // PANEL)))

"""A frozen weight in int8, for the products of a training step."""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from loredact.kernels import PANEL, Int8Weight, int8_linear, to_int8


@dataclass(frozen=True, slots=True)
class FrozenWeight:
    """W in int8, laid out for xWᵀ and for its gradient gW, rounded for each by itself.

    What rounding changes of a step is far below what one batch differs from the next, and A and B learn from exact
    inputs and gradients (Wortsman et al., arXiv:2304.13013, train all of a network so). What has been learnt is used
    with the exact weight.
    """

    forward: Int8Weight
    backward: Int8Weight

    @classmethod
    def of(cls, weight: Tensor) -> "FrozenWeight | None":
        """`weight` `(out, in)`; None where the processor or its shape does not allow for it, or it is not bfloat16."""
        forward = to_int8(weight)
        backward = None if forward is None else to_int8(weight.t())
        return None if forward is None or backward is None else cls(forward, backward)

    @staticmethod
    def takes(outputs: Sequence[int], ranks: Sequence[int]) -> bool:
        """Whether updates of such ranks, of so many outputs each, one after the other, can be added in a product."""
        return all(count % PANEL == 0 for count in outputs) and len(set(ranks)) == 1 and ranks[0] % 2 == 0

    def linear(self, x: Tensor, bias: Tensor | None, u: Tensor, b: Tensor, outputs: Sequence[int]) -> Tensor:
        """xWᵀ + bias, and on so many `outputs` each, their own columns of u times their rows of b.

        Shapes: x `(tokens, in)`, u `(tokens, ranks)`, b `(out, rank)`, the result `(tokens, out)`.
        """
        rank = b.shape[1]
        columns = [layer * rank for layer, count in enumerate(outputs) for _ in range(count // PANEL)]
        return int8_linear(x, self.forward, None if bias is None else bias.float(), u, b, columns)

    def gradient(self, g: Tensor, gu: Tensor, a: Tensor) -> Tensor:
        """gW + gu A. Shapes: g `(tokens, out)`, gu `(tokens, ranks)`, a `(ranks, in)`, the result `(tokens, in)`."""
        inputs = self.backward.shape[0]
        return int8_linear(g, self.backward, None, gu, a.t(), [0] * (inputs // PANEL))

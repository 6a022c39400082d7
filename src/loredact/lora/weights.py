"""What LoRA learns of a layer."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class LoRAWeights:
    """What LoRA learns of one layer, relative to the frozen base: ΔW = scaling · B A.

    Shapes: a `(rank, in)`, b `(out, rank)`; `magnitude` `(out,)` where the layer is a DoRA layer, else None.
    """

    a: Tensor
    b: Tensor
    scaling: float
    magnitude: Tensor | None = None

    def to(self, device: torch.device) -> "LoRAWeights":
        """The same, on `device`."""
        magnitude = None if self.magnitude is None else self.magnitude.to(device)
        return LoRAWeights(self.a.to(device), self.b.to(device), self.scaling, magnitude)

    def within_the_weight(self) -> "LoRAWeights":
        """The same update at a rank that is no greater than the smaller side of the weight.

        A start that is saved at twice its rank, or a sum of adapters, can have more rows than ΔW has ranks. Where it
        has, B A itself is one of the two matrices, and the other the identity.
        """
        out, inputs = self.b.shape[0], self.a.shape[1]
        if self.a.shape[0] <= min(out, inputs):
            return self
        update = self.b @ self.a  # (out, in)
        a, b = (torch.eye(inputs).to(update), update) if inputs <= out else (update, torch.eye(out).to(update))
        return LoRAWeights(a, b, self.scaling, self.magnitude)

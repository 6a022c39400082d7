"""Several adapters as one."""

from collections.abc import Mapping, Sequence

import torch

from loredact.errors import AdapterError
from loredact.lora.weights import LoRAWeights


def weighted_sum(adapters: Sequence[Mapping[str, LoRAWeights]], factors: Sequence[float]) -> dict[str, LoRAWeights]:
    """The adapter whose update is Σ factor · ΔW of `adapters`, exactly: its rank is the sum of theirs.

    With A's under one another and B's side by side, each times its factor and its scaling, B A is the sum itself. PEFT
    calls this the combination `cat`. A layer that only some adapters have is taken from those.

    Raises:
        AdapterError: where an adapter has DoRA layers, whose change of the weight is not a product B A.
        ValueError: where the two sequences differ in length.
    """
    parts: dict[str, list[tuple[LoRAWeights, float]]] = {}
    for adapter, factor in zip(adapters, factors, strict=True):
        for name, learnt in adapter.items():
            if learnt.magnitude is not None:
                raise AdapterError(f"{name} is a DoRA layer: DoRA adapters cannot be summed. Merge them one at a time.")
            parts.setdefault(name, []).append((learnt, factor))
    return {
        name: LoRAWeights(
            torch.cat([learnt.a for learnt, _ in found]),
            torch.cat([factor * learnt.scaling * learnt.b for learnt, factor in found], dim=1),
            scaling=1.0,
        )
        for name, found in parts.items()
    }

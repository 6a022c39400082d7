"""Get frozen weights ready for the products of a training step."""

import torch
from torch import Tensor, nn

from loredact.lora.frozen import FrozenWeight
from loredact.lora.joined import Joined
from loredact.lora.layer import LoRALinear, can_freeze


def prepare(network: nn.Module) -> list[Tensor]:
    """Lay out the frozen weights of what learns in `network`: in int8, wherever the processor has such products and a
    layer, with all those that share its input, is W₀x + s · B A x with no dropout and of sizes that they take; else
    those of layers with one input in one stretch.

    Gives the weights that a step does not read any more.
    """
    together: set[nn.Module] = set()
    unread: list[Tensor] = []
    for module in network.modules():
        if isinstance(module, Joined):
            layers = module.joined()
            together.update(layers)
            module.frozen = FrozenWeight.of(torch.cat(module.weights())) if can_freeze(layers) else None
            unread += module.join() if module.frozen is None else module.weights()
    for module in network.modules():
        if isinstance(module, LoRALinear) and module not in together:
            module.frozen = FrozenWeight.of(module.weight) if can_freeze([module]) else None
            if module.frozen is not None:
                unread.append(module.weight)
    return unread

"""Get frozen weights ready for the products of a training step."""

import torch
from torch import Tensor, nn

from loredact.lora.frozen import FrozenWeight
from loredact.lora.joined import Joined
from loredact.lora.layer import LoRALinear


def prepare(network: nn.Module) -> list[Tensor]:
    """Lay out the frozen weights of what learns in `network`: in int8, wherever a layer is W₀x + s · B A x with no
    dropout and the processor has such products; else those of layers with one input in one stretch.

    Gives the weights that a step does not read any more.
    """
    together: set[nn.Module] = set()
    unread: list[Tensor] = []
    for module in network.modules():
        if not isinstance(module, Joined):
            continue
        together.update(module.joined())
        plain = all(isinstance(layer, LoRALinear) and _is_plain(layer) for layer in module.joined())
        module.frozen = FrozenWeight.of(torch.cat(module.weights())) if plain else None
        unread += module.join() if module.frozen is None else module.weights()
    for module in network.modules():
        if isinstance(module, LoRALinear) and module not in together and _is_plain(module):
            module.frozen = FrozenWeight.of(module.weight)
            if module.frozen is not None:
                unread.append(module.weight)
    return unread


def _is_plain(layer: LoRALinear) -> bool:
    return layer.lora_magnitude is None and not layer.dropout and not layer.merged

"""Get frozen weights ready for the products of a training step."""

import torch
from torch import Tensor, nn

from loredact.lora.frozen import FrozenWeight
from loredact.lora.layer import LoRALinear
from loredact.lora.together import Joined, join


def prepare(network: nn.Module) -> list[Tensor]:
    """Lay out the frozen weights of what learns in `network`: in int8, wherever a layer is W₀x + s · B A x with no
    dropout and the processor has such products; else those of layers with one input in one stretch.

    Gives the weights that a step does not read any more.
    """
    together: set[nn.Module] = set()
    unread: list[Tensor] = []
    for module in network.modules():
        if isinstance(module, Joined):
            linears = [_plain_linear(layer) for layer in module.joined()]
            plain = [linear for linear in linears if linear is not None]
            if len(plain) == len(linears):
                weights = [linear.weight.detach() for linear in plain]
                module.frozen = FrozenWeight.of(torch.cat(weights))
                together.update(module.joined())
                unread += weights
                if module.frozen is None:
                    join(plain)
    for module in network.modules():
        if isinstance(module, LoRALinear) and module not in together and _is_plain(module):
            module.frozen = FrozenWeight.of(module.weight)
            if module.frozen is not None:
                unread.append(module.weight)
    return unread


def _plain_linear(layer: nn.Module) -> nn.Linear | None:
    if isinstance(layer, LoRALinear) and _is_plain(layer) and isinstance(layer.base, nn.Linear):
        return layer.base
    return None


def _is_plain(layer: LoRALinear) -> bool:
    return layer.lora_magnitude is None and not layer.dropout and not layer.merged

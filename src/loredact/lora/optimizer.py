"""Which learning rate each trained tensor has."""

from collections.abc import Mapping
from typing import Any

from torch import nn

from loredact.lora.attach import lora_layers


def parameter_groups(
    network: nn.Module, learning_rate: float, b_ratio: float = 1.0, ratios: Mapping[str, float] | None = None
) -> list[dict[str, Any]]:
    """The trained parameters of `network` as an optimizer's groups: every B learns at `b_ratio` times `learning_rate`.

    A ratio above 1 is LoRA+ (Hayou et al., arXiv:2402.12354): B starts at zero and A does not, and at one rate for both
    A hardly moves in wide networks. `ratios` gives modules a ratio of their own, by name, such as a head. Each group
    says its ratio as `factor`.
    """
    factors = {id(layer.lora_B): b_ratio for _, layer in lora_layers(network)}
    for name, ratio in (ratios or {}).items():
        factors |= {id(parameter): ratio for parameter in network.get_submodule(name).parameters()}
    groups: dict[float, list[nn.Parameter]] = {}
    for parameter in network.parameters():
        if parameter.requires_grad:
            groups.setdefault(factors.get(id(parameter), 1.0), []).append(parameter)
    return [
        {"params": parameters, "lr": learning_rate * factor, "factor": factor} for factor, parameters in groups.items()
    ]

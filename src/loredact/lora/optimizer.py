"""Which learning rate each trained tensor has."""

from typing import Any

from torch import nn

from loredact.lora.attach import lora_layers


def parameter_groups(network: nn.Module, learning_rate: float, b_ratio: float = 1.0) -> list[dict[str, Any]]:
    """The trained parameters of `network` as an optimizer's groups: every B learns at `b_ratio` times `learning_rate`.

    A ratio above 1 is LoRA+ (Hayou et al., arXiv:2402.12354): B starts at zero and A does not, and at one rate for both
    A hardly moves in wide networks.
    """
    b_matrices = {id(layer.lora_B) for _, layer in lora_layers(network)}
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    groups = [
        {"params": [p for p in trained if id(p) not in b_matrices], "lr": learning_rate, "factor": 1.0},
        {"params": [p for p in trained if id(p) in b_matrices], "lr": learning_rate * b_ratio, "factor": b_ratio},
    ]
    return [group for group in groups if group["params"]]

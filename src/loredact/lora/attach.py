"""Attach LoRA to a network's linear layers, find it there, and merge it away."""

import re
from collections.abc import Iterator

from torch import nn

from loredact.errors import InputError
from loredact.lora.config import LoRAConfig
from loredact.lora.layer import LoRALinear

ALL_LINEAR = "all-linear"


def attach(network: nn.Module, config: LoRAConfig, keep: tuple[str, ...] = ()) -> list[str]:
    """Freeze `network` and put a `LoRALinear` in place of each linear layer that `config.targets` names.

    `keep` names modules that stay whole and trainable, such as a head. Returns the names of the layers adapted.

    Raises:
        InputError: where no linear layer matches, or the rank is above a layer's size.
    """
    linears = {
        name: module
        for name, module in network.named_modules()
        if isinstance(module, nn.Linear) and not any(_is_within(name, kept) for kept in keep)
    }
    chosen = [name for name in linears if matches(name, config.targets)]
    if not chosen:
        endings = ", ".join(sorted({name.rsplit(".", 1)[-1] for name in linears})) or "none"
        raise InputError(
            f"No linear layer matches the targets {config.targets!r}. This network's linear layers end in: {endings}."
        )
    network.requires_grad_(False)
    for kept in keep:
        network.get_submodule(kept).requires_grad_(True)
    for name in chosen:
        try:
            layer = LoRALinear(linears[name], config.rank, config.alpha)
        except ValueError as error:
            raise InputError(f"{name}: {error}.") from None
        _put(network, name, layer)
    return chosen


def matches(name: str, targets: str | tuple[str, ...]) -> bool:
    """Whether the layer `name` is among `targets`, by the rules that PEFT uses for `target_modules`."""
    if targets == ALL_LINEAR:
        return True
    if isinstance(targets, str):
        return re.fullmatch(targets, name) is not None
    return any(_ends_in(name, target) for target in targets)


def lora_layers(network: nn.Module) -> Iterator[tuple[str, LoRALinear]]:
    """The adapted layers of `network`, by name, in the order in which the network holds them."""
    for name, module in network.named_modules():
        if isinstance(module, LoRALinear):
            yield name, module


def merge(network: nn.Module) -> None:
    """Add every update into its frozen weight and put the plain layer back: the same output, at no extra cost."""
    for name, layer in list(lora_layers(network)):
        _put(network, name, layer.merged())


def _put(network: nn.Module, name: str, module: nn.Module) -> None:
    parent, _, child = name.rpartition(".")
    setattr(network.get_submodule(parent), child, module)


def _is_within(name: str, kept: str) -> bool:
    return name == kept or name.startswith(f"{kept}.")


def _ends_in(name: str, target: str) -> bool:
    return name == target or name.endswith(f".{target}")

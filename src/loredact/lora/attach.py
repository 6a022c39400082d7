"""Attach LoRA to a network's linear layers, find it there, swap it, merge it, and take it off again."""

import re
from collections.abc import Iterator, Mapping

from torch import nn

from loredact.errors import AdapterError, InputError
from loredact.lora.config import LoRAConfig
from loredact.lora.layer import LoRALinear, is_linear, out_by_in
from loredact.lora.start import start
from loredact.lora.weights import LoRAWeights

ALL_LINEAR = "all-linear"


def attach(network: nn.Module, config: LoRAConfig, keep: tuple[str, ...] = ()) -> list[str]:
    """Freeze `network` and put a `LoRALinear` in place of each linear layer that `config.targets` names.

    `keep` names modules that stay whole and trainable, such as a head. Returns the names of the layers adapted.

    Raises:
        InputError: where no linear layer matches, or the rank is above a layer's size. The network is then unchanged.
    """
    linears = {
        name: module
        for name, module in network.named_modules()
        if is_linear(module) and not any(_is_within(name, kept) for kept in keep) and not _is_output(network, module)
    }
    chosen = [name for name in linears if matches(name, config.targets)]
    if not chosen:
        endings = ", ".join(sorted({name.rsplit(".", 1)[-1] for name in linears})) or "none"
        raise InputError(
            f"No linear layer matches the targets {config.targets!r}. This network's linear layers end in: {endings}."
        )
    for name in chosen:
        _require_rank_fits(name, linears[name], config)
    network.requires_grad_(False)
    for kept in keep:
        network.get_submodule(kept).requires_grad_(True)
    for name in chosen:
        put(network, name, start(name, linears[name], config))
    return chosen


def matches(name: str, targets: str | tuple[str, ...]) -> bool:
    """Whether the layer `name` is among `targets`, by the rules that PEFT uses for `target_modules`."""
    if targets == ALL_LINEAR:
        return True
    if isinstance(targets, str):
        return re.fullmatch(targets, name) is not None
    parts = name.split(".")
    return not {".".join(parts[place:]) for place in range(len(parts))}.isdisjoint(targets)


def lora_layers(network: nn.Module) -> Iterator[tuple[str, LoRALinear]]:
    """The adapted layers of `network`, by name, in the order in which the network holds them."""
    for name, module in network.named_modules():
        if isinstance(module, LoRALinear):
            yield name, module


def lora_weights(network: nn.Module) -> dict[str, LoRAWeights]:
    """What LoRA has learnt on `network`, by layer, relative to the base as it was before `attach`."""
    return {name: layer.weights() for name, layer in lora_layers(network)}


def set_adapter(network: nn.Module, weights: Mapping[str, LoRAWeights]) -> None:
    """Put the adapter `weights` on `network`, in place of one that is there. Nothing is copied.

    So one base serves any number of adapters, one after the other, each a dictionary that `detach`, `lora_weights`,
    `read_weights` or `weighted_sum` gave.

    Raises:
        AdapterError: where a layer is missing or of another size: an adapter for another base. The network is then
            unchanged.
    """
    modules = dict(network.named_modules())
    bases: dict[str, nn.Module] = {}
    for name, learnt in weights.items():
        module = modules.get(name)
        base = module.base if isinstance(module, LoRALinear) else module
        if base is None or not is_linear(base):
            raise AdapterError(f"The adapter has the layer {name}, and the network no linear layer of that name.")
        expected = tuple(out_by_in(base).shape)
        found = (learnt.b.shape[0], learnt.a.shape[1])
        if found != expected:
            raise AdapterError(
                f"The adapter's layer {name} is {found[1]} to {found[0]}, and the network's {expected[1]} to "
                f"{expected[0]}. It was made for another base."
            )
        bases[name] = base
    detach(network)
    for name, learnt in weights.items():
        put(network, name, LoRALinear(bases[name], learnt).train(network.training))


def detach(network: nn.Module) -> dict[str, LoRAWeights]:
    """Take LoRA off: the plain layers are back, bit for bit. Returns what had been learnt."""
    learnt = lora_weights(network)
    for name, layer in list(lora_layers(network)):
        put(network, name, layer.release())
    return learnt


def merge(network: nn.Module) -> None:
    """Add every update into its frozen weight: the same output at no extra cost. `unmerge` takes it out again."""
    for _, layer in lora_layers(network):
        layer.merge()


def unmerge(network: nn.Module) -> None:
    """Undo `merge`: the frozen weights are bit for bit what they were."""
    for _, layer in lora_layers(network):
        layer.unmerge()


def merge_and_unload(network: nn.Module) -> None:
    """Merge for good: plain layers are back, with the updates in their weights, and nothing is kept to undo it."""
    for name, layer in list(lora_layers(network)):
        put(network, name, layer.merge_and_unload())


def _require_rank_fits(name: str, layer: nn.Module, config: LoRAConfig) -> None:
    out, inputs = out_by_in(layer).shape
    rank = config.rank_of(name)
    if not 1 <= rank <= min(out, inputs):
        raise InputError(
            f"{name}: rank {rank} does not fit a layer of {inputs} to {out}: "
            f"it must lie between 1 and {min(out, inputs)}."
        )


def put(network: nn.Module, name: str, module: nn.Module) -> None:
    """Put `module` in the place of the one called `name`."""
    parent, _, child = name.rpartition(".")
    setattr(network.get_submodule(parent), child, module)


def _is_output(network: nn.Module, module: nn.Module) -> bool:
    """Whether `module` is a language model's vocabulary head, which Transformers names and PEFT leaves alone too."""
    named = getattr(network, "get_output_embeddings", None)
    return named is not None and named() is module


def _is_within(name: str, kept: str) -> bool:
    return name == kept or name.startswith(f"{kept}.")

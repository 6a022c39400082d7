"""Linear layers of a base, those with one input as one matmul: y = xWᵀ + b + s · (xAᵀ)Bᵀ.

The layers stay where Transformers' names have them, so that LoRA and the files on disk meet them there. Their weights
stand under one another in one tensor from loading on (`fuse_weights`). How y is computed goes by the form that W is in:
exact; in int8 for training steps, beside the exact one (`prepare`); or laid out for masking, in its place
(`pack_weights`). A and B are those of a `LoRALinear` that learns, or travel with a packed batch (`updates.py`).
"""

import weakref
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from loredact.lora import Exact, LoRALinear, LoRAWeights, lora_layers, lora_linear
from loredact.network.int8 import Int8
from loredact.network.packed import Packed, Room
from loredact.network.updates import Updates


class Linear:
    """The layers `names` of `owner`, which have one input. x `(..., in)` to y `(..., sum of outs)`."""

    def __init__(self, owner: nn.Module, *names: str) -> None:
        # Held weakly, since the owner holds this: a network goes when it is let go of, not some collection later.
        self._owner = weakref.ref(owner)
        self._names = names
        self._in_training: tuple[Int8, list[nn.Module]] | None = None
        self._packed: Packed | None = None
        # The layers' names in the network and the first output of each, once the weights are packed.
        self._firsts: dict[str, int] = {}

    def __call__(self, x: Tensor, updates: Updates | None = None, *, gelu: bool = False) -> Tensor:
        """y, with what the `updates` of a packed batch add, and with `gelu` the GELU of it; only packed weights take
        updates."""
        if self._packed is None:
            y = self._unpacked(x)
        elif updates is None:
            return self._packed.linear(x, gelu=gelu)
        else:
            y = self._packed.linear(x)
            updates.add(self._firsts, x.flatten(0, -2), y.view(-1, y.shape[-1]))
        return functional.gelu(y) if gelu else y

    def _unpacked(self, x: Tensor) -> Tensor:
        layers = self._layers()
        if len(layers) == 1:
            alone: Tensor = layers[0](x)
            return alone
        linears = [_base(layer) for layer in layers]
        weight = _as_one([linear.weight for linear in linears])
        if weight is None or not all(map(_is_frozen_or_plain, layers)):
            return torch.cat([layer(x) for layer in layers], dim=-1)
        learning: list[tuple[int, LoRAWeights]] = []
        first = 0
        for layer, linear in zip(layers, linears, strict=True):
            if isinstance(layer, LoRALinear) and not layer.merged:
                learning.append((first, layer.learning()))
            first += len(linear.weight)
        if not learning:
            return functional.linear(x, weight, _bias(linears))
        return lora_linear(x, self._for_step(layers) or Exact(weight), _bias(linears), learning)

    def fuse(self) -> None:
        """Put the layers' weights under one another in one tensor, of which each is a part."""
        linears = [_base(layer) for layer in self._layers()]
        if len(linears) == 1 or _as_one([linear.weight for linear in linears]) is not None:
            return
        sizes = [len(linear.weight) for linear in linears]
        parts = torch.cat([linear.weight.detach() for linear in linears]).split_with_sizes(sizes)
        for linear, part in zip(linears, parts, strict=True):
            linear.weight = nn.Parameter(part, requires_grad=linear.weight.requires_grad)

    def prepare(self) -> tuple[Sequence[nn.Module], list[Tensor]]:
        """Round the weights of several layers to int8 for the steps to come, where that is faster.

        Gives the layers that are one matmul, and the weights that no step reads then.
        """
        layers = self._layers()
        weight = _as_one([_base(layer).weight for layer in layers]) if len(layers) > 1 else None
        if weight is None:
            return (), []
        stored = Int8.of(weight.detach(), layers)
        self._in_training = None if stored is None else (stored, layers)
        return layers, [] if stored is None else [weight]

    def pack(self, owner_name: str, room: Room, *, in_int8: bool) -> dict[str, tuple[int, int]]:
        """Lay the weights out for masking; the layers are gone then. Gives the size (out, in) of each by its name."""
        owner, linears = self._require_owner(), [layer for layer in self._layers() if isinstance(layer, nn.Linear)]
        assert len(linears) == len(self._names), "LoRA must be merged into the weights first"
        weights = [linear.weight for linear in linears]
        whole = _as_one(weights)
        together = torch.cat(weights) if whole is None else whole
        self._packed = Packed.of(together, _bias(linears), room, in_int8=in_int8)
        sizes: dict[str, tuple[int, int]] = {}
        first = 0
        for name, weight in zip(self._names, weights, strict=True):
            full = f"{owner_name}.{name}".lstrip(".")
            sizes[full], self._firsts[full] = (weight.shape[0], weight.shape[1]), first
            first += len(weight)
            parent, _, child = name.rpartition(".")
            delattr(owner.get_submodule(parent), child)
        return sizes

    @property
    def packed(self) -> Packed | None:
        """The weights laid out for masking, once they are."""
        return self._packed

    def _require_owner(self) -> nn.Module:
        owner = self._owner()
        assert owner is not None, "a layer is asked while its network is there"
        return owner

    def _layers(self) -> list[nn.Module]:
        owner = self._require_owner()
        return [owner.get_submodule(name) for name in self._names]

    def _for_step(self, layers: Sequence[nn.Module]) -> Int8 | None:
        """The weights in int8 where a gradient is asked for, and these are the layers for which they were rounded: what
        is put on the base later may meet other weights."""
        if self._in_training is None or not torch.is_grad_enabled():
            return None
        stored, rounded_for = self._in_training
        return stored if all(now is then for now, then in zip(layers, rounded_for, strict=True)) else None


def fuse_weights(network: nn.Module) -> None:
    """Have the weights of layers with one input stand under one another, in place."""
    for _, linear in _linears(network):
        linear.fuse()


def prepare(network: nn.Module) -> list[Tensor]:
    """Get the frozen weights of what learns in `network` ready for training steps: in int8, wherever the processor has
    such matmuls and a layer, with all those that share its input, is W₀x + s · B A x of sizes that they take.

    Gives the weights that a step does not read any more.
    """
    unread: list[Tensor] = []
    together: set[nn.Module] = set()
    for _, linear in _linears(network):
        layers, weights = linear.prepare()
        together.update(layers)
        unread += weights
    for _, layer in lora_layers(network):
        if layer not in together:
            layer.in_training = Int8.of(layer.weight, [layer])
            unread += [] if layer.in_training is None else [layer.weight]
    return unread


def pack_weights(network: nn.Module, *, in_int8: bool = False) -> dict[str, tuple[int, int]]:
    """Lay out the weights of `network`, in place; gives the size (out, in) of each layer by its name.

    With `in_int8` those of a network in bfloat16 are rounded to int8, where the processor has matmuls for that.

    The network can only be asked for scores from then on.
    """
    network.requires_grad_(False)
    sizes: dict[str, tuple[int, int]] = {}
    room = Room()
    for name, linear in list(_linears(network)):
        sizes |= linear.pack(name, room, in_int8=in_int8)
    for module in network.modules():
        if isinstance(module, WholePass):
            module.after_packing()
    return sizes


class WholePass(nn.Module):
    """A module that makes one call of its layers, where their weights are packed for it."""

    def after_packing(self) -> None:
        """Look whether they are."""
        raise NotImplementedError


def _linears(network: nn.Module) -> Iterator[tuple[str, Linear]]:
    """Those of `network`, each with its owner's name."""
    for name, module in network.named_modules():
        for value in vars(module).values():
            if isinstance(value, Linear):
                yield name, value


def _base(layer: nn.Module) -> nn.Linear:
    """The layer, or what LoRA is on."""
    linear = layer.base if isinstance(layer, LoRALinear) else layer
    assert isinstance(linear, nn.Linear)
    return linear


def _is_frozen_or_plain(layer: nn.Module) -> bool:
    if isinstance(layer, LoRALinear):
        return layer.merged or layer.is_plain
    return not any(parameter.requires_grad for parameter in layer.parameters())


def _as_one(weights: Sequence[Tensor]) -> Tensor | None:
    """`weights` as one, where they stand under one another in one tensor. To copy them takes longer than it saves."""
    first = weights[0]
    expected = first.data_ptr()
    for weight in weights:
        apart = weight.untyped_storage().data_ptr() != first.untyped_storage().data_ptr()
        if apart or weight.data_ptr() != expected or not weight.is_contiguous():
            return None
        expected += weight.numel() * weight.element_size()
    rows = sum(weight.shape[0] for weight in weights)
    return first.detach().as_strided((rows, first.shape[1]), (first.shape[1], 1))


def _bias(linears: Sequence[nn.Linear]) -> Tensor | None:
    biases: list[Tensor | None] = [linear.bias for linear in linears]
    if all(bias is None for bias in biases):
        return None
    parts = [
        linear.weight.new_zeros(len(linear.weight)) if bias is None else bias
        for bias, linear in zip(biases, linears, strict=True)
    ]
    return torch.cat(parts) if len(parts) > 1 else parts[0]

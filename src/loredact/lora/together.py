"""Several linear layers with one input, as one product."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from loredact.lora.frozen import FrozenWeight
from loredact.lora.layer import LoRALinear, frozen_for_step
from loredact.lora.product import Update, product


class Joined(nn.Module):
    """A module that has some layers with one input, which are one product; `frozen` is their weight in int8."""

    frozen: FrozenWeight | None = None

    def joined(self) -> Sequence[nn.Module]:
        """The layers."""
        raise NotImplementedError

    def outputs(self, x: Tensor) -> Tensor:
        """What they give for x, side by side. Shapes: (..., in) to (..., sum of outs)."""
        return together(self.joined(), x, self.frozen)


def join(layers: Sequence[nn.Linear]) -> None:
    """Put the weights of `layers` under one another in one stretch of memory, so that `together` need not copy them."""
    with torch.no_grad():
        joined = torch.cat([layer.weight for layer in layers])
    for layer, part in zip(
        layers, torch.split_with_sizes(joined, [layer.weight.shape[0] for layer in layers]), strict=True
    ):
        layer.weight = nn.Parameter(part, requires_grad=layer.weight.requires_grad)


def together(layers: Sequence[nn.Module], x: Tensor, frozen: FrozenWeight | None = None) -> Tensor:
    """The outputs of `layers` for one input, side by side. Shapes: (..., in) to (..., sum of outs).

    One product where all are frozen or plain LoRA: the input is read once, and the A's are one product too. Else each
    layer for itself. With `frozen`, the weights under one another in int8, see `product`.
    """
    linears = [layer.base if isinstance(layer, LoRALinear) else layer for layer in layers]
    if not all(_is_frozen_or_plain(layer) for layer in layers) or not all(isinstance(p, nn.Linear) for p in linears):
        return torch.cat([layer(x) for layer in layers], dim=-1)
    weights = [_weight(linear) for linear in linears]
    updates: list[Update] = []
    first = 0
    for layer, weight in zip(layers, weights, strict=True):
        past = first + weight.shape[0]
        if isinstance(layer, LoRALinear) and not layer.merged:
            updates.append(Update(first, past, layer.lora_A, layer.lora_B, layer.scaling))
        first = past
    frozen = frozen_for_step(frozen, layers)
    return product(x, under_one_another(weights) if frozen is None else frozen, _biases(linears), updates)


def _is_frozen_or_plain(layer: nn.Module) -> bool:
    if isinstance(layer, LoRALinear):
        return layer.merged or layer.is_plain
    return not any(parameter.requires_grad for parameter in layer.parameters())


def _weight(layer: nn.Module) -> Tensor:
    weight = layer.weight
    assert isinstance(weight, Tensor)
    return weight


def under_one_another(weights: Sequence[Tensor]) -> Tensor:
    """`weights` as one: a view where they stand so in memory, see `join`, else a copy."""
    first = weights[0].detach()
    expected = first.data_ptr()
    for weight in weights:
        apart = weight.untyped_storage().data_ptr() != first.untyped_storage().data_ptr()
        if apart or weight.data_ptr() != expected or not weight.is_contiguous():
            return torch.cat([weight.detach() for weight in weights])
        expected += weight.numel() * weight.element_size()
    rows = sum(weight.shape[0] for weight in weights)
    return first.as_strided((rows, first.shape[1]), (first.shape[1], 1))


def _biases(layers: Sequence[nn.Module]) -> Tensor | None:
    biases = [layer.bias for layer in layers]
    if all(bias is None for bias in biases):
        return None
    parts = [
        bias if isinstance(bias, Tensor) else torch.zeros_like(_weight(layer)[:, 0])
        for layer, bias in zip(layers, biases, strict=True)
    ]
    return torch.cat(parts)

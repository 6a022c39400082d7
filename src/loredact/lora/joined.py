"""Several linear layers with one input, as one product."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from loredact.lora.frozen import FrozenWeight
from loredact.lora.layer import LoRALinear, frozen_for_step
from loredact.lora.lora_linear import LowRankUpdate, lora_linear


class Joined(nn.Module):
    """A module that has some layers with one input, which are one product; `frozen` is their weight in int8."""

    frozen: FrozenWeight | None = None

    def joined(self) -> Sequence[nn.Module]:
        """The layers."""
        raise NotImplementedError

    def weights(self) -> list[Tensor]:
        """Their weights, `(out, in)` each, those of the base where LoRA is on them."""
        return [_weight(_linear(layer)).detach() for layer in self.joined()]

    def join(self) -> list[Tensor]:
        """Put their weights, where all are frozen, under one another in memory, so that `outputs` is one product.

        Gives the weights that this has taken the place of.
        """
        linears = [_linear(layer) for layer in self.joined()]
        if not all(isinstance(linear, nn.Linear) and not linear.weight.requires_grad for linear in linears):
            return []
        weights = self.weights()
        if _under_one_another(weights) is not None:
            return []
        parts = torch.split_with_sizes(torch.cat(weights), [len(weight) for weight in weights])
        for linear, part in zip(linears, parts, strict=True):
            linear.weight = nn.Parameter(part, requires_grad=False)
        return weights

    def outputs(self, x: Tensor) -> Tensor:
        """What they give for x, side by side. Shapes: (..., in) to (..., sum of outs).

        One product where all are frozen or plain LoRA and their weights are joined, or in int8: the input is read once,
        and the A's are one product too. Else each layer for itself.
        """
        layers = self.joined()
        linears = [_linear(layer) for layer in layers]
        one = all(_is_frozen_or_plain(layer) for layer in layers) and all(isinstance(p, nn.Linear) for p in linears)
        weights = self.weights()
        weight = frozen_for_step(self.frozen, layers, x) or _under_one_another(weights)
        if not one or weight is None:
            return torch.cat([layer(x) for layer in layers], dim=-1)
        updates: list[LowRankUpdate] = []
        first = 0
        for layer, part in zip(layers, weights, strict=True):
            past = first + len(part)
            if isinstance(layer, LoRALinear) and not layer.merged:
                updates.append(LowRankUpdate(first, past, layer.lora_A, layer.lora_B, layer.scaling))
            first = past
        return lora_linear(x, weight, _biases(linears), updates)


def _is_frozen_or_plain(layer: nn.Module) -> bool:
    if isinstance(layer, LoRALinear):
        return layer.merged or layer.is_plain
    return not any(parameter.requires_grad for parameter in layer.parameters())


def _linear(layer: nn.Module) -> nn.Module:
    """The layer, or what LoRA is on."""
    return layer.base if isinstance(layer, LoRALinear) else layer


def _weight(layer: nn.Module) -> Tensor:
    weight = layer.weight
    assert isinstance(weight, Tensor)
    return weight


def _under_one_another(weights: Sequence[Tensor]) -> Tensor | None:
    """`weights` as one, where they stand so in memory. To copy them together would take longer than it saves."""
    first = weights[0]
    expected = first.data_ptr()
    for weight in weights:
        apart = weight.untyped_storage().data_ptr() != first.untyped_storage().data_ptr()
        if apart or weight.data_ptr() != expected or not weight.is_contiguous():
            return None
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

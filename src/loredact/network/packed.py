"""Weights laid out for products on the processor: for a network that is done with training.

Adapters travel with the batch: `updates.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from loredact.errors import AdapterError
from loredact.kernels import LowRank, pack_weight, packed_linear
from loredact.lora import LoRAWeights
from loredact.network.encoder import EncoderLayer
from loredact.network.fused import Attention, GatedMLP
from loredact.network.updates import LayerUpdates, Updates

_Product = Callable[[Tensor, Tensor, Tensor | None], Tensor]


def _onednn_product(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    y: Tensor = torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")
    return y


class PackedLinear(nn.Module):
    """xWᵀ + b with W laid out for our own product, or for oneDNN's where there is none. x `(..., in)` to `(..., out)`.

    PyTorch lays a plain weight out anew for every product: for one sentence that takes as long as the product. It still
    does in half precision on a processor without AVX-512, where oneDNN has no layout for it.
    W may be the weights of several layers under one another. The `updates` of a batch are what its adapters add.
    """

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        super().__init__()
        self._bias = None if bias is None else bias.detach()
        self._product: _Product
        packed = pack_weight(weight)
        if packed is not None:
            self._weight, self._product = packed, packed_linear
            self._bias = None if bias is None else bias.detach().float()
        elif weight.device.type != "cpu" or not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
            self._weight, self._product = weight.detach(), functional.linear
        elif weight.dtype == torch.float32 or torch.ops.mkldnn._is_mkldnn_bf16_supported():
            self._weight = torch.ops.mkldnn._reorder_linear_weight(weight.detach().contiguous(), None)
            self._product = _onednn_product
        else:
            self._weight, self._product = weight.detach(), functional.linear

    def forward(self, x: Tensor, updates: Updates | None = None) -> Tensor:
        y = self._product(x, self._weight, self._bias)
        if updates is not None:
            updates.add(self, x.flatten(0, -2), y.view(-1, y.shape[-1]))
        return y


@dataclass(frozen=True, slots=True)
class Place:
    """Where a linear layer has gone: into rows of `packed` from `start` on."""

    packed: PackedLinear
    start: int
    inputs: int
    outputs: int


def updates_of(
    weights: Mapping[str, LoRAWeights], places: Mapping[str, Place], dtype: torch.dtype, device: torch.device
) -> LayerUpdates:
    """An adapter's `weights` as updates of the packed network whose layers went to `places`, in its precision.

    Raises:
        AdapterError: where a layer is of another size, or a DoRA layer, whose change is no product B A.
    """
    updates: dict[nn.Module, dict[int, LowRank]] = {}
    for name, learnt in weights.items():
        place = places[name]
        if learnt.magnitude is not None:
            raise AdapterError(f"{name} is a DoRA layer, which shares no base. Load the adapter by itself.")
        if (learnt.a.shape[1], learnt.b.shape[0]) != (place.inputs, place.outputs):
            raise AdapterError(
                f"{name} is {learnt.a.shape[1]} to {learnt.b.shape[0]}, and {place.inputs} to {place.outputs} in "
                "this base. The adapter was made for another."
            )
        a = learnt.a.to(device, dtype, copy=True).contiguous()
        b = (learnt.scaling * learnt.b).T.to(device, dtype, copy=True).contiguous()
        updates.setdefault(place.packed, {})[place.start] = LowRank(a, b)
    return updates


def pack_weights(network: nn.Module) -> dict[str, Place]:
    """Pack the products of our own parts of `network`, in place, and tell where each layer has gone.

    The network can only be asked for scores from then on.
    """
    network.requires_grad_(False)
    places: dict[str, Place] = {}

    def packed(layers: Mapping[str, nn.Module]) -> PackedLinear:
        linears = {name: layer for name, layer in layers.items() if isinstance(layer, nn.Linear)}
        assert len(linears) == len(layers), "LoRA must be folded into the weights first"
        biases: list[Tensor] = [linear.bias for linear in linears.values() if linear.bias is not None]
        weights: list[Tensor] = [linear.weight for linear in linears.values()]
        weight = torch.cat(weights) if len(weights) > 1 else weights[0]
        one = PackedLinear(weight, torch.cat(biases) if biases else None)
        start = 0
        for name, linear in linears.items():
            places[name] = Place(one, start, linear.in_features, linear.out_features)
            start += linear.out_features
        return one

    for name, module in list(network.named_modules()):
        if isinstance(module, Attention):
            three = {f"{name}.{part}": getattr(module, part) for part in ("q_proj", "k_proj", "v_proj")}
            module.qkv_proj = packed(three)
            module.o_proj = packed({f"{name}.o_proj": module.o_proj})
            del module.q_proj, module.k_proj, module.v_proj
        elif isinstance(module, GatedMLP):
            module.gate_up_proj = packed({f"{name}.{part}": getattr(module, part) for part in ("gate_proj", "up_proj")})
            module.down_proj = packed({f"{name}.down_proj": module.down_proj})
            del module.gate_proj, module.up_proj
        elif isinstance(module, EncoderLayer):
            own = module.attention["self"]
            assert isinstance(own, nn.ModuleDict)
            module.qkv_proj = packed({f"{name}.attention.self.{part}": layer for part, layer in own.items()})
            own.clear()
            outer = {
                "attention.output": module.attention["output"],
                "intermediate": module.intermediate,
                "output": module.output,
            }
            for part, holder in outer.items():
                assert isinstance(holder, nn.ModuleDict)
                holder["dense"] = packed({f"{name}.{part}.dense": holder["dense"]})
    head = getattr(network, "lm_head", None)  # a generator's
    if isinstance(head, nn.Linear):
        network.add_module("lm_head", packed({"lm_head": head}))
    return places

"""Weights laid out for products on the processor: for a network that is done with training."""

import torch
from torch import Tensor, nn

from loredact.bases.encoder import EncoderLayer
from loredact.bases.fused import Attention, GatedMLP
from loredact.kernels import pack, product


class PackedLinear(nn.Module):
    """xWᵀ + b with W laid out for our own product, or for oneDNN's where there is none. x `(..., in)` to `(..., out)`.

    PyTorch lays a plain weight out anew for every product: for one sentence that takes as long as the product.
    """

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        super().__init__()
        packed = pack(weight)
        self._ours = packed is not None
        if packed is not None:
            self._weight, self._bias = packed, None if bias is None else bias.detach().float()
        else:
            self._weight = torch.ops.mkldnn._reorder_linear_weight(weight.detach().contiguous(), None)
            self._bias = bias

    def forward(self, x: Tensor) -> Tensor:
        if self._ours:
            return product(x, self._weight, self._bias)
        y: Tensor = torch.ops.mkldnn._linear_pointwise(x, self._weight, self._bias, "none", [], "")
        return y


def pack_weights(network: nn.Module) -> None:
    """Pack the products of our own parts of `network`, in place. It can only be asked for scores from then on.

    Does nothing where the network is not on the processor, or PyTorch has no oneDNN, which does what ours cannot.
    """
    if not torch.backends.mkldnn.is_available() or next(network.parameters()).device.type != "cpu":  # type: ignore[no-untyped-call]
        return
    for module in list(network.modules()):
        if isinstance(module, Attention):
            module.qkv_proj = _packed(module.q_proj, module.k_proj, module.v_proj)
            module.o_proj = _packed(module.o_proj)
            del module.q_proj, module.k_proj, module.v_proj
        elif isinstance(module, GatedMLP):
            module.gate_up_proj = _packed(module.gate_proj, module.up_proj)
            module.down_proj = _packed(module.down_proj)
            del module.gate_proj, module.up_proj
        elif isinstance(module, EncoderLayer):
            own = module.attention["self"]
            assert isinstance(own, nn.ModuleDict)
            module.qkv_proj = _packed(*own.values())
            own.clear()
            for part in (module.attention["output"], module.intermediate, module.output):
                assert isinstance(part, nn.ModuleDict)
                part["dense"] = _packed(part["dense"])
    head = getattr(network, "lm_head", None)  # a writer's
    if isinstance(head, nn.Linear):
        network.add_module("lm_head", _packed(head))


def _packed(*layers: nn.Module) -> PackedLinear:
    linears = [layer for layer in layers if isinstance(layer, nn.Linear)]
    assert len(linears) == len(layers), "LoRA must be folded into the weights first"
    weights: list[Tensor] = [linear.weight for linear in linears]
    biases: list[Tensor] = [linear.bias for linear in linears if linear.bias is not None]
    return PackedLinear(torch.cat(weights), torch.cat(biases) if biases else None)

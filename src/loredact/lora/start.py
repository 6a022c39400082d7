"""Where the low-rank matrices start from."""

import math

import torch
from torch import Tensor, nn

from loredact.lora.config import LoRAConfig
from loredact.lora.layer import LoRALinear, out_by_in
from loredact.lora.weights import LoRAWeights


def start(name: str, base: nn.Module, config: LoRAConfig) -> LoRALinear:
    """A LoRA layer on `base`, the layer called `name`, at the start that `config` asks for.

    The layer's output is the base's own: B is zero, or what a PiSSA start puts into B A it takes out of the weight.
    """
    weight = out_by_in(base)  # (out, in)
    rank, scaling = config.rank_of(name), config.scaling_of(name)
    a, b = _pissa(weight, rank, scaling) if config.start == "pissa" else _kaiming(weight, rank)
    magnitude = torch.linalg.vector_norm(_exact(weight), dim=1) if config.dora else None
    layer = LoRALinear(base, LoRAWeights(a, b, scaling, magnitude), config.dropout)
    if config.start == "pissa":
        layer.take(a.clone(), b.clone())
    return layer


def _kaiming(weight: Tensor, rank: int) -> tuple[Tensor, Tensor]:
    """A Kaiming-uniform and B zero, as in the code of LoRA's authors."""
    exact = _exact(weight).dtype
    a = torch.empty(rank, weight.shape[1], device=weight.device, dtype=exact)
    nn.init.kaiming_uniform_(a, a=math.sqrt(5))
    return a, torch.zeros(weight.shape[0], rank, device=weight.device, dtype=exact)


def _pissa(weight: Tensor, rank: int, scaling: float) -> tuple[Tensor, Tensor]:
    """A and B with s · B A the best approximation of the weight of that rank, its singular values shared between them.

    Source: Meng et al., "PiSSA", arXiv:2404.02948, equations 2 and 3.
    """
    u, s, v = torch.linalg.svd(_exact(weight), full_matrices=False)
    root = torch.sqrt(s[:rank] / scaling)
    return (root[:, None] * v[:rank]).contiguous(), (u[:, :rank] * root).contiguous()


def _exact(weight: Tensor) -> Tensor:
    return weight.detach().float() if weight.dtype in (torch.bfloat16, torch.float16) else weight.detach()

"""All layers of an encoder of the BERT kind in one call, where `packed_linear` or `int8_linear` serves.

Seven kernels a layer are called from Python otherwise, and memory is asked for each.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from loredact.kernels.attend import ATTENDED, SHORT, are_windows
from loredact.kernels.call import compiled, pointer
from loredact.kernels.heads import Heads
from loredact.kernels.int8 import Int8Weight
from loredact.kernels.packed_linear import packed_shape

# A weight as `pack_weight` or `to_int8` gave it.
LaidOut = Tensor | Int8Weight


@dataclass(frozen=True, slots=True)
class LaidOutLayer:
    """What one layer is made of: the matmul of queries, keys and values, the one that mixes the heads, the norm after
    it, the matmul that widens, the one that narrows, and the last norm. A matmul is its weight and its bias in float32,
    a norm its weight and its bias."""

    qkv: tuple[LaidOut, Tensor]
    mix: tuple[LaidOut, Tensor]
    norm: tuple[Tensor, Tensor]
    widen: tuple[LaidOut, Tensor]
    narrow: tuple[LaidOut, Tensor]
    last_norm: tuple[Tensor, Tensor]

    def parts(self) -> list[Tensor]:
        """Everything of it that the kernel reads, in its order."""
        found: list[Tensor] = []
        for first, second in (self.qkv, self.mix, self.norm, self.widen, self.narrow, self.last_norm):
            found += [first.q, second, first.total, first.scale] if isinstance(first, Int8Weight) else [first, second]
        return found

    def fits(self, width: int, inner: int, dtype: torch.dtype) -> bool:
        """Whether all of it is of these sizes, in numbers of `dtype`, and lies as the kernel reads it."""
        matmuls = [(self.qkv, 3 * width, width), (self.mix, width, width)]
        matmuls += [(self.widen, inner, width), (self.narrow, width, inner)]
        return (
            all(_shape(weight, dtype) == (outputs, inputs) for (weight, _), outputs, inputs in matmuls)
            and all(bias.shape == (outputs,) and bias.dtype == torch.float32 for (_, bias), outputs, _ in matmuls)
            and all(p.shape == (width,) and p.dtype == dtype for p in (*self.norm, *self.last_norm))
            and all(part.is_contiguous() and part.device.type == "cpu" for part in self.parts())
        )


@dataclass(frozen=True, slots=True)
class Layers:
    """An encoder's layers, laid out for `encode`; `addresses` `(layers, parts)` says where the parts of each begin."""

    layers: Sequence[LaidOutLayer]
    heads: Heads
    epsilon: float
    width: int
    inner: int
    dtype: torch.dtype
    addresses: Tensor

    @classmethod
    def of(cls, layers: Sequence[LaidOutLayer], heads: Heads, epsilon: float) -> "Layers | None":
        """These `layers`; None where no kernel is for them, or they are of other shapes than one another."""
        width, inner, dtype = heads.count * heads.width, len(layers[0].widen[1]), layers[0].norm[0].dtype
        if heads.kv_heads != heads.count or heads.width not in ATTENDED:
            return None
        if not all(layer.fits(width, inner, dtype) for layer in layers):
            return None
        forms = {type(weight) for each in layers for weight, _ in (each.qkv, each.mix, each.widen, each.narrow)}
        # What the kernel is made of must compute what PyTorch does too.
        attention = "attend" if dtype == torch.float32 else "attend_by_matmul"
        kernels = [compiled(name, layers[0].norm[0]) for name in (_kernel(layers), attention, "add_layer_norm")]
        if len(forms) > 1 or None in kernels:
            return None
        addresses = torch.tensor([[part.data_ptr() for part in layer.parts()] for layer in layers], device="cpu")
        return cls(layers, heads, epsilon, width, inner, dtype, addresses)

    def take(self, longest: int) -> bool:
        """Whether windows of so many tokens are faster in one call: in float32 short ones."""
        return self.dtype == torch.bfloat16 or longest <= SHORT[self.dtype]


def encode(h: Tensor, layers: Layers, cu_seqlens: Tensor) -> Tensor:
    """What the layers give for h, each token seeing all of its window: in each h = norm(h + attention(h)), then
    h = norm(h + W₂ gelu(W₁h)). Shapes: h and the result `(tokens, width)`, cu_seqlens `(windows + 1,)` as in
    `attend_windows`.

    Raises:
        ValueError: where these do not fit one another.
    """
    if h.shape != (len(h), layers.width) or h.dtype != layers.dtype or not are_windows(cu_seqlens, len(h)):
        raise ValueError(f"{tuple(h.shape)} in {h.dtype} is not the windows' tokens of width {layers.width}")
    kernel = compiled(_kernel(layers.layers), h)
    assert kernel is not None, "layers that are laid out have a kernel"
    h, cu_seqlens = h.clone(memory_format=torch.contiguous_format), cu_seqlens.contiguous()
    kernel(
        len(layers.addresses),
        len(h),
        layers.width,
        layers.inner,
        len(cu_seqlens) - 1,
        pointer(cu_seqlens),
        layers.heads.count,
        layers.heads.scaling,
        layers.epsilon,
        pointer(layers.addresses),
        pointer(h),
    )
    return h


def _kernel(layers: Sequence[LaidOutLayer]) -> str:
    return "encode_int8" if isinstance(layers[0].qkv[0], Int8Weight) else "encode"


def _shape(weight: LaidOut, dtype: torch.dtype) -> tuple[int, int] | None:
    """(out, in) of what is laid out for numbers of `dtype`; None of anything else."""
    if isinstance(weight, Int8Weight):
        return weight.shape if dtype == torch.bfloat16 else None
    return packed_shape(weight) if weight.dtype == dtype else None

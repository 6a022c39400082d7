"""All layers of an encoder of the BERT kind in one call, in float32 where `packed_linear` is for that.

Seven kernels a layer are called from Python otherwise, and memory is asked for each.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from loredact.kernels.attend import ATTENDED, are_windows
from loredact.kernels.call import compiled, pointer
from loredact.kernels.heads import Heads
from loredact.kernels.packed_linear import SIDE


@dataclass(frozen=True, slots=True)
class Layers:
    """An encoder's layers, laid out for `encode`.

    `tensors` are of each layer the weight, as `pack_weight` gave it, and the bias of queries, keys and values, of what
    mixes the heads, of the norm after it, of what widens, of what narrows, and of the last norm.

    Shapes, with w the width and n the inner width: weights `(3w / 16, w, 16)`, `(w / 16, w, 16)`, `(n / 16, w, 16)` and
    `(w / 16, n, 16)`, each bias `(outputs,)`, norms `(w,)`.
    """

    tensors: Sequence[Sequence[Tensor]]
    heads: Heads
    epsilon: float
    width: int
    inner: int
    addresses: Tensor  # (layers, 12)

    @classmethod
    def of(cls, tensors: Sequence[Sequence[Tensor]], heads: Heads, epsilon: float) -> "Layers | None":
        """The layers of these `tensors`; None where no kernel is for them, or they are of other shapes."""
        first = tensors[0][0]
        width, inner = heads.count * heads.width, len(tensors[0][7])
        shapes = []
        for outputs, inputs in ((3 * width, width), (width, width), (inner, width), (width, inner)):
            shapes += [(outputs // SIDE, inputs, SIDE), (outputs,)]
        norm = [(width,), (width,)]
        expected = [*shapes[:4], *norm, *shapes[4:], *norm]
        fit = all(
            [tuple(tensor.shape) for tensor in layer] == expected
            and all(t.dtype == torch.float32 and t.is_contiguous() and t.device.type == "cpu" for t in layer)
            for layer in tensors
        )
        whole = heads.kv_heads == heads.count and width % SIDE == inner % SIDE == 0 and heads.width in ATTENDED
        if not (fit and whole) or compiled("encode", first) is None:
            return None
        addresses = torch.tensor([[tensor.data_ptr() for tensor in layer] for layer in tensors], device="cpu")
        return cls(tensors, heads, epsilon, width, inner, addresses)


def encode(h: Tensor, layers: Layers, cu_seqlens: Tensor) -> Tensor:
    """What the layers give for h, each token seeing all of its window: in each h = norm(h + attention(h)), then
    h = norm(h + W₂ gelu(W₁h)). Shapes: h and the result `(tokens, width)`, cu_seqlens `(windows + 1,)` as in
    `attend_windows`.

    Raises:
        ValueError: where these do not fit one another.
    """
    if h.shape != (len(h), layers.width) or h.dtype != torch.float32 or not are_windows(cu_seqlens, len(h)):
        raise ValueError(f"{tuple(h.shape)} in {h.dtype} is not the windows' tokens of width {layers.width}")
    kernel = compiled("encode", h)
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

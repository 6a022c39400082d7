"""Weights laid out for matmuls on the processor, for a network that is done with training."""

import mmap
from dataclasses import dataclass, replace
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.nn import functional

from loredact.kernels import LaidOut, int8_linear, pack_weight, packed_linear, to_int8

# Of the weights that are kept side by side; a whole number of the largest pages.
_ROOM_BYTES = 32 << 20


class Room:
    """Memory for weights side by side, in large pages where Linux has them.

    One sentence reads all weights once, faster than memory gives them: in large pages it gives them a sixth faster, and
    more beside other programs.
    """

    def __init__(self) -> None:
        self._left = torch.empty(0, dtype=torch.uint8)

    def keep(self, tensor: Tensor) -> Tensor:
        """The same tensor, here."""
        if tensor.nbytes > len(self._left):
            memory = mmap.mmap(-1, max(_ROOM_BYTES, -(-tensor.nbytes // _ROOM_BYTES) * _ROOM_BYTES))
            if hasattr(mmap, "MADV_HUGEPAGE"):
                memory.madvise(mmap.MADV_HUGEPAGE)
            self._left = torch.frombuffer(memory, dtype=torch.uint8)
        kept = self._left[: tensor.nbytes].view(tensor.dtype).view(tensor.shape).copy_(tensor)
        # So that each begins at a line of the cache.
        self._left = self._left[-(-tensor.nbytes // 64) * 64 :]
        return kept


class _Matmul(Protocol):
    # `weight` is as the matmul takes it.
    def __call__(self, x: Tensor, weight: Any, bias: Tensor | None, /, *, gelu: bool) -> Tensor: ...


@dataclass(frozen=True, slots=True)
class Packed:
    """W and b laid out for our own matmul, or for oneDNN's where there is none.

    PyTorch lays a plain weight out anew for every matmul: for one sentence that takes as long as the matmul. It still
    does in half precision on a processor without AVX-512, where oneDNN has no layout for it.
    """

    weight: LaidOut
    bias: Tensor | None
    matmul: _Matmul

    @classmethod
    def of(cls, weight: Tensor, bias: Tensor | None, room: Room, *, in_int8: bool) -> "Packed":
        """`weight` `(out, in)` and `bias` `(out,)`, laid out in `room`; rounded to int8 where that is asked for and
        there is a matmul for it."""
        weight, bias = weight.detach(), None if bias is None else bias.detach()
        rounded = to_int8(weight) if in_int8 else None
        if rounded is not None:
            kept = replace(rounded, q=room.keep(rounded.q))
            return cls(kept, None if bias is None else bias.float(), int8_linear)
        packed = pack_weight(weight)
        if packed is not None:
            return cls(room.keep(packed), None if bias is None else bias.float(), packed_linear)
        if weight.device.type != "cpu" or not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
            return cls(weight, bias, _plain_linear)
        if weight.dtype == torch.float32 or torch.ops.mkldnn._is_mkldnn_bf16_supported():
            laid_out = torch.ops.mkldnn._reorder_linear_weight(weight.contiguous(), None)
            return cls(laid_out, bias, _onednn_linear)
        return cls(weight, bias, _plain_linear)

    def linear(self, x: Tensor, *, gelu: bool = False) -> Tensor:
        """xWᵀ + b, and with `gelu` its GELU. Shapes: `(..., in)` to `(..., out)`."""
        return self.matmul(x, self.weight, self.bias, gelu=gelu)


def _onednn_linear(x: Tensor, weight: Tensor, bias: Tensor | None, *, gelu: bool) -> Tensor:
    y: Tensor = torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")
    return functional.gelu(y) if gelu else y


def _plain_linear(x: Tensor, weight: Tensor, bias: Tensor | None, *, gelu: bool) -> Tensor:
    y = functional.linear(x, weight, bias)
    return functional.gelu(y) if gelu else y

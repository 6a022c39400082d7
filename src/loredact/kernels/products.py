"""Matrix products with frozen weights, which oneDNN can be given in the order it computes in."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor
from torch.nn import functional

# Rows that oneDNN lays a packed weight out for; others work as well.
_ROWS = 1024
_packs: dict[tuple[int, torch.Size, bool], Tensor] | None = None


@contextmanager
def packed_weights() -> Iterator[None]:
    """Within this, a frozen bfloat16 weight is put in oneDNN's order at its first product and kept so.

    Else oneDNN does that anew for each product, a tenth of its time. Twice the weights' memory; none may change, or be
    freed, meanwhile. Does nothing on a GPU, or in another precision.
    """
    global _packs  # noqa: PLW0603
    outer, _packs = _packs, {}
    try:
        yield
    finally:
        _packs = outer


def times_transposed(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """xWᵀ + bias. Shapes: x `(rows, in)`, weight `(out, in)`, the result `(rows, out)`."""
    packed = _packed(x, weight, transposed=False)
    if packed is None:
        return functional.linear(x, weight, bias)
    y: Tensor = torch.ops.mkldnn._linear_pointwise(x, packed, bias, "none", [], "")
    return y


def times(g: Tensor, weight: Tensor) -> Tensor:
    """gW. Shapes: g `(rows, out)`, weight `(out, in)`, the result `(rows, in)`."""
    packed = _packed(g, weight, transposed=True)
    if packed is None:
        return g @ weight
    y: Tensor = torch.ops.mkldnn._linear_pointwise(g, packed, None, "none", [], "")
    return y


def _packed(x: Tensor, weight: Tensor, *, transposed: bool) -> Tensor | None:
    if _packs is None or x.device.type != "cpu" or x.dtype != torch.bfloat16:
        return None
    key = (weight.data_ptr(), weight.shape, transposed)
    if key not in _packs:
        with torch.no_grad():
            plain = weight.t().contiguous() if transposed else weight.detach().contiguous()
            _packs[key] = torch.ops.mkldnn._reorder_linear_weight(plain, _ROWS)
    return _packs[key]

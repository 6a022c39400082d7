"""Call a compiled kernel on tensors."""

import ctypes
import functools
from typing import Any

import torch
from torch import Tensor

from loredact.kernels.build import library

_SUFFIXES = {torch.float32: "float32", torch.bfloat16: "bfloat16", torch.float64: "float64"}
_TYPES = {"n": ctypes.c_int64, "p": ctypes.c_void_p, "x": ctypes.c_float, "b": ctypes.c_int}
# What each kernel takes: a whole number, where a tensor begins, a real number, or a yes or no.
_ARGUMENTS = {
    "add_norm": "nnpppxppp",
    "norm_backward": "nnpppppp",
    "add_layer_norm": "nnppppxp",
    "gate": "nnpp",
    "gate_backward": "nnppp",
    "spread": "nnnnnppnppp",
    "gather": "nnnnnpppppn",
    "softmax": "nnnpbxp",
    "softmax_backward": "nnxpp",
    "attend": "npnnnbxpppp",
    "attend_by_products": "npnnnbxppppp",
    "attend_backward": "npnnnbxppppppp",
    "product": "nnnpppp",
    "int8_product": "nnnnnppppppppp",
    "best_tags": "nnpp",
    "closed_sums": "nnppp",
}


def compiled(name: str, x: Tensor) -> Any:
    """The compiled kernel `name` for tensors like `x`; None where PyTorch's own operations are to be used.

    Those are used on a GPU, in precisions the kernel is not compiled for, and where nothing could be compiled, or the
    processor lacks what the kernel is made of.
    """
    if x.device.type != "cpu" or x.dtype not in _SUFFIXES:
        return None
    loaded = library()
    return None if loaded is None else _typed(loaded, name, x.dtype)


@functools.cache
def _typed(loaded: ctypes.CDLL, name: str, dtype: torch.dtype) -> Any:
    kernel = getattr(loaded, f"{name}_{_SUFFIXES[dtype]}", None)
    if kernel is None:
        return None
    kernel.argtypes, kernel.restype = [_TYPES[letter] for letter in _ARGUMENTS[name]], None
    return kernel


def pointer(tensor: Tensor | None) -> int | None:
    """Where `tensor` begins in memory; null for None."""
    return None if tensor is None else tensor.data_ptr()

"""Call a compiled kernel on tensors."""

import ctypes
from typing import Any

import torch
from torch import Tensor

from loredact.kernels.build import library

_SUFFIXES = {torch.float32: "float32", torch.bfloat16: "bfloat16"}


def compiled(name: str, x: Tensor) -> Any | None:
    """The compiled kernel `name` for tensors like `x`; None where PyTorch's own operations are to be used.

    Those are used on a GPU, in other precisions than float32 and bfloat16, and where nothing could be compiled.
    """
    if x.device.type != "cpu" or x.dtype not in _SUFFIXES:
        return None
    loaded = library()
    return None if loaded is None else getattr(loaded, f"{name}_{_SUFFIXES[x.dtype]}")


def pointer(tensor: Tensor | None) -> ctypes.c_void_p:
    """Where `tensor` begins in memory; null for None."""
    return ctypes.c_void_p(None if tensor is None else tensor.data_ptr())


def whole(number: int) -> ctypes.c_int64:
    """A whole number as the kernels take it."""
    return ctypes.c_int64(number)


def real(number: float) -> ctypes.c_float:
    """A real number as the kernels take it."""
    return ctypes.c_float(number)

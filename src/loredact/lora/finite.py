"""Whether all numbers of a tensor are finite."""

import torch
from torch import Tensor

_SUMMED = (torch.float32, torch.float64, torch.bfloat16, torch.float16)


def is_finite(tensor: Tensor) -> bool:
    """Whether each number of `tensor` is finite, and their sum in float32 too: one pass, and nothing is stored.

    A sum with a NaN or an infinity in it is one of these.
    """
    summed = tensor if tensor.dtype in _SUMMED else tensor.float()
    return bool(torch.isfinite(summed.sum(dtype=torch.float32)))

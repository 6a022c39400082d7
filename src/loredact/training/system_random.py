"""Random numbers from the system's own source, for what must not be guessed: who is in a step, and the noise.

A seeded generator would give both away to whoever knows the seed. Numbers are floating-point, so an attacker who sees
exact sums and not an adapter could tell some noise from other (Mironov, "On Significance of the Least Significant Bits
for Differential Privacy", 2012); nothing here guards against that.
"""

import os

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def uniform(count: int) -> NDArray[np.float64]:
    """Numbers between 0 and 1, neither of them among them: the middles of 2⁵³ equal parts."""
    bits = np.frombuffer(os.urandom(8 * count), dtype=np.uint64) >> np.uint64(11)
    numbers: NDArray[np.float64] = (bits.astype(np.float64) + 0.5) * 2.0**-53
    return numbers


def gaussian_like(tensor: Tensor) -> Tensor:
    """Independent standard normal numbers in the shape of `tensor`, in float32, by the inverse of Φ."""
    from scipy.special import ndtri

    numbers = ndtri(uniform(tensor.numel())).astype(np.float32)
    return torch.from_numpy(numbers).view(tensor.shape).to(tensor.device)


def chosen(count: int, probability: float) -> list[int]:
    """Which of `count` there are in a Poisson sample: each by itself with that probability."""
    return [int(index) for index in np.flatnonzero(uniform(count) < probability)]

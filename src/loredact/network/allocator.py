"""What memory the process keeps, and what it lets go."""

import ctypes
import functools
import mmap
import os
import sys
from collections.abc import Iterable
from typing import Any

from torch import Tensor

# From glibc's malloc.h.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
# From Linux's mman.h.
_MADV_DONTNEED, _MADV_PAGEOUT = 4, 21
# How many products oneDNN, and PyTorch's own layer over it, keep their code for: a thousand each where nothing is said.
_KEPT_PRODUCTS = ("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "LRU_CACHE_CAPACITY")
_ENOUGH = "32"


@functools.cache
def keep_freed_memory() -> None:
    """Let the C library keep freed memory for the next tensor in place of giving it back to the kernel.

    glibc maps every large block anew and unmaps it when it is freed, so that each temporary tensor is paid for with a
    page fault for every 4 KB (`man 3 mallopt`). A training step makes thousands of them. Does nothing where the C
    library is another one.
    """
    mallopt = _of_the_c_library("mallopt")
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, 1 << 30)
        mallopt(_M_TRIM_THRESHOLD, (1 << 31) - 1)


def keep_few_products() -> None:
    """Let oneDNN keep the code of some tens of products, those of a step, in place of the last thousand.

    Each number of rows has code of its own, and rows of text are of hundreds of lengths: after some tens of steps their
    code takes 0.7 GB, and is hardly ever met again. What the environment says already stays.
    """
    for variable in _KEPT_PRODUCTS:
        os.environ.setdefault(variable, _ENOUGH)


def let_go(tensors: Iterable[Tensor]) -> None:
    """Let go of the pages of `tensors` that are mapped from a file and have not been written to.

    They stay as they are: what is used of them later is read from the file again, which the system has in its cache.
    The first and the last page are kept, since others may share them. Does nothing where the system is another one.
    """
    _advise(tensors, _MADV_DONTNEED)


def page_out(tensors: Iterable[Tensor]) -> None:
    """Let the system take the pages of `tensors` out of memory, whatever they are: back to the file they are mapped
    from, or to a swap file, where there is one. For what is not read again soon.
    """
    _advise(tensors, _MADV_PAGEOUT)


def _advise(tensors: Iterable[Tensor], advice: int) -> None:
    madvise = _of_the_c_library("madvise")
    if madvise is None:
        return
    for tensor in tensors:
        if tensor.device.type != "cpu":
            continue
        first = -(-tensor.data_ptr() // mmap.PAGESIZE) * mmap.PAGESIZE
        past = (tensor.data_ptr() + tensor.nbytes) // mmap.PAGESIZE * mmap.PAGESIZE
        if past > first:
            madvise(ctypes.c_void_p(first), ctypes.c_size_t(past - first), advice)


def _of_the_c_library(name: str) -> Any:
    """The function `name` of Linux's C library; None where the system or the library is another one."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        return getattr(ctypes.CDLL(None), name, None)
    except OSError:
        return None

"""Keep freed memory in the process."""

import ctypes
import functools
import sys

# From glibc's malloc.h.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3


@functools.cache
def keep_freed_memory() -> None:
    """Let the C library keep freed memory for the next tensor in place of giving it back to the kernel.

    glibc maps every large block anew and unmaps it when it is freed, so that each temporary tensor is paid for with a
    page fault for every 4 KB (`man 3 mallopt`). A training step makes thousands of them. Does nothing where the C
    library is another one.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, 1 << 30)
        mallopt(_M_TRIM_THRESHOLD, (1 << 31) - 1)

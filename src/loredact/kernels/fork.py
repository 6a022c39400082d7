"""What a forked process does before it computes.

OpenMP's threads, which PyTorch's operations and the kernels share, are not in a child, and its library waits for them
for ever. With one thread it asks for none.
"""

import os

import torch

from loredact.kernels.call import begin_anew_after_a_fork


def one_thread_in_children() -> None:
    """Let each process that is forked from this one compute with one thread, where the system forks."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_in_a_child)


def _in_a_child() -> None:
    begin_anew_after_a_fork()
    torch.set_num_threads(1)

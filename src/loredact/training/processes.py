"""Several processes that train together, as `torchrun` starts them: one for each GPU, or for a share of the cores."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, distributed


@dataclass(frozen=True, slots=True)
class Processes:
    """Which process this is of how many."""

    rank: int = 0
    count: int = 1

    @property
    def first(self) -> bool:
        """Whether this process is the one that measures, writes and speaks."""
        return self.rank == 0

    def sum_(self, tensors: Sequence[Tensor]) -> None:
        """Put the sum over all processes in place of each tensor; one message for all of them."""
        if self.count > 1:
            flat = torch.cat([tensor.flatten() for tensor in tensors])
            distributed.all_reduce(flat)
            for tensor, part in zip(
                tensors, torch.split_with_sizes(flat, [tensor.numel() for tensor in tensors]), strict=True
            ):
                tensor.copy_(part.view_as(tensor))

    def agree(self, number: float, device: torch.device) -> float:
        """The first process's `number`, in all of them."""
        if self.count == 1:
            return number
        message = torch.tensor([number], dtype=torch.float64, device=device)
        distributed.broadcast(message, src=0)
        return float(message)


@contextmanager
def joined_processes() -> Iterator[Processes]:
    """Join the processes that `torchrun` started beside this one; alone where it did not start this one."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield Processes()
        return
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    distributed.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    try:
        yield Processes(distributed.get_rank(), distributed.get_world_size())
    finally:
        distributed.destroy_process_group()

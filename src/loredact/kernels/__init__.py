"""Parts of a network, each in as few passes over memory as it takes.

Knows tensors and nothing of networks. Compiled for the processor at hand on first use, where there is a C++ compiler;
elsewhere, and on a GPU, PyTorch's own operations compute the same. `pack` and `to_int8`
give None there, and so do `attend_windows` and `attend_with_sums` where there is no flash attention either: what they
save is another way to what `spread`, `softmax_` and `gather`, or oneDNN, do.
"""

from loredact.kernels.attend import attend_backward, attend_windows, attend_with_sums
from loredact.kernels.elementwise import add_layer_norm, add_norm, gate, gate_backward, norm_backward
from loredact.kernels.fork import one_thread_in_children
from loredact.kernels.grids import Grid, Rotation, gather, softmax_, softmax_backward_, spread
from loredact.kernels.heads import Heads
from loredact.kernels.int8 import Int8Weight, int8_product, to_int8
from loredact.kernels.lattice import best_tags, closed_sums
from loredact.kernels.low_rank import LowRank, add_low_rank_
from loredact.kernels.processor import Processor, this_processor
from loredact.kernels.product import PANEL, pack, product

one_thread_in_children()

__all__ = [
    "PANEL",
    "Grid",
    "Heads",
    "Int8Weight",
    "LowRank",
    "Processor",
    "Rotation",
    "add_layer_norm",
    "add_low_rank_",
    "add_norm",
    "attend_backward",
    "attend_windows",
    "attend_with_sums",
    "best_tags",
    "closed_sums",
    "gate",
    "gate_backward",
    "gather",
    "int8_product",
    "norm_backward",
    "pack",
    "product",
    "softmax_",
    "softmax_backward_",
    "spread",
    "this_processor",
    "to_int8",
]

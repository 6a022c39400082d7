"""Parts of a network, each in as few passes over memory as it takes.

Knows tensors and nothing of networks. Compiled for the processor at hand on first use, where there is a C++ compiler;
elsewhere, and on a GPU, PyTorch's own operations compute the same. `pack` and `to_int8`
give None there, and so do `attend_windows` and `attend_with_sums` where there is no flash attention either: what they
save is another way to what `pad`, `softmax_` and `unpad`, or oneDNN, do.
"""

from loredact.kernels.attend import attend_backward, attend_windows, attend_with_sums
from loredact.kernels.buckets import PaddedBucket, Rotation, pad, softmax_, softmax_backward_, unpad
from loredact.kernels.call import decide
from loredact.kernels.elementwise import add_layer_norm, add_norm, gate, gate_backward, norm_backward
from loredact.kernels.encode import LaidOut, LaidOutLayer, Layers, encode
from loredact.kernels.fork import one_thread_in_children
from loredact.kernels.heads import Heads
from loredact.kernels.int8 import Int8Update, Int8Weight, int8_linear, to_int8
from loredact.kernels.lattice import forward_backward, viterbi
from loredact.kernels.low_rank import LowRank, add_low_rank_
from loredact.kernels.packed_linear import PANEL, pack_weight, packed_linear
from loredact.kernels.processor import Processor, this_processor

one_thread_in_children()

__all__ = [
    "PANEL",
    "Heads",
    "Int8Update",
    "Int8Weight",
    "LaidOut",
    "LaidOutLayer",
    "Layers",
    "LowRank",
    "PaddedBucket",
    "Processor",
    "Rotation",
    "add_layer_norm",
    "add_low_rank_",
    "add_norm",
    "attend_backward",
    "attend_windows",
    "attend_with_sums",
    "decide",
    "encode",
    "forward_backward",
    "gate",
    "gate_backward",
    "int8_linear",
    "norm_backward",
    "pack_weight",
    "packed_linear",
    "pad",
    "softmax_",
    "softmax_backward_",
    "this_processor",
    "to_int8",
    "unpad",
    "viterbi",
]

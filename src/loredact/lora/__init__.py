"""LoRA: low-rank adaptation of a frozen network (Hu et al., 2021, arXiv:2106.09685).

Knows PyTorch and nothing of personal data. Attach to any network, train, save in PEFT's own files:

    config = LoRAConfig(rank=16, alpha=32)
    attach(network, config)
    ...
    save_adapter(folder, network, config, base="...", task="CAUSAL_LM")

One base, several adapters:

    first, second = read_weights(folder_a, network), read_weights(folder_b, network)
    set_adapter(network, first)
    set_adapter(network, weighted_sum([first, second], [0.7, 0.3]))
    merge(network), unmerge(network), detach(network)
"""

from loredact.lora.attach import (
    attach,
    detach,
    lora_layers,
    lora_weights,
    merge,
    merge_and_unload,
    set_adapter,
    unmerge,
)
from loredact.lora.clipped import Tape, record
from loredact.lora.combine import weighted_sum
from loredact.lora.config import LoRAConfig
from loredact.lora.files import (
    assign,
    load_adapter,
    read_config,
    read_module,
    read_tensors,
    read_weights,
    read_weights_of,
    require_finite,
    save_adapter,
)
from loredact.lora.finite import is_finite
from loredact.lora.layer import LoRALinear
from loredact.lora.lora_linear import Exact, FrozenWeight, Range, lora_linear
from loredact.lora.optimizer import parameter_groups
from loredact.lora.weights import LoRAWeights

__all__ = [
    "Exact",
    "FrozenWeight",
    "LoRAConfig",
    "LoRALinear",
    "LoRAWeights",
    "Range",
    "Tape",
    "assign",
    "attach",
    "detach",
    "is_finite",
    "load_adapter",
    "lora_layers",
    "lora_linear",
    "lora_weights",
    "merge",
    "merge_and_unload",
    "parameter_groups",
    "read_config",
    "read_module",
    "read_tensors",
    "read_weights",
    "read_weights_of",
    "record",
    "require_finite",
    "save_adapter",
    "set_adapter",
    "unmerge",
    "weighted_sum",
]

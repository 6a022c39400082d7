"""LoRA: low-rank adaptation of a frozen network (Hu et al., 2021, arXiv:2106.09685).

Knows PyTorch and nothing of personal data. Attach to any network, train, save in PEFT's own files:

    config = LoRAConfig(rank=16, alpha=32)
    attach(network, config)
    ...
    save_adapter(folder, network, config, modules_to_save=["score"])
"""

from loredact.lora.attach import attach, lora_layers, merge
from loredact.lora.config import LoRAConfig
from loredact.lora.files import load_adapter, read_config, save_adapter
from loredact.lora.layer import LoRALinear

__all__ = [
    "LoRAConfig",
    "LoRALinear",
    "attach",
    "load_adapter",
    "lora_layers",
    "merge",
    "read_config",
    "save_adapter",
]

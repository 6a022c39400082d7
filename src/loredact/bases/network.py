"""Load a base as a network that scores tags."""

from typing import Literal

import torch
import transformers
from torch import nn
from transformers import AutoConfig, AutoModelForTokenClassification, PreTrainedModel

from loredact.bases.allocator import keep_freed_memory
from loredact.bases.attention import IMPLEMENTATION
from loredact.bases.base import Base
from loredact.bases.fused import fuse
from loredact.errors import BaseError, InputError

Attention = Literal["causal", "both"]
Precision = Literal["float32", "bfloat16"]


def best_precision(device: torch.device) -> Precision:
    """bfloat16 where the processor multiplies it natively (CUDA, AVX-512 BF16, AMX), else float32.

    Elsewhere bfloat16 is emulated, and slower than float32.
    """
    if device.type == "cuda":
        return "bfloat16"
    capabilities = torch.cpu.get_capabilities()
    native = capabilities.get("avx512_bf16") or capabilities.get("amx_bf16")
    return "bfloat16" if native else "float32"


def network_depth(base: Base) -> int:
    """How many layers `base` has."""
    return int(AutoConfig.from_pretrained(base.folder).get_text_config().num_hidden_layers)


def load_network(
    base: Base, *, tags: int, depth: int, precision: Precision, device: torch.device
) -> tuple[PreTrainedModel, str]:
    """The first `depth` layers of `base` under a tag head of `tags` outputs, and the head's name in the network.

    The head is float32 and starts at random (normal, standard deviation 0.02; bias zero); the rest has `precision`.
    Attention runs within windows: a forward pass must be given `windows=`. The parts that `fused` knows are its own.

    Raises:
        InputError: where `depth` is not between 1 and the base's number of layers.
        BaseError: where Transformers cannot read the base, or has no token classifier for its kind.
    """
    config = AutoConfig.from_pretrained(base.folder)
    layers = int(config.get_text_config().num_hidden_layers)
    if not 1 <= depth <= layers:
        raise InputError(
            f"The depth is {depth}, and {base.name} has {layers} layers: it must lie between 1 and {layers}."
        )
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    config.num_labels = tags
    config.get_text_config().num_hidden_layers = depth
    if getattr(config.get_text_config(), "layer_types", None):
        config.get_text_config().layer_types = config.get_text_config().layer_types[:depth]
    try:
        network = AutoModelForTokenClassification.from_pretrained(
            base.folder,
            config=config,
            dtype=getattr(torch, precision),
            attn_implementation=IMPLEMENTATION,
            use_safetensors=True,
        )
    except (OSError, ValueError) as error:
        raise BaseError(f"{base.folder} cannot be read as a token classifier: {error}") from None
    name = next(name for name in ("score", "classifier") if hasattr(network, name))
    head = network.get_submodule(name)
    assert isinstance(head, nn.Linear)
    head.float()
    nn.init.normal_(head.weight, std=0.02)
    if head.bias is not None:
        nn.init.zeros_(head.bias)
    network.to(device)
    fuse(network)
    keep_freed_memory()
    return network, name

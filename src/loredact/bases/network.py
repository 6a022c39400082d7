"""Load a base as a network that scores tags."""

import json
import sys
from typing import Any, Literal

import torch
from torch import nn

from loredact.bases.allocator import keep_few_products, keep_freed_memory
from loredact.bases.base import Base
from loredact.bases.decoder import is_decoder, load_decoder
from loredact.bases.encoder import is_encoder, load_encoder
from loredact.bases.layers import Network
from loredact.errors import BaseError, InputError
from loredact.kernels import this_processor

Attention = Literal["causal", "both"]
Precision = Literal["float32", "bfloat16"]


def best_device() -> torch.device:
    """The GPU where there is one, else the processor."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def best_precision(device: torch.device) -> Precision:
    """bfloat16 where the processor multiplies it natively (CUDA, AVX-512 BF16, AMX), else float32.

    Elsewhere bfloat16 is emulated, and slower than float32.
    """
    native = device.type == "cuda" or this_processor().multiplies_bfloat16
    return "bfloat16" if native else "float32"


def network_depth(base: Base) -> int:
    """How many layers `base` has."""
    about = _about(base)
    about = about.get("text_config", about)
    layers = about.get("num_hidden_layers") or about.get("n_layer")
    if not isinstance(layers, int):
        raise BaseError(f"{base.folder / 'config.json'} does not say how many layers {base.name} has.")
    return layers


def default_depth(base: Base) -> int:
    """How many layers are used where nothing else is asked for: two fifths of a language model's, all of an encoder's.

    A language model's upper layers are for choosing the next word; all of an encoder's are for understanding the text.
    """
    layers = network_depth(base)
    return max(1, layers * 2 // 5) if writes_text(base) else layers


def writes_text(base: Base) -> bool:
    """Whether `base` is a language model, by what its configuration says it was made for."""
    made_for = _about(base).get("architectures") or ()
    return any(name.endswith(("ForCausalLM", "ForConditionalGeneration")) for name in made_for)


def longest_window(base: Base) -> int:
    """How many tokens `base` can be shown at once, where it says so; else as many as there are."""
    about = _about(base)
    return int(about.get("text_config", about).get("max_position_embeddings", sys.maxsize))


def load_network(
    base: Base, *, tags: int, depth: int, precision: Precision, device: torch.device
) -> tuple[Network, str]:
    """The first `depth` layers of `base` under a tag head of `tags` outputs, and the head's name in the network.

    The head is float32 and starts at random (normal, standard deviation 0.02; bias zero); the rest has `precision`.
    Attention runs within windows: a forward pass must be given `windows=`.

    Raises:
        InputError: where `depth` is not between 1 and the base's number of layers.
        BaseError: where Transformers cannot read the base, or has no token classifier for its kind.
    """
    about, layers = _about(base), network_depth(base)
    if not 1 <= depth <= layers:
        raise InputError(
            f"The depth is {depth}, and {base.name} has {layers} layers: it must lie between 1 and {layers}."
        )
    dtype = getattr(torch, precision)
    network: Network
    if is_decoder(about):
        network = load_decoder(base.folder, about, tags=tags, depth=depth, dtype=dtype)
    elif is_encoder(about):
        network = load_encoder(base.folder, about, tags=tags, depth=depth, dtype=dtype)
    else:
        from loredact.bases.with_transformers import load_with_transformers

        network = load_with_transformers(base.folder, tags=tags, depth=depth, dtype=dtype)
    name = next(name for name in ("score", "classifier") if hasattr(network, name))
    head = network.get_submodule(name)
    assert isinstance(head, nn.Linear)
    head.float()
    nn.init.normal_(head.weight, std=0.02)
    if head.bias is not None:
        nn.init.zeros_(head.bias)
    network.to(device)
    keep_freed_memory()
    keep_few_products()
    return network, name


def _about(base: Base) -> dict[str, Any]:
    try:
        about: dict[str, Any] = json.loads((base.folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise BaseError(f"{base.folder / 'config.json'} cannot be read.") from None
    return about

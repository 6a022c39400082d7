"""Load a base as a network that scores tags."""

import sys
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from loredact.bases.base import Base
from loredact.bases.config import CONFIG, read_config, require
from loredact.errors import AdapterError, BaseError, InputError
from loredact.kernels import decide, this_processor
from loredact.network.allocator import keep_few_products, keep_freed_memory
from loredact.network.decoder import is_decoder, load_decoder
from loredact.network.encoder import is_encoder, load_encoder
from loredact.network.layers import Network
from loredact.network.linear import fuse_weights

Attention = Literal["causal", "both"]
DType = Literal["float32", "bfloat16"]
# What masking computes in: "int8" is bfloat16 whose matmuls take weights and inputs rounded to bytes.
Compute = Literal["float32", "bfloat16", "int8"]


def best_device() -> torch.device:
    """The GPU where there is one, else the processor."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def best_precision(device: torch.device) -> DType:
    """bfloat16 where the processor multiplies it natively (CUDA, AVX-512 BF16, AMX), else float32.

    Elsewhere bfloat16 is emulated, and slower than float32.
    """
    native = device.type == "cuda" or this_processor().multiplies_bfloat16
    return "bfloat16" if native else "float32"


def precision_of(compute: Compute | None) -> DType | None:
    """The precision that a network is loaded in, to mask in `compute`."""
    return "bfloat16" if compute == "int8" else compute


def has_int8_matmuls() -> bool:
    """Whether masking has matmuls in int8 here: compiled, of the right results, and faster than others."""
    return best_device().type == "cpu" and ("int8_linear", torch.bfloat16) in decide()


def masks_in_int8(compute: Compute | None, base: Base) -> bool:
    """Whether the weights of `base` are rounded for masking: where it is asked for, and where nothing is asked for and
    they are an encoder's, which finds as much then: on average to within a fifth of a point (docs/performance.md).

    Raises:
        InputError: where int8 is asked for and there are no matmuls for it here, or the base is of another kind.
    """
    if compute == "int8" and not has_int8_matmuls():
        raise InputError(
            "Masking in int8 needs a processor with AVX-512 BF16 and VNNI and without AMX, and kernels that were "
            "compiled for it (`loredact doctor` says more). Leave `compute` out."
        )
    about = read_config(base.folder)
    if compute == "int8" and not (is_encoder(about) or is_decoder(about)):
        raise InputError(f"{base.name} is of a kind whose weights are not rounded to int8. Leave `compute` out.")
    return has_int8_matmuls() and (compute == "int8" or (compute is None and is_encoder(about)))


def network_depth(base: Base) -> int:
    """How many layers `base` has."""
    about = read_config(base.folder)
    about = about.get("text_config") or about
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
    made_for = read_config(base.folder).get("architectures") or ()
    return any(name.endswith(("ForCausalLM", "ForConditionalGeneration")) for name in made_for)


def longest_window(base: Base) -> int:
    """How many tokens `base` can be shown at once, where it says so; else as many as there are."""
    about = read_config(base.folder)
    longest: int | None = (about.get("text_config") or about).get("max_position_embeddings")
    return longest or sys.maxsize


def require_window(adapter: Path, window: int, base: Base) -> None:
    """Raise AdapterError where `adapter`, a folder, shows `base` a `window` of more tokens than it can be shown."""
    longest = longest_window(base)
    if window > longest:
        raise AdapterError(
            f"The adapter {adapter} has a window of {window} tokens, and {base.name} sees at most {longest} at once. "
            "Copy the adapter again."
        )


def require_known(ids: NDArray[np.int64], count: int, base: Base) -> None:
    """Raise BaseError where one of the token ids of a row is none of the `count` that `base` has embeddings for."""
    if len(ids) and int(ids.max()) >= count:
        raise BaseError(
            f"{base.folder}: tokenizer.json has tokens that the weights have no embedding for. Fetch the base again."
        )


def load_network(base: Base, *, tags: int, depth: int, precision: DType, device: torch.device) -> tuple[Network, str]:
    """The first `depth` layers of `base` under a tag head of `tags` outputs, and the head's name in the network.

    The head is float32 and starts at random (normal, standard deviation 0.02; bias zero); the rest has `precision`.
    Attention runs within windows: a forward pass must be given `windows=`.

    Raises:
        InputError: where `depth` is not between 1 and the base's number of layers.
        BaseError: where its configuration does not fit together, a weight is missing, or Transformers cannot read the
            base or has no token classifier for its kind.
    """
    about, layers = read_config(base.folder), network_depth(base)
    if not 1 <= depth <= layers:
        raise InputError(
            f"The depth is {depth}, and {base.name} has {layers} layers: it must lie between 1 and {layers}."
        )
    dtype = getattr(torch, precision)
    network: Network
    if is_decoder(about):
        require(base.folder / CONFIG, about, "decoder")
        network = load_decoder(base.folder, about, tags=tags, depth=depth, dtype=dtype)
    elif is_encoder(about):
        require(base.folder / CONFIG, about, "encoder")
        network = load_encoder(base.folder, about, tags=tags, depth=depth, dtype=dtype)
    else:
        from loredact.network.with_transformers import load_with_transformers

        network = load_with_transformers(base.folder, tags=tags, depth=depth, dtype=dtype)
    name = next(name for name in ("score", "classifier") if hasattr(network, name))
    head = network.get_submodule(name)
    assert isinstance(head, nn.Linear)
    head.float()
    nn.init.normal_(head.weight, std=0.02)
    if head.bias is not None:
        nn.init.zeros_(head.bias)
    network.to(device)
    fuse_weights(network)
    keep_freed_memory()
    keep_few_products()
    return network, name

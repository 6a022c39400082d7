"""The network of a base model: loaded from safetensors, its layers, and its weights laid out for masking."""

from loredact.network.allocator import page_out
from loredact.network.attention import Windows
from loredact.network.cache import DecodeStep, KeyValueCache
from loredact.network.layers import Network, layers_of, lowest_trained, only_above, only_below
from loredact.network.linear import pack_weights, prepare
from loredact.network.load import (
    Attention,
    Compute,
    DType,
    best_device,
    best_precision,
    default_depth,
    has_int8_matmuls,
    load_network,
    longest_window,
    masks_in_int8,
    network_depth,
    precision_of,
    require_known,
    require_window,
    writes_text,
)
from loredact.network.updates import LayerUpdates, Updates, updates_of

__all__ = [
    "Attention",
    "Compute",
    "DType",
    "DecodeStep",
    "KeyValueCache",
    "LayerUpdates",
    "Network",
    "Updates",
    "Windows",
    "best_device",
    "best_precision",
    "default_depth",
    "has_int8_matmuls",
    "layers_of",
    "load_network",
    "longest_window",
    "lowest_trained",
    "masks_in_int8",
    "network_depth",
    "only_above",
    "only_below",
    "pack_weights",
    "page_out",
    "precision_of",
    "prepare",
    "require_known",
    "require_window",
    "updates_of",
    "writes_text",
]

"""Bases: the pretrained language models, where they come from and how they are loaded."""

from loredact.bases.allocator import page_out
from loredact.bases.attention import Windows
from loredact.bases.base import Base, find_base, find_base_of, require_identity
from loredact.bases.catalogue import CATALOGUE, DEFAULT_BASE, FAST_BASE, MULTILINGUAL_BASE
from loredact.bases.layers import Network, layers_of, lowest_trained, only_above, only_below
from loredact.bases.memory import Memory, Reading
from loredact.bases.network import (
    Attention,
    Precision,
    best_device,
    best_precision,
    default_depth,
    load_network,
    longest_window,
    network_depth,
    require_known,
    require_window,
    writes_text,
)
from loredact.bases.packed import PackedAdapter, pack_weights

__all__ = [
    "CATALOGUE",
    "DEFAULT_BASE",
    "FAST_BASE",
    "MULTILINGUAL_BASE",
    "Attention",
    "Base",
    "Memory",
    "Network",
    "PackedAdapter",
    "Precision",
    "Reading",
    "Windows",
    "best_device",
    "best_precision",
    "default_depth",
    "find_base",
    "find_base_of",
    "layers_of",
    "load_network",
    "longest_window",
    "lowest_trained",
    "network_depth",
    "only_above",
    "only_below",
    "pack_weights",
    "page_out",
    "require_identity",
    "require_known",
    "require_window",
    "writes_text",
]

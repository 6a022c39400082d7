"""Bases: the pretrained language models, where they come from and how they are loaded."""

from loredact.bases.attention import Windows
from loredact.bases.base import Base, find_base
from loredact.bases.catalogue import CATALOGUE, DEFAULT_BASE
from loredact.bases.layers import layers_of, lowest_trained, only_above, only_below
from loredact.bases.network import Attention, Precision, best_precision, load_network, network_depth

__all__ = [
    "CATALOGUE",
    "DEFAULT_BASE",
    "Attention",
    "Base",
    "Precision",
    "Windows",
    "best_precision",
    "find_base",
    "layers_of",
    "load_network",
    "lowest_trained",
    "network_depth",
    "only_above",
    "only_below",
]

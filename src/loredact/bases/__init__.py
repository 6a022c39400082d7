"""Base models: where the pretrained language models come from, and how each is told from another."""

from loredact.bases.base import Base, find_base, find_base_of, require_identity
from loredact.bases.catalogue import CATALOGUE, DEFAULT_BASE, FAST_BASE, MULTILINGUAL_BASE

__all__ = [
    "CATALOGUE",
    "DEFAULT_BASE",
    "FAST_BASE",
    "MULTILINGUAL_BASE",
    "Base",
    "find_base",
    "find_base_of",
    "require_identity",
]

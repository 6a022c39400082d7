"""Masking: text in, masked text and its replacements out."""

from loredact.masking.masker import Masker, Part

__all__ = ["Masker", "Part"]

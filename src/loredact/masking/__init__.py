"""Masking: text in, masked text and its replacements out."""

from loredact.masking.masker import Masker

__all__ = ["Masker"]

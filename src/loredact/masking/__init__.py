"""Masking: text in, masked text and its replacements out."""

from loredact.masking.masker import Masker
from loredact.masking.together import find_together

__all__ = ["Masker", "find_together"]

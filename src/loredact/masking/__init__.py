"""Masking: text in, masked text and its replacements out."""

from loredact.masking.finder import SpanFinder
from loredact.masking.guaranteed import guarantee_recall
from loredact.masking.masker import Masker, Part
from loredact.masking.missed import missed_shares
from loredact.masking.settings import MaskerSettings
from loredact.masking.together import find_together
from loredact.masking.vaulted import mask_with_vault

__all__ = [
    "Masker",
    "MaskerSettings",
    "Part",
    "SpanFinder",
    "find_together",
    "guarantee_recall",
    "mask_with_vault",
    "missed_shares",
]

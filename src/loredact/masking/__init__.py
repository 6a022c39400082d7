"""Masking: text in, masked text and its replacements out."""

from loredact.masking.calibrating import calibrate
from loredact.masking.masker import Masker, Part
from loredact.masking.missed import missed_shares
from loredact.masking.together import find_together
from loredact.masking.vaulted import mask_with_vault

__all__ = ["Masker", "Part", "calibrate", "find_together", "mask_with_vault", "missed_shares"]

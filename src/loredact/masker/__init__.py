"""The masker: text in, masked text and spans out."""

from loredact.masker.masker import Masked, Masker

__all__ = ["Masked", "Masker"]

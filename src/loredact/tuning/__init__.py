"""Tuning: labelled text in, adapter out."""

from loredact.tuning.settings import Settings
from loredact.tuning.train import Outcome, train

__all__ = ["Outcome", "Settings", "train"]

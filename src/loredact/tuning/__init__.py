"""Tuning: labelled text in, adapter out."""

from loredact.tuning.run import Outcome, train
from loredact.tuning.settings import Settings

__all__ = ["Outcome", "Settings", "train"]

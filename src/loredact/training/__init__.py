"""Tuning: labelled text in, adapter out."""

from loredact.training.run import Outcome, train
from loredact.training.settings import Settings

__all__ = ["Outcome", "Settings", "train"]

"""Figures: predicted spans held against labelled ones."""

from loredact.evaluation.metrics import Apart, Evaluation, Figures, evaluate, missed_share, set_apart

__all__ = ["Apart", "Evaluation", "Figures", "evaluate", "missed_share", "set_apart"]

"""Figures: predicted spans held against labelled ones."""

from loredact.evaluation.metrics import Apart, Evaluation, Figures, evaluate

__all__ = ["Apart", "Evaluation", "Figures", "evaluate"]

"""Figures: predicted spans held against labelled ones."""

from loredact.evaluation.metrics import Evaluation, Figures, evaluate

__all__ = ["Evaluation", "Figures", "evaluate"]

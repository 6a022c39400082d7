"""Operators: what takes a span's place. They know text and spans and nothing of models."""

from loredact.operators.apply import apply
from loredact.operators.operator import Operator
from loredact.operators.replace import Replace

__all__ = ["Operator", "Replace", "apply"]

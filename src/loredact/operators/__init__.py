"""Operators: what takes a span's place. They know text and spans and nothing of models."""

from loredact.operators.apply import Choice, apply, put, show
from loredact.operators.keep import Keep
from loredact.operators.number import Number
from loredact.operators.operator import Context, DocumentOperator, Linker, Operator, Within, name_of, opened
from loredact.operators.redact import Redact
from loredact.operators.registry import OPERATORS, AnyOperator, make
from loredact.operators.replace import Replace
from loredact.operators.same_text import SameText
from loredact.operators.settings import OperatorSettings

__all__ = [
    "OPERATORS",
    "AnyOperator",
    "Choice",
    "Context",
    "DocumentOperator",
    "Keep",
    "Linker",
    "Number",
    "Operator",
    "OperatorSettings",
    "Redact",
    "Replace",
    "SameText",
    "Within",
    "apply",
    "make",
    "name_of",
    "opened",
    "put",
    "show",
]

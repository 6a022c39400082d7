"""Operators: what takes a span's place. They know text and spans and nothing of models."""

from loredact.operators.apply import Choice, apply, put, show
from loredact.operators.encrypt import Decrypt, Encrypt
from loredact.operators.generalise import Generalise
from loredact.operators.hash import Hash
from loredact.operators.keep import Keep
from loredact.operators.mask import Mask
from loredact.operators.number import Number
from loredact.operators.operator import Context, DocumentOperator, Operator, Within, name_of, opened
from loredact.operators.redact import Redact
from loredact.operators.registry import OPERATORS, AnyOperator, make
from loredact.operators.replace import Replace
from loredact.operators.settings import OperatorSettings
from loredact.operators.shift import Shift
from loredact.operators.surrogate import Surrogate

__all__ = [
    "OPERATORS",
    "AnyOperator",
    "Choice",
    "Context",
    "Decrypt",
    "DocumentOperator",
    "Encrypt",
    "Generalise",
    "Hash",
    "Keep",
    "Mask",
    "Number",
    "Operator",
    "OperatorSettings",
    "Redact",
    "Replace",
    "Shift",
    "Surrogate",
    "Within",
    "apply",
    "make",
    "name_of",
    "opened",
    "put",
    "show",
]

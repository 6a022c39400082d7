"""Rules: a net under the model. They know text and spans and nothing of models."""

from loredact.rules.apply import apply
from loredact.rules.find import find
from loredact.rules.possible import possible

__all__ = ["apply", "find", "possible"]

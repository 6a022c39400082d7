"""The one interface all operators share."""

from typing import Protocol


class Operator(Protocol):
    """Gives the text that takes a span's place."""

    def __call__(self, original: str, label: str) -> str:
        """The replacement for the span's text `original`, which carries `label`."""
        ...


def name_of(operator: Operator) -> str:
    """What reports call an operator: its `name`, or that of its class or function in lower case."""
    given = getattr(operator, "name", None) or getattr(operator, "__name__", None)
    return str(given or type(operator).__name__).lower()

"""The one interface all operators share."""

from typing import Protocol


class Operator(Protocol):
    """Gives the text that takes a span's place."""

    def __call__(self, original: str, label: str) -> str:
        """The replacement for the span's text `original`, which carries `label`."""
        ...

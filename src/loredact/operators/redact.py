"""`redact`: nothing."""

from typing import Literal

from loredact.operators.settings import OperatorSettings


class Redact(OperatorSettings):
    """Takes a span out and puts nothing in its place."""

    name: Literal["redact"] = "redact"

    def __call__(self, original: str, label: str) -> str:
        return ""

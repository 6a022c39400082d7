"""`keep`: the text as it is."""

from typing import Literal

from loredact.operators.settings import OperatorSettings


class Keep(OperatorSettings):
    """Leaves a span as it is. What is kept is reported, and does not count as masked."""

    name: Literal["keep"] = "keep"

    def __call__(self, original: str, label: str) -> str:
        return original

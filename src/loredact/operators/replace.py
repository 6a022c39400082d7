"""`replace`: the label in square brackets, `[PERSON]`, or a text of one's own."""

from typing import Literal

from pydantic import Field

from loredact.operators.settings import OperatorSettings


class Replace(OperatorSettings):
    """Puts `[LABEL]` in a span's place, or `new_value`."""

    name: Literal["replace"] = "replace"
    new_value: str | None = Field(default=None, description="what to put there; without it the label in brackets")

    def __call__(self, original: str, label: str) -> str:
        return f"[{label}]" if self.new_value is None else self.new_value

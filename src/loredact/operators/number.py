"""`number`: the label and a number, `[PERSON_1]`, the same for the same person."""

from collections import defaultdict
from threading import Lock
from typing import Literal

from pydantic import Field, PrivateAttr

from loredact.errors import InputError
from loredact.linking import Linker
from loredact.operators.operator import Context, Operator, Within
from loredact.operators.settings import OperatorSettings


class Number(OperatorSettings):
    """Puts `[LABEL_N]` in a span's place, N counted up for each label as persons or things appear.

    Numbers of a customer, or of everywhere, are known as long as the operator lives, and to no other process.
    """

    name: Literal["number"] = "number"
    within: Within = Field(default="document", description="how far a person keeps a number")

    _kept: defaultdict[str | None, "_Numbers"] = PrivateAttr(default_factory=lambda: defaultdict(_Numbers))

    def __call__(self, original: str, label: str) -> str:
        return self.for_document(Context())(original, label)

    def for_document(self, context: Context) -> Operator:
        """The operator that counts in the document of `context`, or goes on with its customer's numbers.

        Raises:
            InputError: where numbers are a customer's and there is none.
        """
        if self.within == "document":
            return _Counter(_Numbers(), context.linker)
        if self.within == "customer" and context.customer is None:
            raise InputError("Numbers are counted within a customer: say whose the text is (--customer, customer=).")
        return _Counter(self._kept[context.customer if self.within == "customer" else None], context.linker)


class _Numbers:
    """The numbers that the identities of each label have. Several threads may ask."""

    def __init__(self) -> None:
        self._of: defaultdict[str, dict[str, int]] = defaultdict(dict)
        self._lock = Lock()

    def of(self, label: str, identity: str) -> int:
        with self._lock:
            numbers = self._of[label]
            return numbers.setdefault(identity, len(numbers) + 1)


class _Counter:
    name = "number"

    def __init__(self, numbers: _Numbers, linker: Linker) -> None:
        self._numbers = numbers
        self._linker = linker

    def __call__(self, original: str, label: str) -> str:
        return f"[{label}_{self._numbers.of(label, self._linker.identity(original, label))}]"

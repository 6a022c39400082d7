"""`shift`: all dates of a document, or of a customer, by one secret number of days."""

import secrets
from collections.abc import Sequence
from functools import cached_property
from typing import Literal

from pydantic import Field

from loredact.document import Span
from loredact.errors import InputError
from loredact.keys import Key, keyed
from loredact.operators.operator import Context, Operator, Within
from loredact.operators.settings import OperatorSettings
from loredact.values import dates


class Shift(OperatorSettings):
    """Puts another date in a date's place, in the same form; days between dates stay as many.

    The number of days is 1 to `days`, forwards or backwards, by HMAC-SHA-256 of the document's or the customer's name
    with the key; a document without a name has one of its own each time. A date that cannot be read (`loredact.values.
    dates`) becomes `[LABEL]`: one without its year, or `04/03/2021` where neither `order` nor another date of the
    document, up to this chunk, tells what comes first.
    """

    name: Literal["shift"] = "shift"
    key: Key = Field(description="where the key is")
    days: int = Field(default=365, ge=1, le=36_500, description="at most so many days, forwards or backwards")
    within: Within = Field(default="document", description="what all dates of are shifted alike")
    order: dates.Order | None = Field(default=None, description="what comes first in 04/03/2021")

    def ready(self) -> None:
        """Read the key."""
        self._by  # noqa: B018

    @cached_property
    def _by(self) -> bytes:
        return self.key.for_use("shift")

    def __call__(self, original: str, label: str) -> str:
        return self.for_document(Context())(original, label)

    def for_document(self, context: Context) -> Operator:
        """The operator with the number of days for the document of `context`, or for its customer.

        Raises:
            InputError: where dates are shifted within a customer and there is none.
        """
        if self.within == "customer" and context.customer is None:
            raise InputError("Dates are shifted within a customer: say whose the text is (--customer, customer=).")
        name = {"document": context.document, "customer": context.customer, "everywhere": ""}[self.within]
        # One document's name may be in use by several customers.
        whose = [context.customer or ""] if self.within == "document" else []
        return _Shifted(self._number(self.within, *whose, secrets.token_hex() if name is None else name), self.order)

    def _number(self, *scope: str) -> int:
        drawn = int.from_bytes(keyed(self._by, *scope), "big")
        days = 1 + (drawn >> 1) % self.days
        return days if drawn & 1 else -days


class _Shifted:
    name = "shift"

    def __init__(self, days: int, order: dates.Order | None) -> None:
        self._days = days
        self._order = order

    def see(self, text: str, spans: Sequence[Span]) -> None:
        orders = {dates.order_of(text[span.start : span.end]) for span in spans if "/" in text[span.start : span.end]}
        told = orders - {None}
        if self._order is None and len(told) == 1:
            self._order = told.pop()

    def __call__(self, original: str, label: str) -> str:
        written = dates.read(original, self._order)
        new = None if written is None else written.shifted(self._days)
        return f"[{label}]" if new is None else new

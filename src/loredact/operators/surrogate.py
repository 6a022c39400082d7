"""`surrogate`: a made-up value that reads as real, the same for the same value."""

import secrets
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from typing import Literal

from pydantic import Field, PrivateAttr

from loredact.document import Span
from loredact.errors import InputError
from loredact.keys import Key
from loredact.linking import Linker
from loredact.operators.operator import Context, Operator, Within
from loredact.operators.settings import OperatorSettings
from loredact.surrogates import Book, Surrogates


class Surrogate(OperatorSettings):
    """Puts a made-up value of the same kind in a span's place.

    A value has the same one `within` its document, the documents of its customer, or everywhere, and what is of one
    person fits together: short forms of the name, addresses, user names. All follows from the key and from the name of
    the document or of the customer; a document without a name has surrogates of its own each time. That no two values
    share a surrogate holds within a document, and for a customer as long as the operator lives.
    """

    name: Literal["surrogate"] = "surrogate"
    key: Key = Field(description="where the key is")
    within: Within = Field(default="document", description="how far a value keeps its surrogate")

    _books: defaultdict[str, Book] = PrivateAttr(default_factory=lambda: defaultdict(Book))

    def ready(self) -> None:
        """Read the key, and load the lists of names."""
        Surrogates(self._by, "ready").surrogate("Ada Lovelace", "PERSON")

    @cached_property
    def _by(self) -> bytes:
        return self.key.for_use("surrogate")

    def __call__(self, original: str, label: str) -> str:
        return self.for_document(Context())(original, label)

    def for_document(self, context: Context) -> Operator:
        """The operator with the surrogates of the document of `context`, or of its customer.

        Raises:
            InputError: where surrogates are a customer's and there is none.
        """
        if self.within == "customer" and context.customer is None:
            raise InputError("Surrogates are kept within a customer: say whose the text is (--customer, customer=).")
        if self.within == "document":
            name = secrets.token_hex() if context.document is None else context.document
            return _Surrogate(Surrogates(self._by, f"document {context.customer or ''} {name}"), context.linker)
        scope = f"customer {context.customer}" if self.within == "customer" else "everywhere"
        return _Surrogate(Surrogates(self._by, scope, self._books[scope]), context.linker)


class _Surrogate:
    name = "surrogate"

    def __init__(self, surrogates: Surrogates, linker: Linker) -> None:
        self._surrogates = surrogates
        self._linker = linker

    def see(self, text: str, spans: Sequence[Span]) -> None:
        self._surrogates.see((text[span.start : span.end], span.label) for span in spans)

    def __call__(self, original: str, label: str) -> str:
        fullest = self._linker.fullest(self._linker.identity(original, label)) if label == "PERSON" else None
        return self._surrogates.surrogate(original, label, fullest)

"""The interface that all operators share, and what those may ask for that must know the document.

An operator gives the text that takes a span's place. Any callable of that form is one: a function, or an object. One
that has to give one value the same replacement throughout a document has `for_document` too, which gives the operator
for that document; it is called once a document, also where the document is masked chunk by chunk. What it gives may
have a method `see(text, spans)`, which is called with each chunk before the spans in it are replaced.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from loredact.document import Span
from loredact.linking import Linker

# How far a value keeps its replacement: in its document, in all documents of its customer, or wherever the key is used.
Within = Literal["document", "customer", "everywhere"]


class Operator(Protocol):
    """Gives the text that takes a span's place."""

    def __call__(self, original: str, label: str) -> str:
        """The replacement for the span's text `original`, which carries `label`."""
        ...


@dataclass(frozen=True, slots=True)
class Context:
    """What a text belongs to: the document's name and its customer's, where given, and who is who in it.

    The linker is made when an operator asks for it. A document of which none does, such as a table with a million names
    that are all replaced alike, is not linked.
    """

    document: str | None = None
    customer: str | None = None
    _linker: Linker | None = field(default=None, compare=False)

    @property
    def linker(self) -> Linker:
        """Links the document's mentions; whoever asks for it before the first section is masked has them all."""
        if self._linker is None:
            object.__setattr__(self, "_linker", Linker())
        assert self._linker is not None
        return self._linker

    def see(self, text: str, spans: Sequence[Span]) -> None:
        """Let the linker take in the next section, if an operator has asked for it."""
        if self._linker is not None:
            self._linker.see(text, spans)


class DocumentOperator(Protocol):
    """An operator that must know the document."""

    def __call__(self, original: str, label: str) -> str:
        """The replacement where nothing is known of the document."""
        ...

    def for_document(self, context: Context) -> Operator:
        """The operator for all chunks of one document.

        Raises:
            InputError: where the context lacks what the operator needs, such as the customer.
        """
        ...


def opened(operator: Operator, context: Context) -> Operator:
    """`operator` for the document of `context`."""
    # Not by `isinstance`, which looks through all of a protocol each time.
    for_document: Callable[[Context], Operator] | None = getattr(operator, "for_document", None)
    return operator if for_document is None else for_document(context)


def name_of(operator: Operator) -> str:
    """What reports call an operator: its `name`, or that of its class or function in lower case."""
    given = getattr(operator, "name", None) or getattr(operator, "__name__", None)
    return str(given or type(operator).__name__).lower()

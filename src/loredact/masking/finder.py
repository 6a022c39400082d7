"""What a masker stands on: a base model with an adapter that finds spans, by tagging or by constrained generation."""

from collections.abc import Collection, Iterable, Iterator
from typing import Protocol

from loredact.bases import Base
from loredact.document import AnyDocument


class SpanFinder(Protocol):
    """Finds spans in documents. `Tagger` and `ConstrainedGenerator` both do."""

    @property
    def base(self) -> Base:
        """The base model."""
        ...

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that the adapter knows, those that are off included; none where it may find any."""
        ...

    @property
    def off(self) -> frozenset[str]:
        """The labels that are looked for only where they are asked for."""
        ...

    def offset_for(self, *, recall: float | None = None, precision: float | None = None) -> float:
        """The offset of the operating point asked for; without either, of the adapter's own.

        Raises:
            InputError: where it is out of reach.
        """
        ...

    def find(
        self, documents: Iterable[AnyDocument], offset: float = 0.0, off: Collection[str] | None = None
    ) -> Iterator[AnyDocument]:
        """Each of `documents` with the spans found in its text, in place of those it has; taken lazily, in order.

        Above an `offset` of 0 more is found. Labels in `off` are not looked for; None: those that the adapter has off.

        Raises:
            InputError: where a text holds lone surrogates.
            AdapterError: where a score is not finite.
        """
        ...

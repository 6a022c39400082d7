"""Mask personal data in text."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import tee
from pathlib import Path

from loredact import lora, operators
from loredact.bases import Precision
from loredact.operators import Operator, Replace
from loredact.spans import Span
from loredact.tagger import Tagger


@dataclass(frozen=True, slots=True)
class Masked:
    """The masked text, and the spans that were masked, with offsets into the text that went in."""

    text: str
    spans: tuple[Span, ...]

    def as_json(self) -> dict[str, object]:
        """What `loredact mask --json` prints: never the original text."""
        return {
            "text": self.text,
            "spans": [{"start": s.start, "end": s.end, "label": s.label, "score": s.score} for s in self.spans],
        }


class Masker:
    """Finds spans with an adapter and puts an operator's result in their place.

    Outside the spans the text that comes out is the text that went in, character for character.
    """

    def __init__(self, tagger: Tagger, operator: Operator | None = None) -> None:
        self._tagger = tagger
        self._operator = operator or Replace()

    @classmethod
    def load(
        cls,
        adapter: str | Path,
        *,
        precision: Precision | None = None,
        operator: Operator | None = None,
        say: Callable[[str], None] = lambda step: None,
    ) -> "Masker":
        """The masker of the adapter in the folder `adapter`, merged into its base, so that LoRA costs nothing.

        Raises:
            AdapterError: where the adapter is damaged or belongs to another base.
            BaseError: where its base cannot be had.
        """
        tagger = Tagger.load(Path(adapter), precision, say)
        lora.fold(tagger.network)
        return cls(tagger, operator)

    def find(self, text: str) -> list[Span]:
        """The spans of `text`, in order and without overlap."""
        return next(self.find_many([text]))

    def find_many(self, texts: Iterable[str]) -> Iterator[list[Span]]:
        """The spans of each of `texts`, in order, taken lazily."""
        return self._tagger.find(texts)

    def mask(self, text: str) -> Masked:
        """`text` with its spans masked.

        Raises:
            InputError: where `text` holds lone surrogates, and so is not valid Unicode.
        """
        return next(self.mask_many([text]))

    def mask_many(self, texts: Iterable[str]) -> Iterator[Masked]:
        """Mask each of `texts`, in order. They are taken lazily, some thousands of tokens at a time."""
        originals, to_find = tee(texts)
        for spans, text in zip(self.find_many(to_find), originals, strict=True):
            yield Masked(operators.apply(self._operator, text, spans), tuple(spans))

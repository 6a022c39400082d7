"""Partial annotation: which tags a token may have that is not known."""

import numpy as np
from numpy.typing import NDArray

from loredact.document import Document
from loredact.encoding.tags import OUTSIDE, TagSet
from loredact.encoding.tokens import Tokens


class AllowedTags:
    """The sets of tags that tokens may have whose tag is not known, each by its number.

    Set 0 stands for a token whose tag is known. Outside the spans of a document that annotates some labels alone, a
    token is `O` or has any tag of the others; where nothing is said, it has any tag.
    """

    def __init__(self, tags: TagSet) -> None:
        self.tags = tags
        self._numbers: dict[frozenset[str] | None, int] = {}
        self._rows = [np.zeros(len(tags), dtype=bool)]

    @property
    def table(self) -> NDArray[np.bool_]:
        """Which tags each set holds, `(sets, tags)`."""
        return np.stack(self._rows)

    def outside(self, annotated: frozenset[str] | None) -> int:
        """The set of a token outside the spans of a document that annotates these labels; None for all."""
        if annotated is None or annotated.issuperset(self.tags.labels):
            return 0
        return self._number(annotated.intersection(self.tags.labels))

    def anything(self) -> int:
        """The set of all tags."""
        return self._number(None)

    def of(self, tokens: Tokens, tags: NDArray[np.int64], document: Document) -> NDArray[np.int64]:
        """The set of each of the document's tokens, `(tokens,)`, whose tags as far as they are known are `tags`."""
        sets = np.where(tags == OUTSIDE, self.outside(document.annotated), 0)
        for span in document.open_spans:
            first = int(np.searchsorted(tokens.ends, span.start, side="right"))
            past = int(np.searchsorted(tokens.starts, span.end, side="left"))
            inside = tags[first:past] == OUTSIDE
            sets[first:past][inside] = self.anything()
        return sets

    def _number(self, annotated: frozenset[str] | None) -> int:
        if annotated not in self._numbers:
            row = np.ones(len(self.tags), dtype=bool)
            for label in annotated or ():
                row[[self.tags.tag(label, place) for place in range(4)]] = False
            self._numbers[annotated] = len(self._rows)
            self._rows.append(row)
        return self._numbers[annotated]

"""BIOES tags: how spans are written onto tokens.

`O` is outside every span; a span of one token is `S-label`, a longer one `B-label`, any number of `I-label`, `E-label`.
Tags are numbered so that a label's four stand together:

    0 = O        1 + 4·label + (0, 1, 2, 3) = B-, I-, E-, S-label
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from loredact.document import Span
from loredact.encoding.tokens import Tokens

OUTSIDE = 0
BEGIN, INSIDE, END, SINGLE = range(4)


class TagSet:
    """The tags of a set of labels, in a fixed order."""

    def __init__(self, labels: Iterable[str]) -> None:
        self.labels = tuple(labels)
        self._index = {label: index for index, label in enumerate(self.labels)}

    def __len__(self) -> int:
        return 1 + 4 * len(self.labels)

    @property
    def names(self) -> list[str]:
        """The tags' names in the order of their numbers."""
        return ["O", *(f"{prefix}-{label}" for label in self.labels for prefix in "BIES")]

    def tag(self, label: str, place: int) -> int:
        """The number of the tag of `label` with the given place: BEGIN, INSIDE, END or SINGLE."""
        return 1 + 4 * self._index[label] + place

    def write(self, tokens: Tokens, spans: Iterable[Span]) -> NDArray[np.int64]:
        """The tag of each token, shape `(tokens,)`.

        A span takes every token it shares a character with. Where two spans share a token the first keeps it. Spans
        whose label is not in the set are left out, since no tag can say them.
        """
        tags = np.full(len(tokens), OUTSIDE, dtype=np.int64)
        taken = 0
        for span in spans:
            if span.label not in self._index:
                continue
            first = max(int(np.searchsorted(tokens.ends, span.start, side="right")), taken)
            past = int(np.searchsorted(tokens.starts, span.end, side="left"))
            # Tokens of white space alone have no width; at a span's edge they belong to what lies outside.
            while first < past and tokens.starts[first] == tokens.ends[first]:
                first += 1
            while past > first and tokens.starts[past - 1] == tokens.ends[past - 1]:
                past -= 1
            if first >= past:
                continue
            if past - first == 1:
                tags[first] = self.tag(span.label, SINGLE)
            else:
                tags[first] = self.tag(span.label, BEGIN)
                tags[first + 1 : past - 1] = self.tag(span.label, INSIDE)
                tags[past - 1] = self.tag(span.label, END)
            taken = past
        return tags

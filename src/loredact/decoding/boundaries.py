"""Span boundaries within a token: a tokenizer often joins the punctuation that closes a span with what follows it.

`S.A.` before a comma ends in the token `.,`, a date in quotation marks in `”).`. A tagger can only give a token whole,
so how much of such a token belongs to the span is counted on labelled text.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict, NonNegativeInt

from loredact.document import Span
from loredact.encoding import Tokens


class Boundaries(BaseModel):
    """For tokens made of punctuation: how many characters belong to a span that ends, or that starts, in one.

    A token that is not named belongs to the span whole.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    ends: dict[str, NonNegativeInt] = {}
    starts: dict[str, NonNegativeInt] = {}

    def apply(self, text: str, tokens: Tokens, spans: Sequence[Span]) -> list[Span]:
        """`spans` with their boundaries corrected within tokens; offsets only ever move inwards."""
        if not self.ends and not self.starts:
            return list(spans)
        return [self._corrected(text, tokens, span) for span in spans]

    def updated(self, later: "Boundaries") -> "Boundaries":
        """These, with what `later` says of a token in place of what these say."""
        return Boundaries(ends={**self.ends, **later.ends}, starts={**self.starts, **later.starts})

    def _corrected(self, text: str, tokens: Tokens, span: Span) -> Span:
        start, end = span.start, span.end
        mark, token_start = _marks_at_end(text, tokens, end)
        if mark in self.ends:
            end = token_start + self.ends[mark]
        mark, token_start = _marks_at_start(text, tokens, start)
        if mark in self.starts:
            start = token_start + len(mark) - self.starts[mark]
        if not span.start <= start < end <= span.end or text[start:end].isspace():
            return span
        return Span(start, end, span.label, span.score, span.extra)


def fit_boundaries(labelled: Iterable[tuple[str, Tokens, Sequence[Span]]]) -> Boundaries:
    """The most frequent share of each token of punctuation in which spans end or start, over labelled texts."""
    ends: dict[str, Counter[int]] = {}
    starts: dict[str, Counter[int]] = {}
    for text, tokens, spans in labelled:
        for span in spans:
            # A labelled span may end, or start, in white space: the token found then lies beyond it.
            mark, token_start = _marks_at_end(text, tokens, span.end)
            if mark and token_start < span.end:
                ends.setdefault(mark, Counter())[span.end - token_start] += 1
            mark, token_start = _marks_at_start(text, tokens, span.start)
            if mark and span.start < token_start + len(mark):
                starts.setdefault(mark, Counter())[token_start + len(mark) - span.start] += 1
    return Boundaries(ends=_most_frequent(ends), starts=_most_frequent(starts))


def _most_frequent(counts: dict[str, Counter[int]]) -> dict[str, int]:
    # On a tie the larger share: better a comma too many than a personal character too few.
    best = {mark: max(shares, key=lambda share: (shares[share], share)) for mark, shares in sorted(counts.items())}
    return {mark: share for mark, share in best.items() if share < len(mark)}


def _marks_at_end(text: str, tokens: Tokens, end: int) -> tuple[str, int]:
    """The token in which a span up to `end` ends, if it is several characters of punctuation, and where it starts."""
    token = int(np.searchsorted(tokens.ends, end, side="left"))
    return _marks(text, tokens, token)


def _marks_at_start(text: str, tokens: Tokens, start: int) -> tuple[str, int]:
    token = int(np.searchsorted(tokens.starts, start, side="right")) - 1
    return _marks(text, tokens, token)


def _marks(text: str, tokens: Tokens, token: int) -> tuple[str, int]:
    if not 0 <= token < len(tokens):
        return "", 0
    start, end = int(tokens.starts[token]), int(tokens.ends[token])
    written = text[start:end]
    is_marks = len(written) > 1 and not any(c.isalnum() or c.isspace() for c in written)
    return (written, start) if is_marks else ("", 0)

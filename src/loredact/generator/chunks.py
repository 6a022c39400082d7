"""A long text in chunks that fit a prompt."""

import re
from itertools import pairwise

from loredact.encoding import Tokens

# Where a text is cut, the best break first: after a line, a sentence, any white space.
_ENDS = tuple(re.compile(pattern) for pattern in (r"\n+", r"""[.!?]["')\]]*\s+""", r"\s+"))


def chunks(text: str, tokens: Tokens, most: int) -> list[tuple[int, int]]:
    """Where the chunks of `text` begin and end: each has about `most` of its `tokens` at most; they tile the text.

    A chunk ends at the last break of the best kind in its second half.
    """
    edges = [0]
    first = 0
    while len(tokens) - first > most:
        earliest, latest = int(tokens.starts[first + most // 2]), int(tokens.starts[first + most])
        edge = _cut(text, max(earliest, edges[-1] + 1), latest)
        edges.append(edge)
        # The first token that ends behind the edge.
        first = max(int(tokens.ends.searchsorted(edge, side="right")), first + 1)
    return list(pairwise([*edges, len(text)]))


def _cut(text: str, earliest: int, latest: int) -> int:
    for ends in _ENDS:
        places = [found.end() for found in ends.finditer(text, earliest, latest)]
        if places:
            return places[-1]
    return max(latest, earliest)

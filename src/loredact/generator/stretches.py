"""A long text as stretches that fit a prompt."""

import re
from itertools import pairwise

from loredact.encoding import Tokens

# Where a text is cut, the best place first: behind a line break, a sentence, any white space.
_ENDS = tuple(re.compile(pattern) for pattern in (r"\n+", r"""[.!?]["')\]]*\s+""", r"\s+"))


def stretches(text: str, tokens: Tokens, most: int) -> list[tuple[int, int]]:
    """Where the stretches of `text` begin and end: each of some `most` of its `tokens` at most; they tile the text.

    A stretch ends at the last place of the best kind in the second half of what it could hold.
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

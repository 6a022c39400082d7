"""In which order texts come up: what teaches most first, by file, or at random.

Least sure first: by doubt (`suggest.Suggestion`), from the highest. Of texts that are much alike one teaches what the
others would, so a text's doubt counts less the more of its words a text before it in the queue has: it is multiplied by
1 − the highest Jaccard index with those. benchmarks/active_choice.py holds it against chance.
"""

import random
import re
from collections.abc import Mapping, Sequence
from typing import Literal

Order = Literal["unsure", "file", "random"]
# The queue is put in order so far; nobody labels more before the next training.
_AHEAD = 60
_WORD = re.compile(r"\w{2,}")


def in_order(texts: Sequence[tuple[int, str]], order: Order, doubts: Mapping[int, float], seed: int = 0) -> list[int]:
    """The numbers of `texts`, each with its text, as they come up; those without a doubt yet come last."""
    numbers = [number for number, _ in texts]
    if order == "file":
        return numbers
    if order == "random":
        return random.Random(seed).sample(numbers, len(numbers))
    known = sorted((number for number in numbers if number in doubts), key=lambda number: -doubts[number])
    chosen = _unlike(known[: 4 * _AHEAD], dict(texts), doubts)
    after = set(chosen)
    return chosen + [n for n in known if n not in after] + [n for n in numbers if n not in doubts]


def _unlike(candidates: list[int], texts: Mapping[int, str], doubts: Mapping[int, float]) -> list[int]:
    words = {number: frozenset(_WORD.findall(texts[number].casefold())) for number in candidates}
    likeness = dict.fromkeys(candidates, 0.0)
    chosen: list[int] = []
    while likeness and len(chosen) < _AHEAD:
        best = max(likeness, key=lambda number: doubts[number] * (1 - likeness[number]))
        chosen.append(best)
        del likeness[best]
        for number in likeness:
            likeness[number] = max(likeness[number], _jaccard(words[best], words[number]))
    return chosen


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    either = len(one | other)
    return len(one & other) / either if either else 1.0

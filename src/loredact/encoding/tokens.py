"""A text's tokens and where in the text each one stands."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one text.

    `ids`, `starts` and `ends` have the shape `(tokens,)`; `[starts[i], ends[i])` are the code points of token i without
    white space at its edges, so a token of white space alone is empty. A character that takes several tokens (an emoji
    in a byte-level vocabulary) is given whole to each. `starts` and `ends` never decrease.
    """

    ids: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)


def encode(tokenizer: Tokenizer, text: str) -> Tokens:
    """The tokens of `text`, without special tokens added."""
    encoding = tokenizer.encode(text, add_special_tokens=False)
    starts: list[int] = []
    ends: list[int] = []
    floor = 0
    for first, past in encoding.offsets:
        inner = text[first:past]
        start = past - len(inner.lstrip())
        # A tokenizer may drop characters, or give an empty token the offset 0; both lists stay sorted all the same.
        floor = max(floor, start)
        starts.append(floor)
        ends.append(max(first + len(inner.rstrip()), floor))
    ids = np.asarray(encoding.ids, dtype=np.int64)
    return Tokens(ids, np.asarray(starts, dtype=np.int64), np.maximum.accumulate(np.asarray(ends, dtype=np.int64)))

"""A text's tokens and where in the text each one stands."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

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


def read_tokenizer(file: Path) -> Tokenizer:
    """The tokenizer in `file`, for texts of any length: what the file says of cutting and padding is left aside."""
    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def encode(tokenizer: Tokenizer, text: str) -> Tokens:
    """The tokens of `text`, without special tokens added.

    What the tokenizer drops between tokens, such as an accent that is a character of its own, belongs to the token
    before it, up to the next white space.
    """
    encoding = tokenizer.encode(text, add_special_tokens=False)
    starts: list[int] = []
    ends: list[int] = []
    floor = 0
    for (first, past), (after, _) in pairwise([*encoding.offsets, (len(text), len(text))]):
        end = past
        while first < end < after and not text[end].isspace():
            end += 1
        inner = text[first:end]
        start = end - len(inner.lstrip())
        # A tokenizer may drop characters, or give an empty token the offset 0; both lists stay sorted all the same.
        floor = max(floor, start)
        starts.append(floor)
        ends.append(max(first + len(inner.rstrip()), floor))
    ids = np.asarray(encoding.ids, dtype=np.int64)
    return Tokens(ids, np.asarray(starts, dtype=np.int64), np.maximum.accumulate(np.asarray(ends, dtype=np.int64)))

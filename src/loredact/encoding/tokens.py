"""A text's tokens and where in the text each one stands."""

import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from loredact.errors import BaseError, told_as

# How many times as long a normalizer may make a text: the longest of Unicode's own forms (NFKD) is 18 times.
_MOST_GROWTH = 64.0


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
    """The tokenizer in `file`, for texts of any length: what the file says of cutting and padding is left aside.

    Raises:
        BaseError: where it is missing or damaged, or its normalizer makes a text many times as long.
    """
    with told_as(BaseError, f"{file} cannot be read as a tokenizer. Fetch the base again"):
        tokenizer = Tokenizer.from_file(str(file))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        normalizer = json.loads(tokenizer.normalizer.__getstate__()) if tokenizer.normalizer else None
        growth = _growth(normalizer)
    if growth > _MOST_GROWTH:
        raise BaseError(f"{file}: its normalizer can make a text {growth:.3g} times as long. It is not used.")
    return tokenizer


def _growth(normalizer: Any) -> float:
    """How many times as long `normalizer`, of a `tokenizer.json`, makes a text at most.

    Unicode's forms are counted as 1: whatever there is of them in a row, the longest is 18 times.
    """
    if not isinstance(normalizer, dict):
        return 1.0
    if normalizer.get("type") == "Sequence":
        product = 1.0
        for inner in normalizer["normalizers"]:
            product = min(product * _growth(inner), 1e300)
        return product
    if normalizer.get("type") == "Prepend":
        return 1.0 + len(normalizer["prepend"])
    if normalizer.get("type") != "Replace":
        return 1.0
    plain = normalizer["pattern"].get("String")
    # A regular expression may match nothing, before each character.
    return max(1.0, len(normalizer["content"]) / len(plain)) if plain else 1.0 + len(normalizer["content"])


def encode(tokenizer: Tokenizer, text: str) -> Tokens:
    """The tokens of `text`, without special tokens added.

    What the tokenizer drops between tokens, such as an accent that is a character of its own, belongs to the token
    before it, up to the next white space.

    Raises:
        BaseError: where the tokenizer cannot read the text, or gives letters or digits no token.
    """
    with told_as(BaseError, "The base's tokenizer.json is damaged: it cannot read a text. Fetch the base again"):
        encoding = tokenizer.encode(text, add_special_tokens=False)
    if not encoding.ids and any(map(str.isalnum, text)):
        raise BaseError("The base's tokenizer.json gives a text with words no tokens. Fetch the base again.")
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

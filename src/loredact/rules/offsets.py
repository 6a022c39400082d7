"""What the finders share: offsets into a text, and the words before them."""

import re
from collections.abc import Callable, Iterator

# Where a value surely is: `text[start:end]`.
Offsets = tuple[int, int]
Finder = Callable[[str], Iterator[Offsets]]

# Put around a pattern, these keep it from matching within a longer word or number.
NOT_AFTER_WORD = r"(?<![A-Za-z0-9])"
NOT_BEFORE_WORD = r"(?![A-Za-z0-9])"


def follows(words: re.Pattern[str], text: str, start: int, reach: int = 40) -> bool:
    """Whether one of `words` stands within the `reach` characters before `start`."""
    return words.search(text, max(0, start - reach), start) is not None


def stripped(text: str, start: int, end: int) -> Offsets:
    """`text[start:end]` without the white space at its ends."""
    part = text[start:end]
    first = start + len(part) - len(part.lstrip())
    return first, first + len(part.strip())


def digits_of(text: str) -> str:
    """The ASCII digits of `text`; other digits are in no format known here."""
    return "".join(filter("0123456789".__contains__, text))


def widen(text: str, start: int, end: int, belongs: Callable[[str], bool], most: int) -> Offsets:
    """`text[start:end]` with the signs before and after it that belong to it, at most so many on each side."""
    low, high = start, end
    while low > max(0, start - most) and belongs(text[low - 1]):
        low -= 1
    while high < min(len(text), end + most) and belongs(text[high]):
        high += 1
    return low, high

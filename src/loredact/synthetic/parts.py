"""Which values belong to training and which to evaluation: each value to one of them, by its own characters."""

from collections.abc import Callable
from zlib import crc32

_UNSEEN_ONE_IN = 6
# A maker that misses its part so often has next to no values in it.
_TRIES = 400


def plain(value: str) -> str:
    """Letters and digits of `value` without case, so that `J. Kim` and `j kim` are one value."""
    return "".join(filter(str.isalnum, value.casefold()))


def is_unseen(value: str) -> bool:
    """Whether `value` is kept for evaluation, as one in six is."""
    return crc32(plain(value).encode()) % _UNSEEN_ONE_IN == 0


def draw(make: Callable[[], str], unseen: bool) -> str:
    """A value made by `make` that belongs to the part asked for.

    Raises:
        RuntimeError: where none of 400 does: there are too few values to split.
    """
    for _ in range(_TRIES):
        value = make()
        if is_unseen(value) == unseen:
            return value
    raise RuntimeError("a maker has too few values to keep some for evaluation")

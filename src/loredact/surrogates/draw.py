"""The chance that surrogates are drawn with: all of it follows from a secret key and from what is replaced.

The seed of a draw is HMAC-SHA-256 (RFC 2104) by the key of what the draw is for. Who has not the key can neither draw
again nor tell which of two values a surrogate stands for.
"""

from random import Random

from loredact.keys import keyed


def chance(key: bytes, *parts: str) -> Random:
    """The random numbers for `parts`: the same for the same key and parts, whatever was drawn before."""
    return Random(int.from_bytes(keyed(key, "loredact surrogate", *parts), "big"))

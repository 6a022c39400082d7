"""Tokens and the text they stand in."""

from collections.abc import Sequence


def place_tokens(text: str, tokens: Sequence[str]) -> list[int] | None:
    """Where in `text` each of `tokens` begins, if they are all of it but white space and in this order; else None."""
    places = []
    position = 0
    for token in tokens:
        position = _solid(text, position)
        if not token or not text.startswith(token, position):
            return None
        places.append(position)
        position += len(token)
    return places if _solid(text, position) == len(text) else None


def join_tokens(tokens: Sequence[str], glued: Sequence[bool] = ()) -> tuple[str, list[int]]:
    """`tokens` with a space between two of them, but none behind a `glued` one, and where each begins."""
    pieces: list[str] = []
    places = []
    position = 0
    for index, token in enumerate(tokens):
        if index and not (glued and glued[index - 1]):
            pieces.append(" ")
            position += 1
        places.append(position)
        pieces.append(token)
        position += len(token)
    return "".join(pieces), places


def _solid(text: str, position: int) -> int:
    """The first place from `position` on that is no white space."""
    while position < len(text) and text[position].isspace():
        position += 1
    return position

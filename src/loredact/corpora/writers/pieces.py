"""Tokens for forms that have them: words, each sign that is no letter or digit, cut at the borders of spans."""

import unicodedata
from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise

from loredact.document import Span


def tokens_of(text: str, spans: Iterable[Span]) -> list[tuple[int, int]]:
    """Where the tokens of `text` are: all of it but white space. No token is both in a span and out of it."""
    borders = {border for span in spans for border in (span.start, span.end)}
    return [cut for start, end in _words(text) for cut in _cut(start, end, borders)]


def _words(text: str) -> Iterator[tuple[int, int]]:
    position = 0
    for kind, run in groupby(text, _kind):
        length = sum(1 for _ in run)
        if kind == "word":
            yield position, position + length
        elif kind == "sign":
            yield from ((place, place + 1) for place in range(position, position + length))
        position += length


def _cut(start: int, end: int, borders: set[int]) -> Iterator[tuple[int, int]]:
    places = [start, *(place for place in range(start + 1, end) if place in borders), end]
    yield from pairwise(places)


def _kind(character: str) -> str:
    if character.isspace():
        return "space"
    # Marks go with the letter before them.
    return "word" if unicodedata.category(character)[0] in "LMN" else "sign"

"""The same value elsewhere: in a text, or in all."""

import re
from collections.abc import Iterator

from loredact.studio.labelled import Layer, Place


def occurrences(text: str, value: str) -> Iterator[tuple[int, int]]:
    """Where `value` stands in `text` as whole words, `[start, end)`."""
    if not value.strip():
        return
    before = r"(?<!\w)" if value[0].isalnum() else ""
    after = r"(?!\w)" if value[-1].isalnum() else ""
    for match in re.finditer(f"{before}{re.escape(value)}{after}", text):
        yield match.span()


def free_places(text: str, layer: Layer, value: str, label: str) -> list[Place]:
    """Where `value` could be labelled as well: where it stands and overlaps no span of the layer."""
    taken = sorted((start, end) for start, end, _ in layer.spans)
    places, at = list[Place](), 0
    for start, end in occurrences(text, value):
        while at < len(taken) and taken[at][1] <= start:
            at += 1
        if at == len(taken) or taken[at][0] >= end:
            places.append((start, end, label))
    return places

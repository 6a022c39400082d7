"""Other occurrences of a value that was found: what is masked in one place of a text is masked in all."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from operator import attrgetter

from loredact.document import Span

# How sure a find has to be, and how many letters and digits its value has to have.
_SURE, _LONG = 0.9, 4
# Not of these: a town stands in the names of its institutions, and years and ages stand for other things elsewhere.
_NOT = frozenset({"LOCATION", "AGE", "DATE_TIME", "DATE_OF_BIRTH", "QUANTITY", "NRP", "ORGANIZATION", "PASSWORD"})


def repeats(text: str, spans: Sequence[Span]) -> list[Span]:
    """What of `text` outside `spans` has the value of one, as whole words, with its label and score; in order.

    A value counts that was found with a score of 0.9 or more and has four letters or digits or more; of a person, a
    full name, or a word in both cases: one in capitals may be any word of a heading. `spans` are in order and do not
    overlap.
    """
    values: dict[str, Span] = {}
    for span in spans:
        value = text[span.start : span.end]
        if span.score >= _SURE and span.label not in _NOT and _tells(value, span.label):
            values.setdefault(value, span)
    taken = list(spans)
    added: list[Span] = []
    for value in sorted(values, key=len, reverse=True):
        for start in _whole_words(text, value):
            place = bisect_left(taken, start, key=attrgetter("end"))
            while place < len(taken) and taken[place].end <= start:
                place += 1
            if place == len(taken) or taken[place].start >= start + len(value):
                new = replace(values[value], start=start, end=start + len(value))
                taken.insert(place, new)
                added.append(new)
    return sorted(added, key=attrgetter("start"))


def _tells(value: str, label: str) -> bool:
    if sum(map(str.isalnum, value)) < _LONG:
        return False
    return label != "PERSON" or " " in value or not (value.isupper() or value.islower())


def _whole_words(text: str, value: str) -> Iterator[int]:
    start = text.find(value)
    while start >= 0:
        end = start + len(value)
        before, after = text[start - 1 : start], text[end : end + 1]
        if not (before.isalnum() and value[0].isalnum()) and not (after.isalnum() and value[-1].isalnum()):
            yield start
        start = text.find(value, end)

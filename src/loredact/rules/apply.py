"""Put the rules under what the model found."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from operator import attrgetter

from loredact.rules.find import find
from loredact.rules.possible import possible
from loredact.spans import Span

# These may hold an address, a number or a key of another kind as a part of theirs.
_HOLDERS = frozenset({"URL", "EMAIL_ADDRESS", "SECRET_KEY", "PASSWORD"})
# Their forms know fewer signs than the addresses that there are, so that a form may end within one.
_WIDER_THAN_THEIR_FORM = frozenset({"EMAIL_ADDRESS", "URL", "IP_ADDRESS"})
# Whether a national number serves as a tax number, or a key as a password, the text around tells and not the form.
_FORMS_IN_COMMON = frozenset({"NATIONAL_ID", "SECRET_KEY"})


def apply(text: str, spans: Sequence[Span], labels: Collection[str]) -> list[Span]:
    """The model's `spans` without the impossible ones, and with what the rules find of `labels`, with the score 1.

    A found stretch takes the place of the spans it overlaps. What of them lies beside it stays, as spans of their own,
    where it has a letter or a digit, or, in a span of the found stretch's label, where it has a digit: the model may
    have taken two numbers for one. The model keeps a span that wholly holds a found stretch where the form does not
    tell the label (a national number as a tax number, an address in a URL), or not all that belongs to it (an address
    of which more than the stretch was found, in one word).

    `spans` are in order and do not overlap, and neither do the results.
    """
    kept = [span for span in spans if possible(text, span)]
    found = [span for span in find(text, labels) if not _stays_with_the_model(text, span, kept)]
    if not found:
        return kept
    rests = [rest for span in kept for rest in _rests(text, span, found)]
    return sorted(rests + found, key=attrgetter("start"))


def _stays_with_the_model(text: str, found: Span, spans: Sequence[Span]) -> bool:
    """Whether one of the model's `spans` holds `found` and knows better what it is, or where it ends."""
    place = bisect_right(spans, found.start, key=attrgetter("start")) - 1
    if place < 0 or spans[place].end < found.end:
        return False
    label = spans[place].label
    if label == found.label:
        beside = text[spans[place].start : found.start] + text[found.end : spans[place].end]
        more = any(map(str.isalnum, beside)) and not any(map(str.isspace, beside))
        # The form tells where a key begins, not always where it ends.
        return label == "SECRET_KEY" or (label in _WIDER_THAN_THEIR_FORM and more)
    return label in _HOLDERS or found.label in _FORMS_IN_COMMON


def _rests(text: str, span: Span, found: Sequence[Span]) -> Iterator[Span]:
    """What stays of the model's `span` beside the stretches in `found`, which are in order."""
    first = bisect_right(found, span.start, key=attrgetter("end"))
    overlapping = found[first : bisect_left(found, span.end, key=attrgetter("start"))]
    if not overlapping:
        yield span
        return
    ends = [other.start for other in overlapping] + [span.end]
    starts = [span.start] + [other.end for other in overlapping]
    for start, end in zip(starts, ends, strict=True):
        rest = text[start:end]
        telling = str.isdigit if any(other.label == span.label for other in overlapping) else str.isalnum
        if any(map(telling, rest)):
            first_sign = start + len(rest) - len(rest.lstrip())
            yield replace(span, start=first_sign, end=first_sign + len(rest.strip()))

"""Put the rules under what the model found."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from operator import attrgetter

from loredact.document import Span
from loredact.rules.find import find
from loredact.rules.offsets import stripped
from loredact.rules.possible import possible

# These may hold an address, a number or a key of another kind as a part of theirs.
_HOLDERS = frozenset({"URL", "EMAIL_ADDRESS", "SECRET_KEY", "PASSWORD"})
# Their forms know fewer signs than the addresses that there are, so that a form may end within one.
_WIDER_THAN_THEIR_FORM = frozenset({"EMAIL_ADDRESS", "URL", "IP_ADDRESS"})
# What else a number of the form serves as, by which the text around tells and not the form; of all others it is proof.
_FORMS_IN_COMMON = {
    "NATIONAL_ID": frozenset({"TAX_ID", "HEALTH_ID", "DRIVER_LICENSE", "CUSTOMER_ID"}),
    "SECRET_KEY": frozenset({"PASSWORD"}),
}


def apply(text: str, spans: Sequence[Span], labels: Collection[str]) -> list[Span]:
    """The model's `spans` without the impossible ones, and with what the rules find of `labels`, with the score 1.

    What the rules find takes the place of the spans it overlaps. What of them lies beside it stays, as spans of their
    own, where it has a letter or a digit, or, in a span of the same label, where it has a digit: the model may have
    taken two numbers for one. The model keeps a span that wholly holds what is found in it, where the form does
    not tell the label (a national number as a tax number), in a wider one (an address in a URL), or not all that
    belongs to it (an address of which the model found more, in one word).

    `spans` are in order and do not overlap, and neither do the results.
    """
    found = find(text, labels)
    results: list[Span] = []
    held: set[Span] = set()
    for span in spans:
        if not possible(text, span):
            continue
        overlapping = _overlapping(span, found)
        if _knows_better(text, span, overlapping):
            held.update(overlapping)
            results.append(span)
        else:
            results += _rests(text, span, overlapping)
    results += (certain for certain in found if certain not in held)
    return sorted(results, key=attrgetter("start"))


def _overlapping(span: Span, found: Sequence[Span]) -> Sequence[Span]:
    """Those of `found`, which are in order, that overlap `span`."""
    first = bisect_right(found, span.start, key=attrgetter("end"))
    return found[first : bisect_left(found, span.end, key=attrgetter("start"))]


def _knows_better(text: str, span: Span, found: Sequence[Span]) -> bool:
    """Whether the model's `span` holds all of `found`, which overlap it, and tells more than their forms do."""
    if not all(span.start <= other.start and other.end <= span.end for other in found):
        return False
    same = [other for other in found if other.label == span.label]
    others = (other for other in found if other.label != span.label)
    return (not same or _goes_on(text, span, same)) and all(
        span.label in _FORMS_IN_COMMON.get(other.label, ()) or (span.label in _HOLDERS and _has_more(text, span, other))
        for other in others
    )


def _has_more(text: str, span: Span, other: Span) -> bool:
    """Whether `span` has a letter or a digit beside `other`: over exactly what is proved, it has no say."""
    return any(map(str.isalnum, text[span.start : other.start] + text[other.end : span.end]))


def _goes_on(text: str, span: Span, same: Sequence[Span]) -> bool:
    """Whether what is found in `span` of its own label is a part of something longer, and not all of it."""
    if span.label == "SECRET_KEY":  # the form tells where a key begins, not always where it ends
        return True
    if span.label not in _WIDER_THAN_THEIR_FORM or len(same) > 1:
        return False
    beside = text[span.start : same[0].start] + text[same[0].end : span.end]
    return any(map(str.isalnum, beside)) and not any(map(str.isspace, beside))


def _rests(text: str, span: Span, overlapping: Sequence[Span]) -> Iterator[Span]:
    """What stays of the model's `span` beside what overlaps it."""
    ends = [other.start for other in overlapping] + [span.end]
    starts = [span.start] + [other.end for other in overlapping]
    for start, end in zip(starts, ends, strict=True):
        rest = text[start:end]
        telling = str.isdigit if any(other.label == span.label for other in overlapping) else str.isalnum
        if any(map(telling, rest)):
            first, past = stripped(text, start, end)
            yield replace(span, start=first, end=past)

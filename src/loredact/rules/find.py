"""Find what surely is personal, by its form and its check."""

from collections.abc import Collection, Iterator
from heapq import heapify, heappop, heappush

from loredact.document import Span
from loredact.rules import (
    cards,
    devices,
    emails,
    ibans,
    ip_addresses,
    national_ids,
    secret_keys,
    security_codes,
    social_security,
    urls,
    wallets,
)
from loredact.rules.offsets import Finder, stripped
from loredact.rules.seen import see

_FINDERS: dict[str, Finder] = {
    "CREDIT_CARD": cards.find,
    "CRYPTO": wallets.find,
    "DEVICE_ID": devices.find,
    "EMAIL_ADDRESS": emails.find,
    "IBAN_CODE": ibans.find,
    "IP_ADDRESS": ip_addresses.find,
    "NATIONAL_ID": national_ids.find,
    "PASSWORD": security_codes.find,
    "SECRET_KEY": secret_keys.find,
    "URL": urls.find,
    "US_SSN": social_security.find,
}
# Next to nothing is found in a text without any of these (of MAC addresses one in a hundred thousand has no digit), and
# to see that takes a microsecond.
_MARKS = (
    "@", "://", "www.", "akia", "asia", "(at", "[at", "{at", "<at", "( at", "[ at", "{ at", "< at", "(ät", "[ät", "{ät",
    "<ät", "( ät", "[ ät", "(a)", "[a]", "{a}", "arroba", "arobase", "chiocciola", "dot", "punkt", "punto", "point",
    *"0123456789",
)  # fmt: skip


def find(text: str, labels: Collection[str]) -> list[Span]:
    """The spans of `text` that are surely one of `labels`, in order and without overlap, with the score 1.

    Where two overlap, the longer one stays: a URL and not the address in it, an IBAN and not a card among its digits.
    What of the other lies beside it stays as well. Escapes and the other forms of letters and digits are read as what
    they stand for (`rules.seen`); the offsets are those of `text`.
    """
    seen = see(text)
    return seen.written(_find(seen.text, labels))


def _find(text: str, labels: Collection[str]) -> list[Span]:
    lower = text.lower()
    if not any(mark in lower for mark in _MARKS):
        return []
    waiting = [
        (start, -end, label) for label, finder in _FINDERS.items() if label in labels for start, end in finder(text)
    ]
    heapify(waiting)
    spans: list[Span] = []
    while waiting:
        start, minus_end, label = heappop(waiting)
        span = Span(start, -minus_end, label)
        if not spans or spans[-1].end <= span.start:
            spans.append(span)
        elif span.end - span.start > spans[-1].end - spans[-1].start:
            shorter = spans.pop()
            spans += [*_part(text, shorter.start, span.start, shorter.label), span]
        else:
            # What is left of it may overlap others that are yet to come.
            for rest in _part(text, spans[-1].end, span.end, label):
                heappush(waiting, (rest.start, -rest.end, label))
    return spans


def _part(text: str, start: int, end: int, label: str) -> Iterator[Span]:
    """What lies from `start` to `end`, without white space at its ends, where it holds a letter or a digit."""
    if any(map(str.isalnum, text[start:end])):
        yield Span(*stripped(text, start, end), label)

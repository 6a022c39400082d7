"""Devices: MAC addresses (IEEE 802-2014, section 8), and IMEIs (3GPP TS 23.003) by their word and check digit."""

import re
from collections.abc import Iterator

from loredact.rules.stretches import NOT_AFTER_WORD, NOT_BEFORE_WORD, Stretch, digits_of, follows

_MAC = re.compile(
    r"(?<![A-Za-z0-9])(?<![A-Fa-f0-9][:-])"
    r"(?:[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4})"
    r"(?![A-Za-z0-9]|[:-][A-Fa-f0-9])"
)
_IMEI = re.compile(NOT_AFTER_WORD + r"[0-9]{2}([- ]?)[0-9]{6}\1[0-9]{6}\1[0-9]" + NOT_BEFORE_WORD)
_IMEI_WORD = re.compile(r"(?<![^\W\d_])imei", re.IGNORECASE)


def find(text: str) -> Iterator[Stretch]:
    """MAC addresses that are not all digits, and IMEIs in groups with hyphens or after their word."""
    for match in _MAC.finditer(text):
        if set(match[0].lower()) & set("abcdef") and not _is_everybodys(match[0]):
            yield match.span()
    for match in _IMEI.finditer(text):
        if (match[1] == "-" or follows(_IMEI_WORD, text, match.start())) and _passes_luhn(match[0]):
            yield match.span()


def possible(text: str, start: int, end: int) -> bool:
    """False where the span is a MAC address that no single device has."""
    match = _MAC.fullmatch(text, start, end)
    return match is None or not _is_everybodys(match[0])


def _is_everybodys(mac: str) -> bool:
    """Whether `mac` is all zeros, or of a group: broadcast or multicast, by the lowest bit of its first byte."""
    figures = [sign for sign in mac if sign not in ":-."]
    return set(figures) == {"0"} or int(figures[1], 16) % 2 == 1


def _passes_luhn(number: str) -> bool:
    from stdnum import luhn

    return luhn.is_valid(digits_of(number))

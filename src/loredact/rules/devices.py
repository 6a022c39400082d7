"""Devices: MAC addresses (IEEE 802), and IMEIs (3GPP TS 23.003) by their word and check digit."""

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
        letters = set(match[0].lower()) & set("abcdef")
        if letters and set(match[0].lower()) - set("f:-."):  # ff:ff:ff:ff:ff:ff is everybody's
            yield match.span()
    for match in _IMEI.finditer(text):
        if (match[1] == "-" or follows(_IMEI_WORD, text, match.start())) and _passes_luhn(match[0]):
            yield match.span()


def _passes_luhn(number: str) -> bool:
    from stdnum import luhn

    return luhn.is_valid(digits_of(number))

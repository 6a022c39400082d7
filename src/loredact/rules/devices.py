"""Devices: MAC addresses (IEEE 802-2014, section 8), and IMEIs (3GPP TS 23.003) by their word and check digit."""

import re
from collections.abc import Iterator

from loredact.rules.offsets import NOT_AFTER_WORD, NOT_BEFORE_WORD, Offsets, digits_of, follows

_MAC = re.compile(
    r"(?<![A-Za-z0-9])(?<![A-Fa-f0-9][:-])"
    r"(?:[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4})"
    r"(?![A-Za-z0-9]|[:-][A-Fa-f0-9])"
)
# IPv4 and IPv6 multicast, bridges and neighbours (STP, LLDP), Cisco's, precise time (PTP).
_GROUPS = ("01005e", "3333", "0180c2", "01000c", "011b19")
_IMEI = re.compile(NOT_AFTER_WORD + r"[0-9]{2}([- ]?)[0-9]{6}\1[0-9]{6}\1[0-9]" + NOT_BEFORE_WORD)
_IMEI_WORD = re.compile(r"(?<![^\W\d_])imei", re.IGNORECASE)


def find(text: str) -> Iterator[Offsets]:
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
    """Whether `mac` is all zeros, broadcast, or of a group that protocols share (RFC 9542, IEEE 802.1Q).

    The bit of a group alone does not tell: people make addresses up, and mask them so.
    """
    figures = "".join(sign for sign in mac.lower() if sign not in ":-.")
    return len(set(figures)) == 1 or figures.startswith(_GROUPS)


def _passes_luhn(number: str) -> bool:
    from stdnum import luhn

    return luhn.is_valid(digits_of(number))

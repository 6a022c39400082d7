"""IBANs (ISO 13616): the country's length and form, and the mod 97 check of ISO 7064."""

import re
from collections.abc import Iterator
from functools import cache

from loredact.rules.offsets import NOT_AFTER_WORD, Offsets

_START = re.compile(NOT_AFTER_WORD + r"[A-Za-z]{2}[ \u00a0]?[0-9]{2}(?=[ \u00a0\u202f-]?[A-Za-z0-9])")
_PART = re.compile(r"[A-Za-z0-9]")
_LONGEST = 34


def find(text: str) -> Iterator[Offsets]:
    """IBANs that end where their country's end, with or without single spaces, in capitals or not."""
    position = 0
    while start := _START.search(text, position):
        position = start.end()
        length = _lengths().get(start[0][:2].upper())
        end = _end(text, start.start(), length) if length else None
        if end is not None and _is_iban(_compact(text[start.start() : end])):
            yield start.start(), end
            position = end


def possible(text: str, start: int, end: int) -> bool:
    """False where the span holds a country's full form and its check fails, and no IBAN is there.

    Letters where the form has digits leave it open: a badly read page.
    """
    compact = _compact(text[start:end])
    length = _lengths().get(compact[:2])
    if length is None or len(compact) < length or _is_iban(compact):
        return True
    low = max(0, start - 2 * _LONGEST)
    around = text[low : end + 2 * _LONGEST]
    if any(low + first < end and start < low + last for first, last in find(around)):
        return True
    from stdnum import iban

    right = compact[:2] + iban.calc_check_digits(compact[:length]) + compact[4:length]
    return not (len(compact) == length and _is_iban(right))


def _is_iban(compact: str) -> bool:
    from stdnum import iban

    # The whole number modulo 97 first: it is fast and all but one in 97 fail. A country's own check digits within the
    # number are left aside: banks have numbers without them.
    return int("".join(str(int(c, 36)) for c in compact[4:] + compact[:4])) % 97 == 1 and iban.is_valid(
        compact, check_country=False
    )


@cache
def _lengths() -> dict[str, int]:
    """How long the IBANs of each country are."""
    from stdnum import numdb

    forms = {first: info["bban"] for _, first, _, info, _ in numdb.get("iban").prefixes}
    return {country: 4 + sum(map(int, re.findall(r"[0-9]+", form))) for country, form in forms.items()}


def _compact(text: str) -> str:
    return "".join(_PART.findall(text)).upper()


def _end(text: str, start: int, length: int) -> int | None:
    """Where `length` letters and digits from `start` on end, with single separators; None where they do not."""
    end = start
    for place, sign in enumerate(text[start : start + 2 * length], start):
        if _PART.match(sign):
            length -= 1
            end = place + 1
            if not length:
                break
        elif sign not in " \u00a0\u202f-" or end != place:
            return None
    return end if not length and not _PART.match(text, end) else None

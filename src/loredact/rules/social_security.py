"""US social security numbers: areas, groups and serials that the Social Security Administration gives out."""

import re
from collections.abc import Iterator

from loredact.rules.offsets import Offsets, digits_of, follows

_NUMBER = re.compile(r"(?<![A-Za-z0-9])(?<![0-9][-. ])[0-9]{3}([- ]?)[0-9]{2}\1[0-9]{4}(?![A-Za-z0-9]|[-. ][0-9])")
_WORD = re.compile(r"(?<![^\W\d_])(?:ssn|social[ _-]?security)", re.IGNORECASE)


def find(text: str) -> Iterator[Offsets]:
    """Numbers with hyphens; with spaces, or in one piece, only after SSN or "social security"."""
    for match in _NUMBER.finditer(text):
        if (match[1] == "-" or follows(_WORD, text, match.start())) and _is_given_out(digits_of(match[0])):
            yield match.span()


def possible(text: str, start: int, end: int) -> bool:
    """False where nine digits are neither a number that is given out nor a taxpayer's (ITIN), which looks alike."""
    from stdnum.us import itin

    digits = digits_of(text[start:end])
    return len(digits) != 9 or _is_given_out(digits) or itin.is_valid(digits)


def _is_given_out(digits: str) -> bool:
    from stdnum.us import ssn

    return ssn.is_valid(digits)

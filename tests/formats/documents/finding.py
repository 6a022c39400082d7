"""What the documents of these tests hold, and a finder that finds exactly that."""

import re

from loredact.document import Masked, Span
from loredact.operators import Replace, apply

PERSONS = ("Ada Moorcroft", "Thabo Lindqvist", "Zoë Þórsdóttir", "李小龙", "Müller & Söhne")
NUMBERS = ("+44 1632 960123", "441632960123", "1987-05-01")
ADDRESSES = ("ada.moorcroft@example.org",)
SECRETS = PERSONS + NUMBERS + ADDRESSES


def _pattern(values: tuple[str, ...]) -> str:
    # Between two words of a name a line may end, and behind a hyphen.
    return "|".join(r"\s+".join(map(re.escape, value.split())).replace(r"\-", r"\-\s*") for value in values)


_FINDER = re.compile(
    f"(?P<PERSON>{_pattern(PERSONS)})|(?P<PHONE_NUMBER>{_pattern(NUMBERS)})|(?P<EMAIL>{_pattern(ADDRESSES)})"
)


def mask(text: str) -> Masked:
    """`text` with each of the secrets replaced by its label in brackets."""
    spans = [Span(match.start(), match.end(), str(match.lastgroup)) for match in _FINDER.finditer(text)]
    return apply(Replace(), text, spans)

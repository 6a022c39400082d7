"""Payment cards: an issuer's prefix, a length that issuer uses, and the Luhn check of ISO/IEC 7812-1."""

import re
from collections.abc import Iterator

from loredact.rules.offsets import Offsets, digits_of, follows, widen

# Digits with single separators between them, as long as it goes: a card is some whole groups of it.
_NUMBER = re.compile(r"[0-9]+(?:[ \u00a0\u202f-][0-9]+)*")
_GROUP = re.compile(r"[0-9]+")
_WORD = re.compile(r"(?<!identity )(?<!id )card|visa|maestro|carte|tarjeta|carta|karte|kaart|\bpan\b", re.IGNORECASE)
# How many digits the groups of a card have, the longest first.
_SHAPES = (
    *((4, 4, 4, 4, last) for last in (3, 2, 1)),
    *((4, 4, 4, last) for last in (4, 3, 2, 1)),
    (4, 6, 5),
    (4, 6, 4),
    *((length,) for length in range(19, 12, -1)),
)
# First and last prefix with the lengths of the numbers, as the networks publish them.
_ISSUERS: tuple[tuple[str, str, frozenset[int]], ...] = (
    ("4", "4", frozenset({13, 16, 19})),  # Visa
    ("51", "55", frozenset({16})),  # Mastercard
    ("2221", "2720", frozenset({16})),
    ("34", "34", frozenset({15})),  # American Express
    ("37", "37", frozenset({15})),
    ("6011", "6011", frozenset({16, 19})),  # Discover
    ("644", "659", frozenset({16, 19})),
    ("62", "62", frozenset({16, 17, 18, 19})),  # UnionPay
    ("300", "305", frozenset({14, 16, 19})),  # Diners Club
    ("3095", "3095", frozenset({14, 16, 19})),
    ("36", "36", frozenset({14, 16, 19})),
    ("38", "39", frozenset({14, 16, 19})),
    ("3528", "3589", frozenset({16, 17, 18, 19})),  # JCB
    ("50", "50", frozenset(range(13, 20))),  # Maestro
    ("56", "58", frozenset(range(13, 20))),
    ("63", "63", frozenset(range(13, 20))),
    ("67", "67", frozenset(range(13, 20))),
    ("2200", "2204", frozenset({16, 17, 18, 19})),  # Mir
    ("9792", "9792", frozenset({16})),  # Troy
    ("60", "60", frozenset({16})),  # RuPay
    ("81", "82", frozenset({16})),
)
_LONGEST = 24  # characters of a card, separators included


def find(text: str) -> Iterator[Offsets]:
    """Cards with the check, in the groups that cards are written in, not within a longer number.

    Of the lengths that few cards have today, only after a word such as "card": one number in a hundred would pass.
    """
    for number in _NUMBER.finditer(text):
        if number.end() - number.start() < 13:
            continue
        groups = [group.span() for group in _GROUP.finditer(text, *number.span())]
        index = 0
        while index < len(groups):
            count = _groups_of_a_card(text, groups, index)
            if count:
                yield groups[index][0], groups[index + count - 1][1]
            index += count or 1


def possible(text: str, start: int, end: int) -> bool:
    """False where 12 digits or more fail the Luhn check, are no part of a card, and no word such as "card" goes before.

    Issuers come and go, so an unknown one says nothing. Letters and signs such as `*` leave it open: a badly read page,
    or a number with its middle hidden. After the word it may be a card with a slip in it, which is as personal.
    """
    from stdnum import luhn

    if re.search(r"[^\W\d_]|[*•#]", text[start:end]) or follows(_WORD, text, start):
        return True
    start, end = widen(text, start, end, str.isdigit, _LONGEST)
    digits = digits_of(text[start:end])
    if len(digits) < 12 or luhn.is_valid(digits):
        return True
    # The card may go on beyond the span, or the span beyond the card.
    low = max(0, start - _LONGEST)
    around = text[low : end + _LONGEST]
    return any(low + first < end and start < low + last for first, last in find(around))


def is_card(digits: str) -> bool:
    """Whether `digits` start with an issuer's prefix, have a length it uses, and pass the Luhn check."""
    from stdnum import luhn

    issued = any(len(digits) in lengths and first <= digits[: len(first)] <= last for first, last, lengths in _ISSUERS)
    return issued and luhn.is_valid(digits)


def _groups_of_a_card(text: str, groups: list[Offsets], index: int) -> int:
    """How many groups from `index` on are a card; 0 where none is."""
    sizes = tuple(end - start for start, end in groups[index : index + 6])
    before = groups[index - 1][1] - groups[index - 1][0] if index else 0
    for shape in _SHAPES:
        count = len(shape)
        if sizes[:count] != shape:
            continue
        after = sizes[count] if count < len(sizes) else 0
        if count > 1 and 4 in (before, after):
            continue  # a longer number in groups of four
        start, end = groups[index][0], groups[index + count - 1][1]
        if not _stands_alone(text, start, end):
            continue
        digits = digits_of(text[start:end])
        usual = len(digits) == 16 or digits[0] == "3"
        if is_card(digits) and (usual or follows(_WORD, text, start)):
            return count
    return 0


_GLUED_BEFORE = re.compile(r"(?:[A-Za-z]|[A-Za-z0-9]-|[0-9]\.|[A-Za-z]{2}[0-9]{2}[ \u00a0\u202f])\Z")
_GLUED_AFTER = re.compile(r"[A-Za-z]|-[A-Za-z0-9]|\.[0-9]")


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Not a part of a word, of an identifier with hyphens, of a decimal number or of an IBAN."""
    return not _GLUED_BEFORE.search(text[max(0, start - 5) : start]) and not _GLUED_AFTER.match(text, end)

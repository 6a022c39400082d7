"""Payment cards: another number of the same network and length, in the same groups, whose Luhn check holds.

No range of card numbers is set apart for examples. Numbers of 16 and 15 digits begin as the numbers do that payment
processors publish for tests (Stripe, "Test card numbers"): with their first six digits, which name an issuer. Others
keep the digits that name the network.
"""

from random import Random

from loredact.surrogates.characters import by_class

# By the digits that tell the network, the longest first; issuers of test numbers.
_TESTS = (
    ("3528 3529 353 354 355 356 357 358", ("356600",)),
    ("300 301 302 303 304 305 36 38", ("305693",)),
    ("34 37", ("378282", "371449")),
    ("51 52 53 54 55 22 23 24 25 26 27", ("555555", "510510", "520082")),
    ("6011 644 645 646 647 648 649 65", ("601111",)),
    ("62", ("620000",)),
    ("4", ("424242", "400005", "411111")),
)


def card(value: str, random: Random) -> str:
    """The surrogate of a card's number; what is hidden in it (`****`) stays so."""
    from stdnum import luhn

    digits = "".join(filter(str.isdigit, value))
    if len(digits) < 12 or not digits.isascii():
        return by_class(value, random)
    issuers = next((issuers for starts, issuers in _TESTS if digits.startswith(tuple(starts.split()))), ())
    length = 14 if digits.startswith(("30", "36", "38")) else 15 if digits.startswith(("34", "37")) else 16
    start = random.choice(issuers) if issuers and len(digits) == length else digits[:4]
    body = start + "".join(str(random.randrange(10)) for _ in range(len(digits) - len(start) - 1))
    valid = luhn.is_valid(digits)
    check = int(luhn.calc_check_digit(body))
    return in_form_of(value, body + str(check if valid else (check + 1 + random.randrange(9)) % 10))


def in_form_of(value: str, digits: str) -> str:
    """`digits` in the places of the digits of `value`."""
    rest = iter(digits)
    return "".join(next(rest, sign) if sign.isdigit() else sign for sign in value)

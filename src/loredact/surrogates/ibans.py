"""IBANs (ISO 13616): of the same country and in the same form, with right check digits (ISO 7064).

A German bank code begins with 9 then: the Bundesbank gives out those that begin with 1 to 8 ("Bankleitzahlen",
clearing areas). Other countries set no range apart.
"""

from random import Random

from loredact.surrogates.characters import by_class

_TRIES = 4_000


def iban(value: str, random: Random) -> str:
    """The surrogate of an IBAN; of what is none, by the class of its characters."""
    from stdnum import iban as check

    compact = "".join(filter(str.isalnum, value)).upper()
    try:
        right = check.is_valid(compact, check_country=False)
        whole = check.is_valid(compact)
        if not right:
            return by_class(value, random, keep=2)
        for _ in range(_TRIES):
            bban = by_class(compact[4:], random)
            if compact.startswith("DE"):
                bban = "9" + bban[1:]
            new = compact[:2] + check.calc_check_digits(compact[:4] + bban) + bban
            if check.is_valid(new, check_country=whole) or compact.startswith("DE"):
                break
    except ValueError:
        return by_class(value, random, keep=2)
    signs = iter(new)
    written = "".join(next(signs) if sign.isalnum() else sign for sign in value)
    return written.lower() if value.islower() else written

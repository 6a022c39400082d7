"""Numbers of people and things: in the same form, and with the check that the original passed.

A number is drawn by the class of its characters until the check holds that its own holds by: python-stdnum's of the
countries below, in this order. What passes none, or is of a kind without a check, is drawn by class alone. Of these
numbers no country sets a range apart that is nobody's and passes for one.
"""

from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module
from random import Random

from loredact.surrogates.characters import by_class

_TRIES = 60_000
_CHECKS = {
    "US_SSN": ("us.ssn", "us.itin"),
    "NATIONAL_ID": (
        "it.codicefiscale", "fr.nir", "br.cpf", "fi.hetu", "be.nn", "es.nie", "es.dni", "se.personnummer", "pl.pesel",
        "ro.cnp", "no.fodselsnummer", "cz.rc", "gr.amka", "za.idnr", "in_.aadhaar", "nl.bsn", "ca.sin", "at.vnr", "pt.cc",
    ),
    "TAX_ID": (
        "it.codicefiscale", "de.idnr", "in_.pan", "pl.nip", "pl.pesel", "pt.nif", "nl.bsn", "br.cpf", "es.dni", "es.nie",
        "gr.vat", "au.tfn", "us.itin", "fi.hetu", "se.personnummer", "ro.cnp", "no.fodselsnummer", "cz.rc",
    ),
    "HEALTH_ID": ("gb.nhs", "fr.nir", "pl.pesel", "fi.hetu", "se.personnummer", "no.fodselsnummer", "ro.cnp", "it.codicefiscale"),
    "BANK_ACCOUNT": ("us.rtn",),
    "CUSTOMER_ID": (),
    "PASSPORT": (),
    "DRIVER_LICENSE": (),
    "VEHICLE_ID": (),
}  # fmt: skip
LABELS = frozenset(_CHECKS)


def number(value: str, label: str, random: Random) -> str:
    """The surrogate of a number."""
    return with_check(value, (_check(module) for module in _CHECKS[label]), random)


def with_check(value: str, checks: Iterable[Callable[[str], bool]], random: Random) -> str:
    """`value` by the class of its characters, so that the first of `checks` that it passes holds."""
    holds = next((check for check in checks if check(value)), None)
    for _ in range(_TRIES):
        drawn = by_class(value, random)
        if holds is None or holds(drawn):
            return drawn
    return by_class(value, random)


@cache
def _check(module: str) -> Callable[[str], bool]:
    loaded = import_module(f"stdnum.{module}")

    def is_valid(value: str) -> bool:
        # Of numbers that are all digits one in ten or more passes by chance: then it is an accident, and does no harm.
        return bool(loaded.is_valid(value.upper()))

    return is_valid

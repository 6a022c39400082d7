"""National numbers of persons, by python-stdnum's checks.

A form that one string in a thousand passes by chance is found wherever it stands. One that passes more easily, and any
that has no check digit at all, is found only after a word that tells it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from loredact.rules.offsets import NOT_AFTER_WORD, NOT_BEFORE_WORD, Offsets, follows

# Before any national number, in the languages of the synthetic corpus.
_TELLING = (
    r"national[_ -]?(?:id|identity|identification|insurance|number|no\b)|"
    r"(?:identity|id)[_ -]?(?:card|number|no\b|nr\b)|"
    r"personal[_ -](?:id|number|identity)|documento|identidad|identit[éeà]|identiteit|identität"
)


@dataclass(frozen=True, slots=True)
class _Form:
    """How a country writes its number, python-stdnum's module that checks it, and the words that must come before."""

    pattern: str
    check: str | None
    words: str | None = None


# The Italian one may be letters all through.
_LETTERED = (_Form(r"[A-Z]{6}[0-9L-NP-V]{2}[A-EHLMPRST][0-9L-NP-V]{2}[A-Z][0-9L-NP-V]{3}[A-Z]", "it.codicefiscale"),)
# Of the others each holds six digits with at most a separator between two, and so do few places of a text.
_SIX_DIGITS = re.compile(r"[0-9](?:[-+. ]?[0-9]){5,}")
_BEFORE, _AFTER = 4, 16  # characters that a number, and what may not follow it, have at most on either side of those
_FORMS = (
    _Form(r"[12] ?[0-9]{2} ?(?:0[1-9]|1[0-2]) ?(?:[0-9]{2}|2[AB]) ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}", "fr.nir"),
    _Form(r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}", "br.cpf"),
    _Form(r"[0-3][0-9][01][0-9]{3}[-+A-FU-Y][0-9]{3}[0-9A-Y]", "fi.hetu"),
    _Form(r"[0-9]{2}\.[01][0-9]\.[0-3][0-9]-[0-9]{3}\.[0-9]{2}", "be.nn"),
    _Form(r"[XYZ]-?[0-9]{7}-?[A-Z]", "es.nie"),
    _Form(r"[0-9]{8}[- ]?[A-Z]", "es.dni", r"\bd\.?n\.?i\b|\bn\.?i\.?[ef]\b"),
    _Form(r"[0-9]{6}[-+][0-9]{4}", "se.personnummer", r"personn|\bpnr\b"),
    _Form(r"[0-9]{2}[01][0-9][0-3][0-9]{6}", "be.nn", r"rijksregister|registre national|\binsz\b|\bniss\b"),
    _Form(r"[0-9]{11}", "pl.pesel", r"pesel"),
    _Form(r"[0-9]{9}|[0-9]{4}\.[0-9]{2}\.[0-9]{3}", "nl.bsn", r"\bbsn\b|burgerservice|sofi"),
    _Form(r"[0-9]{3}([- ]?)[0-9]{3}\1[0-9]{3}", "ca.sin", r"social insurance|\b(?-i:SIN)\b"),
    _Form(r"[0-9]{4}([- ]?)[0-9]{4}\1[0-9]{4}", "in_.aadhaar", r"aadh?aar|uidai"),
    _Form(r"[0-9]{13}", "za.idnr", r"south africa"),
    _Form(r"[0-9]{4} ?[0-9]{6}", "at.vnr", r"\bsv-?n|sozialversicherung|versicherungsn|vers\.-nr"),
    _Form(r"[0-9]{6}-?[0-9]{4}", "dk.cpr", r"\bcpr\b"),
    _Form(
        r"[A-Z]{2}([ -]?)[0-9]{2}\1[0-9]{2}\1[0-9]{2}\1[A-D]", None, r"\bnino\b|national insurance|\bni (?:no|number)"
    ),
)


def find(text: str) -> Iterator[Offsets]:
    """National numbers whose check holds, and which the words before tell where the check alone does not."""
    yield from _find(text, 0, len(text), lettered=True)
    for start, end in _places(text):
        yield from _find(text, start, end, lettered=False)


def _places(text: str) -> Iterator[Offsets]:
    """Where the six digits of a number stand, with all that may belong to it; places that meet are one."""
    start, end = 0, 0
    for digits in _SIX_DIGITS.finditer(text):
        if digits.start() - _BEFORE > end:
            yield start, end
            start = digits.start() - _BEFORE
        end = digits.end() + _AFTER
    yield start, end


def _find(text: str, start: int, end: int, *, lettered: bool) -> Iterator[Offsets]:
    for pattern, is_valid, words in _rules(lettered):
        for match in pattern.finditer(text, start, end):
            if (words is None or follows(words, text, match.start())) and is_valid(match[0]):
                yield match.span()


@cache
def _rules(lettered: bool) -> tuple[tuple[re.Pattern[str], Callable[[str], bool], re.Pattern[str] | None], ...]:
    # No digits before or after with a separator between: it would be a part of a longer number.
    before = NOT_AFTER_WORD + r"(?<![0-9][-. /])(?<![A-Za-z]-)"
    after = NOT_BEFORE_WORD + r"(?![-. /][0-9]|-[A-Za-z])"
    return tuple(
        (
            re.compile(f"{before}(?:{form.pattern}){after}", re.IGNORECASE),
            _check(form.check),
            re.compile(f"{form.words}|{_TELLING}", re.IGNORECASE) if form.words else None,
        )
        for form in (_LETTERED if lettered else _FORMS)
    )


def _check(module: str | None) -> Callable[[str], bool]:
    """`is_valid` of one of python-stdnum's modules, which is imported when it is first asked."""
    if module is None:
        return lambda number: True

    def is_valid(number: str) -> bool:
        return bool(import_module(f"stdnum.{module}").is_valid(number.upper()))

    return is_valid

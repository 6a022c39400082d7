"""Endings of names in the cases of languages: *Häkkisen* is *Häkkinen*, *Petersens* *Petersen*, *Gáborral* *Gábor*.

A word is taken for a name with an ending where no origin lists it and its base form, which the endings of a language
lead to, is listed: in the language of the ending, or, where the ending is long or common to foreign names there, in
any. The ending is put to another base form as it stood: at the place of the same last letters where that has them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

_VOWELS = "aeiouyáéíóúýàèìòùâêîôûäëïöüåøæőűąęăőõ"
_LONG = 5  # letters of a base form of another origin, at least
_ADJECTIVES = ("ski", "cki", "dzki", "ska", "cka", "dzka", "ský", "cký", "ská", "cká", "ová", "nen")


@dataclass(frozen=True, slots=True)
class Inflected:
    """A word as its base form and what stands in the place of the base form's `last` letters."""

    base: str
    last: str
    ending: str

    def of(self, other: str) -> str:
        """`other`, a base form, with this ending."""
        if other.endswith(self.last):
            return other.removesuffix(self.last) + self.ending
        if len(self.last) == 1 and self.ending.startswith(2 * self.last):  # *Gáborral*, *Ádámmal*
            return other + (other[-1] if other[-1] not in _VOWELS else "v") + self.ending[2:]
        # The last letter of the base form stands in the ending, too: *Pekan* of *Pekka*.
        _, kept, behind = self.ending.partition(self.last[-1])
        return other + (behind if kept and behind else self.ending)


def inflected(word: str, is_listed: Callable[[str, str | None], bool]) -> Inflected | None:
    """`word` as a base form with an ending; `is_listed` says whether an origin, or any, lists a name."""
    if len(word) < 4 or is_listed(word, None):
        return None
    written = word.lower() if word.isupper() else word[:1] + word[1:].lower() if word[:1].isupper() else word
    if written[1:] != word[1:] and not word.isupper():
        return None
    for length in range(min(_longest(), len(word) - 2), 0, -1):
        for language, last in _endings().get(written[-length:], ()):
            base = written[:-length] + last
            # A vowel alone tells little: *Moraña* is no form of *Morán*.
            vowel = length == 1 and written[-1] in _VOWELS
            if len(base) < (4 if length == 1 else 3):
                continue
            anywhere = (language in _OF_FOREIGN or length >= 3) and len(base) >= _LONG and not vowel
            if is_listed(base, language) or (anywhere and is_listed(base, None)):
                return Inflected(base, last, written[-length:])
    return None


def declension(name: str, origin: str) -> str:
    """What a name's base form shares with those that take the same endings, where `origin` has such; else nothing."""
    if origin not in _DECLINED:
        return ""
    bare = name.casefold()
    for ending in _ADJECTIVES:
        if bare.endswith(ending):
            return ending
    return bare[-1:] if bare[-1:] in _VOWELS else "-"


def _finnish() -> Iterable[tuple[str, str]]:
    cases = ["n", "lle", "ksi", *(f"{case}{vowel}" for case in ("ss", "st", "ll", "lt", "n") for vowel in "aä")]
    weak = {
        "k": "kk",
        "p": "pp",
        "t": "tt",
        "d": "t",
        "v": "p",
        "nn": "nt",
        "ng": "nk",
        "mm": "mp",
        "ll": "lt",
        "rr": "rt",
    }
    for case in cases:
        yield case, ""
        yield f"i{case}", ""
        yield f"se{case}", "nen"
        yield f"kse{case}", "s"
        for vowel in "aäoöuyie":
            for other, strong in weak.items():
                yield f"{other}{vowel}{case}", f"{strong}{vowel}"
    for ending in ("a", "ä", "ta", "tä", "ia"):
        yield ending, ""
    yield from ((f"s{case}", "nen") for case in ("een", "ta", "tä", "ia", "iä"))
    yield from ((f"{vowel}{vowel}n", vowel) for vowel in "aäoöuyie")


def _hungarian() -> Iterable[tuple[str, str]]:
    cases = "t nak nek val vel ban ben ba be ból ből ra re ról ről n tól től hoz hez höz nál nél ért ig é ék ként"
    for case in cases.split():
        yield case, ""
        yield f"á{case}", "a"
        yield f"é{case}", "e"
    for ending in ("at", "et", "ot", "öt", "on", "en", "ön"):
        yield ending, ""
    for consonant in "bcdfghjklmnprstvz":
        for ending in ("al", "el"):
            yield f"{consonant}{consonant}{ending}", consonant


def _estonian() -> Iterable[tuple[str, str]]:
    for case in ("le", "lt", "l", "ga", "st", "s", "sse", "ks", "ni", "ta", "t"):
        yield case, ""
        yield from ((f"{vowel}{case}", "") for vowel in "iaeu")
    yield from ((vowel, "") for vowel in "iaeu")


def _polish() -> Iterable[tuple[str, str]]:
    for stem in ("sk", "ck", "dzk"):
        yield from ((f"{stem}{ending}", f"{stem}i") for ending in ("iego", "iemu", "im"))
        yield from ((f"{stem}{ending}", f"{stem}a") for ending in ("iej", "ą"))
    yield from ((ending, "") for ending in ("a", "owi", "em", "iem", "ie", "u", "ego", "emu"))
    yield from ((f"k{ending}", "ek") for ending in ("a", "owi", "iem"))
    yield from ((ending, "a") for ending in ("y", "i", "ie", "ę", "ą", "o"))


def _czech() -> Iterable[tuple[str, str]]:
    yield from ((ending, "ý") for ending in ("ého", "ému", "ým"))
    yield from ((ending, "á") for ending in ("ej", "é", "ou", "ú"))
    yield from ((ending, "") for ending in ("a", "ovi", "om", "em", "u", "e", "ovom", "ova", "ove"))
    yield from ((f"{last}{ending}", f"e{last}") for last in "kl" for ending in ("a", "ovi", "om", "em"))
    yield from ((ending, "a") for ending in ("y", "u", "ou", "e", "ovi", "om", "i"))


def _croatian() -> Iterable[tuple[str, str]]:
    yield from ((ending, "") for ending in ("a", "u", "om", "em", "ov", "ova", "ove", "ovu", "ovom", "ja", "ju", "jem"))
    yield from ((ending, "a") for ending in ("e", "i", "u", "om", "in", "ina", "ine"))
    yield from ((ending, "o") for ending in ("a", "u", "om", "ov"))


def _romanian() -> Iterable[tuple[str, str]]:
    yield from (("ului", ""), ("lui", ""), ("ei", "a"), ("ăi", "a"), ("iei", "ia"))


_S = [("s", "")]
_LANGUAGES: dict[str, Callable[[], Iterable[tuple[str, str]]]] = {
    **dict.fromkeys(("da", "sv", "no", "de", "nl"), lambda: _S),
    "fi": _finnish,
    "hu": _hungarian,
    "et": _estonian,
    "pl": _polish,
    **dict.fromkeys(("cs", "sk"), _czech),
    **dict.fromkeys(("hr", "sl"), _croatian),
    "ro": _romanian,
}
# Whose names of other origins take the endings as they stand, and whose names are drawn by their last letters.
_OF_FOREIGN = frozenset({"da", "sv", "no", "de", "fi", "hu", "pl", "sk", "hr"})
_DECLINED = frozenset({"fi", "hu", "et", "pl", "cs", "sk", "hr", "sl", "ro"})
# What follows a hyphen, an apostrophe or a colon: *Miley-t*, *Blair'a*, *EU:n*.
APART = frozenset(ending for ending, last in (*_hungarian(), *_polish(), *_estonian(), *_finnish(), *_S) if not last)


@cache
def _endings() -> dict[str, list[tuple[str, str]]]:
    endings: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for language, made in _LANGUAGES.items():
        for ending, last in made():
            endings[ending].append((language, last))
    return endings


@cache
def _longest() -> int:
    return max(map(len, _endings()))

"""Names of people by origin and gender, and what can be told of a name's origin and gender. No network, no model.

The lists are Faker's (MIT), those of `common`, and for English those of the US census of 1990 in the package `names`
(MIT). A name is drawn as often as it is borne, as far as they tell. The origin of a name is the likeliest by the shares
of its words in the lists, and by the three-letter sequences of those that are in none (naive Bayes).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from importlib.resources import files
from itertools import accumulate
from math import log
from random import Random
from typing import Literal
from unicodedata import combining, normalize
from unicodedata import name as character_name

from loredact.errors import InputError
from loredact.linking import plain
from loredact.surrogates.common import COMMON
from loredact.surrogates.endings import Inflected, declension, inflected

Gender = Literal["female", "male"]
# Origins, the likelier first, and Faker's locales of each.
ORIGINS: Mapping[str, tuple[str, ...]] = {
    "en": ("en_US", "en_GB", "en_NZ"),
    "de": ("de_DE", "de_AT", "de_CH", "de_LU"),
    "fr": ("fr_FR", "fr_CA", "fr_CH", "fr_BE"),
    "es": ("es_ES", "es_MX", "es_CL", "es_CO", "es_AR"),
    "it": ("it_IT",),
    "nl": ("nl_NL", "nl_BE"),
    "pt": ("pt_PT", "pt_BR"),
    "pl": ("pl_PL",),
    "cs": ("cs_CZ",),
    "sk": ("sk_SK",),
    "sl": ("sl_SI",),
    "hr": ("hr_HR",),
    "hu": ("hu_HU",),
    "ro": ("ro_RO",),
    "sv": ("sv_SE",),
    "da": ("da_DK",),
    "no": ("no_NO",),
    "fi": ("fi_FI",),
    "et": ("et_EE",),
    "lv": ("lv_LV",),
    "lt": ("lt_LT",),
    "tr": ("tr_TR",),
    "ie": ("ga_IE", "en_IE"),
    "in": ("en_IN",),
    "pk": ("en_PK",),
    "dz": ("fr_DZ",),
    "id": ("id_ID",),
    "vi": ("vi_VN",),
    "ke": ("en_KE", "sw"),
    "zu": ("zu_ZA",),
    "yo": ("yo_NG", "ig_NG", "ha_NG"),
    "az": ("az_AZ", "uz_UZ"),
    "is": ("is_IS",),
    # In Latin letters: from `common` alone.
    "ar_latin": (),
    "zh_latin": (),
    "ja_latin": (),
    "ru_latin": (),
    "ko_latin": (),
    "ru": ("ru_RU",),
    "uk": ("uk_UA",),
    "bg": ("bg_BG", "mk_MK"),
    "el": ("el_GR",),
    "ka": ("ka_GE",),
    "hy": ("hy_AM",),
    "zh": ("zh_CN", "zh_TW"),
    "ja": ("ja_JP",),
    "ko": ("ko_KR",),
    "ar": ("ar_AA",),
    "fa": ("fa_IR",),
    "he": ("he_IL",),
    "hi": ("hi_IN", "ne_NP", "mr_IN"),
    "th": ("th_TH",),
}
_CENSUS = "en"
# Of the census: how many family names are drawn from, and how many are rather English than of the whole world: names of
# others stand beside them in English texts. `_FLAT`: how flat the frequencies of a ranked list are made at their top.
_FLAT, _DRAWN, _OWN = 20, 30_000, 2_000
# By how much, in the logarithm of their likelihood, origins are likelier: of ASCII names, and of Cyrillic ones.
_LIKELIER = {"en": 1.0, "ru": 2.0}
# Origins with few bearers in texts of the languages here, and by how much they are less likely.
_FAR, _FARNESS = (
    frozenset({"ko_latin", "ie", "in", "pk", "dz", "id", "vi", "ke", "zu", "yo", "az", "is", "ka", "hy"}),
    3.0,
)
# How much of an origin's names its lists are taken to hold: half, of so many words of names.
_HALF = 500
_ENOUGH = 12  # of so many names of about the same form one is drawn, where there are so many
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_LONE = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*\Z")
_FEMININE = {"ski": "ska", "cki": "cka", "dzki": "dzka"}
Kind = Literal["female", "male", "family_female", "family_male"]
Shares = defaultdict[str, float]
Pool = tuple[tuple[str, ...], tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one origin with how often each is drawn; the most frequent first where `ranked`."""

    female: Mapping[str, float]
    male: Mapping[str, float]
    family_female: Mapping[str, float]
    family_male: Mapping[str, float]
    ranked: bool = False

    def of(self, kind: Kind) -> Mapping[str, float]:
        return {
            "female": self.female,
            "male": self.male,
            "family_female": self.family_female,
            "family_male": self.family_male,
        }[kind]


def draw(origin: str, kind: Kind, length: int, ascii_only: bool, declined: str, random: Random) -> str:
    """A name of `origin` by its frequency, among those of about `length` letters, with or without letters beyond ASCII.

    `declined` is the declension that it is to have. Where too few are such, length counts for less, then the rest.
    """
    names, shares = _pool(origin, kind, length, ascii_only, declined)
    return random.choices(names, cum_weights=shares)[0]


@lru_cache(maxsize=1 << 12)
def _pool(origin: str, kind: Kind, length: int, ascii_only: bool, declined: str) -> Pool:
    names = {name: share for name, share in names_of(origin).of(kind).items() if _LONE.match(name)}
    fit: dict[str, float] = {}
    for alike in (True, False):
        for near in (1, 2, 3, 99):
            fit = {
                name: share
                for name, share in names.items()
                if abs(len(name) - length) <= near
                and name.isascii() == ascii_only
                and not (alike and declined and declension(name, origin) != declined)
            }
            if len(fit) >= _ENOUGH:
                return tuple(fit), tuple(accumulate(fit.values()))
    fit = fit or names or dict(names_of(origin).of(kind))
    return tuple(fit), tuple(accumulate(fit.values()))


@cache
def names_of(origin: str) -> Names:
    """The names of `origin`.

    Raises:
        InputError: where the extra `surrogates` is not installed.
    """
    if origin == _CENSUS:
        women, men, families = (
            _ranked(_census(which)[:_DRAWN]) for which in ("female.first", "male.first", "all.last")
        )
        return Names(women, men, families, families, ranked=True)
    shares: dict[str, Shares] = defaultdict(lambda: defaultdict(float))
    for place, locale in enumerate(ORIGINS[origin], 1):
        for kind, names in _lists_of(locale):
            _add(shares[kind], names, 1 / place)
    for kind, common in zip(("female", "male", "family"), COMMON.get(origin, ((), (), ())), strict=True):
        if common:
            _add(shares[kind], _ranked(common), sum(shares[kind].values()) or 1.0)
    for name, share in shares["family"].items():
        shares["family_female"][_feminine(name) if origin == "pl" else name] += share
        shares["family_male"][name] += share
    given = shares["given"]
    return Names(shares["female"] or given, shares["male"] or given, shares["family_female"], shares["family_male"])


def _add(shares: Shares, names: Mapping[str, float], weight: float) -> None:
    total = sum(names.values())
    for name, share in names.items():
        shares[name] += weight * share / total


def _ranked(names: Iterable[str]) -> dict[str, float]:
    """The n-th name as often as 1 / (n + `_FLAT`) says (Zipf's law, by Mandelbrot)."""
    return {name: 1 / (_FLAT + rank) for rank, name in enumerate(dict.fromkeys(names), 1)}


def _feminine(name: str) -> str:
    ending = next((ending for ending in _FEMININE if name.endswith(ending)), "")
    return name.removesuffix(ending) + _FEMININE.get(ending, "")


@lru_cache(maxsize=1 << 14)
def origin_of(name: str) -> str:
    """The likeliest origin of a person's name."""
    words = [base_of(word).casefold() for word in _WORD.findall(name) if len(word) > 1]
    script = _script(name)
    candidates = [origin for origin in ORIGINS if _script_of(origin) == script]
    if not candidates:
        return _CENSUS
    if len(candidates) == 1 or not words:
        return candidates[0]

    def likelihood(origin: str) -> float:
        likelier = 0.0 if origin == _CENSUS and not name.replace("’", "'").isascii() else _LIKELIER.get(origin, 0.0)
        prior = -_FARNESS if origin in _FAR else likelier
        return prior + sum(_likelihood(word, origin) for word in words)

    return max(candidates, key=likelihood)


@lru_cache(maxsize=1 << 14)
def inflection(word: str) -> Inflected | None:
    """A word of a name as its base form with an ending of a case, where it is one and the base form is listed."""
    return inflected(word, _is_listed)


def base_of(word: str) -> str:
    """A word of a name without an ending of a case."""
    found = inflection(word)
    return word if found is None else found.base


def gender_of(given: str, origin: str) -> Gender | None:
    """`female` or `male` where the lists hold the given name for one alone, or far oftener for one; else None."""
    word = plain(given)
    for other in (origin, _CENSUS, *ORIGINS):
        female, male = (_shares(other, gender).get(word, 0.0) for gender in ("female", "male"))
        if female or male:
            return None if max(female, male) < 3 * min(female, male) else "female" if female > male else "male"
    return None


def is_name(word: str) -> bool:
    """Whether some origin has `word` as a given or a family name."""
    return plain(word) in _given() or plain(word) in _holders()


def is_rather_given(word: str, origin: str) -> bool:
    """Whether a name that stands alone is rather a given name than a family name."""
    bare = plain(word)
    given = max(_shares(origin, gender).get(bare, 0.0) for gender in ("female", "male"))
    family = _shares(origin, "family").get(bare, 0.0)
    return given > family if given else not family and bare in _given()


def is_family_alone(word: str, origin: str) -> bool:
    """Whether `origin` has `word` as a family name and no origin as a given name."""
    return plain(word) in _shares(origin, "family") and plain(word) not in _given() and not names_of(origin).ranked


def is_without_accents(word: str, origin: str) -> bool:
    """Whether `origin` has `word` with accents alone: *Garcia*, for *García*."""
    written = _written(origin).get(plain(word), set())
    return bool(written) and not any(map(str.isascii, written))


def unaccented(name: str) -> str:
    """A name without its accents."""
    return "".join(sign for sign in normalize("NFD", name) if not combining(sign))


@cache
def _written(origin: str) -> dict[str, set[str]]:
    names = names_of(origin)
    written: dict[str, set[str]] = defaultdict(set)
    for listed in (names.female, names.male, names.family_female, names.family_male):
        for name in listed:
            written[plain(name)].add(name)
    return dict(written)


def _lists_of(locale: str) -> Iterable[tuple[str, Mapping[str, float]]]:
    """Faker's lists of a locale, with how frequent each name is where it says so, else as frequent as one another."""
    try:
        provider = import_module(f"faker.providers.person.{locale}").Provider
    except ImportError:
        raise InputError("Surrogates need Faker: pip install 'loredact[surrogates]'.") from None
    for attribute, names in vars(provider).items():
        if isinstance(names, property) or not isinstance(names, Iterable) or isinstance(names, str):
            continue
        if "roman" in attribute or "kana" in attribute or "pairs" in attribute or "prefix" in attribute:
            continue
        gender = "female" if "fem" in attribute else "male" if "male" in attribute or "masculine" in attribute else ""
        listed = names if isinstance(names, Mapping) else dict.fromkeys(names, 1.0)
        kept = {name.strip(): share for name, share in listed.items() if isinstance(name, str) and _WORD.search(name)}
        if "first_name" in attribute:
            yield gender or "given", kept
        elif "last_name" in attribute:
            yield f"family_{gender}" if gender else "family", kept


def _census(which: str) -> list[str]:
    try:
        text = (files("names") / f"dist.{which}").read_text()
    except ModuleNotFoundError:
        raise InputError("Surrogates need the package names: pip install 'loredact[surrogates]'.") from None
    return [_capitalised(line.split()[0]) for line in text.splitlines() if line]


def _capitalised(name: str) -> str:
    """The census writes in capitals: `McDonald`, and otherwise the first letter alone."""
    return "Mc" + name[2:].capitalize() if name.startswith("MC") and len(name) > 4 else name.capitalize()


@cache
def _shares(origin: str, which: str) -> dict[str, float]:
    """The plain names of a list with their shares of it."""
    names = names_of(origin)
    listed = {"female": [names.female], "male": [names.male], "family": [names.family_male, names.family_female]}[which]
    shares: Shares = defaultdict(float)
    for number, of_kind in enumerate(listed):
        total = sum(of_kind.values())
        for name, share in of_kind.items():
            bare = plain(name)
            if not number or bare not in shares:
                shares[bare] += share / total
    return dict(shares)


@cache
def _given() -> frozenset[str]:
    return frozenset().union(*(_shares(origin, gender) for origin in ORIGINS for gender in ("female", "male")))


def _is_listed(word: str, origin: str | None) -> bool:
    """Whether `origin`, or any, has a name."""
    holders = _holders().get(plain(word), ())
    return origin in holders if origin else bool(holders) or plain(word) in _shares(_CENSUS, "family")


@cache
def _holders() -> dict[str, list[str]]:
    holders: dict[str, list[str]] = defaultdict(list)
    for origin in ORIGINS:
        for word in _parts(origin):
            holders[word].append(origin)
    return holders


@cache
def _parts(origin: str) -> dict[str, float]:
    """The plain words of an origin's names with their shares of its words; of the census, of the frequent names."""
    names, most = names_of(origin), _OWN if origin == _CENSUS else None
    shares: Shares = defaultdict(float)
    for listed in (names.female, names.male, names.family_female, names.family_male):
        total = sum(listed.values())
        for name, share in list(listed.items())[:most]:
            for word in _WORD.findall(name):
                shares[plain(word)] += share / total / 4
    return dict(shares)


def _script(name: str) -> str:
    letter = next((letter for letter in name if letter.isalpha()), "a")
    return character_name(letter, "LATIN").split(" ")[0]


@cache
def _script_of(origin: str) -> str:
    return _script(next(iter(names_of(origin).male)))


def _grams(word: str) -> list[str]:
    padded = f"^{word}$"
    return [padded[at : at + 3] for at in range(len(padded) - 2)]


@cache
def _gram_counts(origin: str) -> tuple[Counter[str], int]:
    counts: Counter[str] = Counter()
    names, most = names_of(origin), _OWN if origin == _CENSUS else None
    for listed in (names.female, names.male, names.family_female, names.family_male):
        for name in list(listed)[:most]:
            for word in _WORD.findall(name):
                counts.update(_grams(word.casefold()))
    return counts, sum(counts.values())


@cache
def _likelihood(word: str, origin: str) -> float:
    counts, total = _gram_counts(origin)
    spelt = sum(log((counts[gram] + 0.1) / (total + 1_000)) for gram in _grams(word))
    share = _parts(origin).get(plain(word), 0.0)
    size = len(_parts(origin))
    return log(share * size / (size + _HALF)) if share else log(_HALF / (size + _HALF)) + spelt

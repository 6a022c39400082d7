"""Names of people by origin and gender, and what can be told of a name's origin and gender. No network, no model.

The lists are Faker's (MIT), and for English those of the US census of 1990 in the package `names` (MIT), by how frequent
a name is. The origin of a name is that whose lists hold most of its words; where none does, the one whose names share
most three-letter sequences with it (naive Bayes).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.resources import files
from math import exp, log
from random import Random
from typing import Literal
from unicodedata import name as character_name

from loredact.errors import InputError
from loredact.linking import plain

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
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one origin, each list with the most frequent first where `ranked`."""

    female: tuple[str, ...]
    male: tuple[str, ...]
    family_female: tuple[str, ...]
    family_male: tuple[str, ...]
    ranked: bool = False

    def draw(self, pool: Sequence[str], random: Random) -> str:
        """One of `pool`; of a ranked one the n-th as often as 1/n says (Zipf's law)."""
        if not self.ranked:
            return random.choice(pool)
        return pool[min(int(exp(random.random() * log(len(pool) + 1))) - 1, len(pool) - 1)]


@cache
def names_of(origin: str) -> Names:
    """The names of `origin`.

    Raises:
        InputError: where the extra `surrogates` is not installed.
    """
    lists: dict[str, dict[str, None]] = defaultdict(dict)
    for locale in ORIGINS[origin]:
        for kind, names in _lists_of(locale):
            lists[kind].update(dict.fromkeys(names))
    family = dict.fromkeys([*lists["family"], *lists["family_male"]])
    family_female = dict.fromkeys([*lists["family"], *lists["family_female"]])
    given = [*lists["given"]]
    if origin == _CENSUS:
        family = family_female = dict.fromkeys(_census("all.last"))
        return Names(tuple(_census("female.first")), tuple(_census("male.first")), tuple(family), tuple(family), ranked=True)
    return Names(
        tuple(lists["female"] or given), tuple(lists["male"] or given), tuple(family_female or family), tuple(family)
    )


def origin_of(name: str) -> str:
    """The likeliest origin of a person's name."""
    words = [plain(word) for word in _WORD.findall(name) if len(word) > 1]
    script = _script(name)
    known: Counter[str] = Counter()
    for word in words:
        for origin in _holders().get(word, ()):
            known[origin] += 1
    candidates = [origin for origin in ORIGINS if _script_of(origin) == script]
    if not candidates:
        return _CENSUS
    if known:
        most = max(known[origin] for origin in candidates)
        if most:
            candidates = [origin for origin in candidates if known[origin] == most]
    if len(candidates) == 1 or not words:
        return candidates[0]
    if known and name.isascii() and _CENSUS in candidates:
        return _CENSUS  # of a tie, the likeliest
    return max(candidates, key=lambda origin: sum(_likelihood(word.casefold(), origin) for word in _WORD.findall(name)))


def gender_of(given: str, origin: str) -> Gender | None:
    """`female` or `male` where the lists hold the given name for one alone, or its ending tells; else None."""
    word = plain(given)
    for origins in ([origin], ORIGINS):
        female = any(word in _plain_set(other, "female") for other in origins)
        male = any(word in _plain_set(other, "male") for other in origins)
        if female != male:
            return "female" if female else "male"
        if female:
            return None
    return None


def is_name(word: str) -> bool:
    """Whether some origin has `word` as a given or a family name."""
    return plain(word) in _given() or plain(word) in _holders()


def is_rather_given(word: str, origin: str) -> bool:
    """Whether a name that stands alone is rather a given name than a family name."""
    bare = plain(word)
    if bare not in _given():
        return False
    names = names_of(origin)
    if not names.ranked:
        return bare not in _plain_set(origin, "family")
    given = min((names.female.index(n) if n in names.female else len(names.female) for n in (bare.capitalize(),)), default=0)
    given = min(given, names.male.index(bare.capitalize()) if bare.capitalize() in names.male else given)
    return bare not in _plain_set(origin, "family") or given < names.family_male.index(bare.capitalize())


def _lists_of(locale: str) -> Iterable[tuple[str, Iterable[str]]]:
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
        kept = [name.strip() for name in names if isinstance(name, str) and _WORD.search(name)]
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
def _plain_set(origin: str, which: str) -> frozenset[str]:
    names = names_of(origin)
    if which == "family":
        # The rare ones of the census are names of all origins.
        most = 20_000 if origin == _CENSUS else None
        return frozenset(map(plain, (*names.family_male[:most], *names.family_female[:most])))
    return frozenset(map(plain, names.female if which == "female" else names.male))


@cache
def _given() -> frozenset[str]:
    return frozenset().union(*(_plain_set(origin, gender) for origin in ORIGINS for gender in ("female", "male")))


@cache
def _holders() -> dict[str, list[str]]:
    holders: dict[str, list[str]] = defaultdict(list)
    for origin in ORIGINS:
        most = 5_000 if origin == _CENSUS else None
        names = names_of(origin)
        lists = (names.female, names.male, names.family_female, names.family_male)
        for word in {plain(word) for names_list in lists for name in names_list[:most] for word in _WORD.findall(name)}:
            holders[word].append(origin)
    return holders


def _script(name: str) -> str:
    letter = next((letter for letter in name if letter.isalpha()), "a")
    return character_name(letter, "LATIN").split(" ")[0]


@cache
def _script_of(origin: str) -> str:
    return _script(names_of(origin).male[0])


def _grams(word: str) -> list[str]:
    padded = f"^{word}$"
    return [padded[at : at + 3] for at in range(len(padded) - 2)]


@cache
def _gram_counts(origin: str) -> tuple[Counter[str], int]:
    counts: Counter[str] = Counter()
    names = names_of(origin)
    most = 3_000 if origin == _CENSUS else None
    for name in (*names.female[:most], *names.male[:most], *names.family_female[:most], *names.family_male[:most]):
        for word in _WORD.findall(name):
            counts.update(_grams(word.casefold()))
    return counts, sum(counts.values())


@cache
def _likelihood(word: str, origin: str) -> float:
    counts, total = _gram_counts(origin)
    return sum(log((counts[gram] + 0.1) / (total + 1_000)) for gram in _grams(word))

"""People of the synthetic corpus, and the ways in which their names are written."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from unicodedata import combining, normalize

from faker import Faker

from loredact.synthetic.parts import draw, is_unseen
from loredact.synthetic.romanized import NAMES

# Whose names a text in each language mostly holds, and names from elsewhere, which occur in all.
HOME = {
    "en": ("en_US", "en_US", "en_US", "en_GB", "en_GB", "en_CA", "en_AU", "en_IE", "en_NZ", "en_IN"),
    "de": ("de_DE", "de_DE", "de_AT", "de_CH"),
    "es": ("es_ES", "es_ES", "es_MX", "es_AR", "es_CO", "es_CL"),
    "fr": ("fr_FR", "fr_FR", "fr_CA", "fr_BE"),
    "it": ("it_IT",),
    "nl": ("nl_NL", "nl_NL", "nl_BE"),
    "pt": ("pt_PT", "pt_PT", "pt_BR"),
    "pl": ("pl_PL",),
    "cs": ("cs_CZ",),
    "sv": ("sv_SE",),
    "da": ("da_DK",),
    "no": ("no_NO",),
    "fi": ("fi_FI",),
    "hu": ("hu_HU",),
    "ro": ("ro_RO",),
    "el": ("el_GR",),
}
WORLD = [
    "pl_PL",
    "cs_CZ",
    "sk_SK",
    "sl_SI",
    "hr_HR",
    "hu_HU",
    "ro_RO",
    "sv_SE",
    "fi_FI",
    "no_NO",
    "da_DK",
    "et_EE",
    "lv_LV",
    "lt_LT",
    "ga_IE",
    "pt_BR",
    "pt_PT",
    "tr_TR",
    "vi_VN",
    "id_ID",
    "zu_ZA",
    "yo_NG",
    "ha_NG",
    "ig_NG",
    "en_KE",
    "en_NG",
    "en_PK",
    "en_IN",
    "en_TH",
    "sw",
    "uz_UZ",
    "az_AZ",
    "ja_JP",
    "zh_CN",
    "el_GR",
    "ru_RU",
    "uk_UA",
    "bg_BG",
    "ka_GE",
    "is_IS",
    "ar_AA",
    "fa_IR",
    "ta_IN",
    "th_TH",
    "hy_AM",
    "fr_DZ",
    "tw_GH",
    "zh_TW",
    "he_IL",
    "hi_IN",
    "ko_KR",
    "de_DE",
    "fr_FR",
    "es_ES",
    "it_IT",
    "nl_NL",
]
_FROM_ELSEWHERE = 0.3
# The share of these whose names are of another script's languages, in Latin letters.
_ROMANIZED = 0.5
_FINNISH = (("nen", "sen"), ("la", "lan"), ("lä", "län"), ("io", "ion"))
_POLISH = (
    ("ska", "skiej"),
    ("cka", "ckiej"),
    ("dzka", "dzkiej"),
    ("ka", "ki"),
    ("ga", "gi"),
    ("na", "ny"),
    ("ra", "ry"),
    ("wa", "wy"),
)
_GENITIVES = {
    ("pl", "male"): (
        ("ski", "skiego"), ("cki", "ckiego"), ("dzki", "dzkiego"), ("ek", "ka"), ("ak", "aka"), ("yk", "yka"), ("ik", "ika"), ("uk", "uka"),
        ("cz", "cza"), ("ar", "ara"), ("ur", "ura"), ("an", "ana"), *_POLISH[3:],
    ),
    ("pl", "female"): _POLISH,
    ("cs", "male"): (
        ("ý", "ého"), ("ek", "ka"), ("ák", "áka"), ("ík", "íka"), ("ka", "ky"), ("la", "ly"), ("da", "dy"), ("ra", "ry"),
        ("na", "ny"), ("an", "ana"), ("ar", "ara"), ("ař", "aře"), ("áš", "áše"), ("ch", "cha"),
    ),
    ("cs", "female"): (("ová", "ové"), ("á", "é")),
    ("fi", "male"): _FINNISH,
    ("fi", "female"): _FINNISH,
    ("el", "male"): (("ος", "ου"), ("ης", "η"), ("ής", "ή"), ("ας", "α"), ("άς", "ά")),
}  # fmt: skip
_LATIN = str.maketrans({
    "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "ß": "ss", "đ": "d", "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i",
    "θ": "th", "ι": "i", "κ": "k", "λ": "l", "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t",
    "υ": "y", "φ": "f", "χ": "ch", "ψ": "ps", "ω": "o",
})  # fmt: skip
_NICKNAMES = {
    "Alexander": "Alex", "Andrew": "Andy", "Anthony": "Tony", "Barbara": "Barb", "Benjamin": "Ben", "Catherine": "Cathy",
    "Charles": "Charlie", "Christopher": "Chris", "Daniel": "Danny", "David": "Dave", "Deborah": "Debbie",
    "Edward": "Ted", "Elizabeth": "Liz", "Gregory": "Greg", "James": "Jim", "Jennifer": "Jenny", "John": "Jack",
    "Joseph": "Joe", "Katherine": "Kate", "Kenneth": "Ken", "Margaret": "Peggy", "Matthew": "Matt", "Michael": "Mike",
    "Nicholas": "Nick", "Pamela": "Pam", "Patricia": "Trish", "Rebecca": "Becky", "Richard": "Rick", "Robert": "Bob",
    "Samuel": "Sam", "Steven": "Steve", "Susan": "Sue", "Thomas": "Tom", "Timothy": "Tim", "William": "Bill",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """A made-up person. `called` is the name that friends use, `genitive` the family name in that case."""

    first: str
    middle: str
    last: str
    called: str
    genitive: str = ""
    family_first: bool = False


class People:
    """Makes people whose names all belong to one part of the corpus."""

    def __init__(self, fakes: dict[str, Faker], random: Random, unseen: bool) -> None:
        self._fakes = fakes
        self._random = random
        self._unseen = unseen
        # Of some origins none of the few names may be of this part.
        parts = (tuple(tuple(n for n in names if is_unseen(n) == unseen) for names in origin) for origin in NAMES)
        self._romanized = [origin for origin in parts if all(origin)]

    def new(self, language: str) -> Person:
        """A person as a text in `language` may name one."""
        random = self._random
        elsewhere = random.random() < _FROM_ELSEWHERE
        fake = self._fakes[random.choice(WORLD if elsewhere else HOME[language])]
        sex = random.choice(("male", "female"))
        if elsewhere and random.random() < _ROMANIZED:
            women, men, families = random.choice(self._romanized)
            first, middle = (random.choice(women if sex == "female" else men) for _ in range(2))
            last = random.choice(families)
        else:
            first, middle, last = self._first(fake, sex), self._first(fake, sex), self._last(fake, sex)
        genitive = last if elsewhere else _genitive(last, language, sex)
        chance = random.random()
        if chance < 0.04 and not elsewhere:
            last = genitive = f"{last}-{self._last(fake, sex)}"
        elif chance < 0.06 and not elsewhere:
            last = random.choice(("van ", "de ", "van der ", "von ", "O’", "Mc", "bin ", "el-", "dos ")) + last
            genitive = last
        elif chance < 0.09:
            first = f"{first}-{middle}"
        elif chance < 0.11:
            last = genitive = self._kept(_typo(last, random), last)
        called = self._kept(_NICKNAMES.get(first, first), first) if random.random() < 0.5 else first
        genitive = self._kept(genitive, last)
        return Person(first, middle, last, called, genitive, family_first=language == "hu" and not elsewhere)

    def _kept(self, name: str, otherwise: str) -> str:
        return name if is_unseen(name) == self._unseen else otherwise

    def _first(self, fake: Faker, sex: str) -> str:
        return self._drawn(getattr(fake, "first_romanized_name", getattr(fake, f"first_name_{sex}")))

    def _last(self, fake: Faker, sex: str) -> str:
        return self._drawn(getattr(fake, "last_romanized_name", getattr(fake, f"last_name_{sex}")))

    def _drawn(self, name: Callable[[], str]) -> str:
        # Some of Faker's names end in a space.
        return draw(lambda: name().strip(), self._unseen)


def write_name(person: Person, random: Random, again: bool) -> str:
    """One of the ways to write the person's name; a person who was named before (`again`) is often named shorter."""
    first, middle, last = person.first, person.middle, person.last
    if person.family_first:
        return _write_family_first(person, random, again)
    initial = f"{first[0]}."
    forms = {
        f"{first} {last}": 30.0,
        f"{last}, {first}": 4,
        f"{initial} {last}": 5,
        f"{first} {middle[0]}. {last}": 4,
        f"{first} {middle} {last}": 4,
        f"{last} {first}": 1.5,
        f"{initial}{middle[0]}. {last}": 1.5,
        f"{last} {initial}": 1,
        f"{first} {last[0]}.": 1.5,
        f"{first.lower()} {last.lower()}": 2.5,
        f"{first} {last}".upper(): 2.5,
        f"{last.upper()} {first}": 1.5,
        f"{last.upper()}, {first}": 1,
        f"{first} “{person.called}” {last}" if person.called != first else f"{first} {last}": 1,
        first: 7 if again else 5,
        last: 12 if again else 3,
        person.called: 5 if again else 2,
        _without_accents(f"{first} {last}"): 1,
    }
    return random.choices(list(forms), list(forms.values()))[0]


def _write_family_first(person: Person, random: Random, again: bool) -> str:
    first, middle, last = person.first, person.middle, person.last
    forms = {
        f"{last} {first}": 30.0,
        f"{last} {middle[0]}. {first}": 2,
        f"{last} {first} {middle}": 4,
        f"{last} {first[0]}.": 3,
        f"{last[0]}. {first}": 1,
        f"{first} {last}": 1,
        f"{last} {first}".lower(): 2.5,
        f"{last} {first}".upper(): 2.5,
        f"{last.upper()} {first}": 1.5,
        f"{last}, {first}": 1,
        first: 7 if again else 5,
        last: 12 if again else 3,
        _without_accents(f"{last} {first}"): 1,
    }
    return random.choices(list(forms), list(forms.values()))[0]


def _genitive(last: str, language: str, sex: str) -> str:
    """The family name in the genitive, by the rules that are sure; elsewhere as it is."""
    for ending, other in _GENITIVES.get((language, sex), ()):
        if last.endswith(ending):
            return last.removesuffix(ending) + other
    return last


def handle(person: Person, random: Random) -> str:
    """A user name or the first part of a mail address, made from the person's name."""
    first, last = (_ascii(name) for name in (person.first, person.last))
    called = _ascii(person.called)
    number = str(random.choice((random.randint(1, 99), random.randint(1950, 2012))))
    forms = (
        f"{first}.{last}", f"{first}.{last}", f"{first[0]}{last}", f"{first[0]}.{last}", f"{first}_{last}", f"{first}{last}",
        f"{last}.{first}", f"{last}{first[0]}", f"{called}{number}", f"{first[0]}{last}{number}", f"{called}.{last}{number}",
        f"{first}-{last}", f"{last}{number}",
    )  # fmt: skip
    return random.choice(forms)


def _ascii(name: str) -> str:
    kept = "".join(c for c in _without_accents(name).lower().translate(_LATIN) if c.isascii() and c.isalnum())
    return kept or "user"


def _without_accents(name: str) -> str:
    return "".join(c for c in normalize("NFD", name) if not combining(c))


def _typo(name: str, random: Random) -> str:
    if len(name) < 5:
        return name
    at = random.randrange(1, len(name) - 2)
    swapped = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    return random.choice((swapped, name[:at] + name[at + 1 :], name[:at] + name[at] + name[at:]))

"""People: a name for a name, word for word and in the same form.

Each word of a name has one surrogate in a scope: *Lovelace* becomes the same family name in *Ada Lovelace*,
*Ms Lovelace*, *LOVELACE, Ada* and *A. Lovelace*, and so does that of a relation. Kept are titles, particles (*van*,
*de*), order, initials, hyphens and capitals. The names come from the origin of the whole name and the gender of its
given name, as far as they can be told; without accents where the original has none, and with where it has. An ending of
a case stays: *Häkkisen* and *Häkkinen* become forms of one name.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from random import Random

from loredact.linking import TITLES, gender_of_title, plain
from loredact.surrogates.book import Page, is_alike
from loredact.surrogates.characters import by_class
from loredact.surrogates.endings import APART, declension
from loredact.surrogates.names import (
    Gender,
    Kind,
    base_of,
    draw,
    gender_of,
    inflection,
    is_family_alone,
    is_rather_given,
    is_without_accents,
    origin_of,
    unaccented,
)
from loredact.surrogates.wordlist import plain_words

# An apostrophe joins, save before an ending in small letters at the end of a word: *O'Neill*, *Lovelace's*.
_WORD = re.compile(r"[^\W\d_]+?(?=['’](?:[a-z]{1,3}|S)\b)|[^\W\d_]+(?:['’][^\W\d_]{2,})*")
_KEPT = frozenset(map(plain, TITLES)) | plain_words(
    "jr sr ii iii iv esq van der den de la le du des da das do dos di del della dello degli von vom zu zum zur "
    "bin binti ibn al el abu ben bat y e i und and et of the ter ten te af av san st"
)
_FAMILY_FIRST = frozenset({"hu", "zh", "ja", "ko"})
_TWO_FAMILY_NAMES = frozenset({"es", "pt"})
_NO_SPACES = frozenset({"zh", "ja", "ko"})
_DRAWS = 40
_GENDERS: list[Gender] = ["female", "male"]


@dataclass(frozen=True, slots=True)
class Parsed:
    """A name's words with their roles, in order; its origin, and its gender where it can be told."""

    roles: tuple[tuple[str, str], ...]
    origin: str
    gender: Gender | None


@lru_cache(maxsize=1 << 14)
def parse(name: str) -> Parsed:
    """Which words of a person's name are given names and which family names, by their order, commas and capitals."""
    origin = origin_of(name)
    units = [match for match in _WORD.finditer(name) if _is_name(match[0]) and not _is_cut(match, name)]
    words = [match[0] for match in units]
    comma = name.find(",")
    capitals = [word.isupper() and len(word) > 1 for word in words]
    if comma >= 0 and any(match.start() < comma for match in units) and any(match.start() > comma for match in units):
        family = [match.start() < comma for match in units]
    elif any(capitals) and not all(capitals):
        family = capitals
    elif len(words) == 1:
        family = [not is_rather_given(base_of(words[0]), origin)]
    elif origin in _FAMILY_FIRST:
        family = [at == 0 for at in range(len(words))]
    else:
        first_family = len(words) - (2 if origin in _TWO_FAMILY_NAMES and len(words) > 2 else 1)
        # *José Alberto Pérez*: one family name alone.
        while first_family < len(words) - 1 and is_rather_given(base_of(words[first_family]), origin):
            first_family += 1
        # Names joined by a hyphen belong together: *Ada King-Noel*.
        while first_family > 1 and name[units[first_family].start() - 1] == "-":
            first_family -= 1
        # *García Márquez*: a family name before them is one, too.
        family = [at >= first_family or is_family_alone(base_of(word), origin) for at, word in enumerate(words)]
    roles = tuple(
        (base_of(word), "family" if of_family else "given") for word, of_family in zip(words, family, strict=True)
    )
    told = (gender_of(word, origin) for word, role in roles if role == "given")
    gender = gender_of_title(name) or next(filter(None, told), None)
    return Parsed(roles, origin, gender if gender in ("female", "male") else None)  # type: ignore[arg-type]


def person(name: str, page: Page, fullest: str | None = None) -> str:
    """The surrogate of `name`, a mention of the person who is named in full as `fullest`."""
    whole = parse(fullest or name)
    roles = {plain(word): role for word, role in whole.roles}
    used: set[str] = set()
    mine = {plain(base_of(word)) for word in _WORD.findall(name)}
    pieces: list[str] = []
    read = 0
    for match in _WORD.finditer(name):
        word = match[0]
        pieces.append(name[read : match.start()])
        read = match.end()
        if _is_ending(match, name):
            pieces.append(word)
        elif _is_cut(match, name) or (len(word) == 1 and whole.origin not in _NO_SPACES):
            pieces.append(_initials(word, whole, mine | used, page, used))
        elif not _is_name(word):
            pieces.append(word)
        else:
            found = inflection(word)
            base = word if found is None else found.base
            role = roles.get(plain(base)) or page.known_word(base, ("given", "family")) or "family"
            new = new_word(base, role, whole, page)
            pieces.append(in_case_of(word, new if found is None else found.of(new)))
    pieces.append(name[read:])
    return by_digit("".join(pieces), page, name)


def new_word(word: str, role: str, whole: Parsed, page: Page) -> str:
    """The surrogate of one word of a name, without an ending of a case."""
    known = page.known_word(word, (role,)) if len(whole.roles) > 1 else page.known_word(word, (role, "given", "family"))
    gender: Gender = (
        whole.gender
        if whole.gender
        else page.chance("gender", *(plain(word) for word, _ in whole.roles)).choice(_GENDERS)
    )
    tries = count()

    def drawn(random: Random) -> str:
        # A short list may have no name left.
        origin = "en" if next(tries) > _DRAWS and word.isascii() else whole.origin
        new = _draw(word, role, origin, gender, random)
        for _ in range(_DRAWS):
            if not any(is_alike(plain(new), plain(other)) for other, _ in whole.roles):
                break
            new = _draw(word, role, origin, gender, random)
        return new

    return page.word(known or role, word, drawn)


def in_case_of(word: str, new: str) -> str:
    """`new` in capitals, small letters or as it is, as `word` is."""
    if word.isupper() and len(word) > 1:
        return new.upper()
    if word.islower():
        return new.lower()
    return new


def by_digit(text: str, page: Page, name: str) -> str:
    """`text` with other digits, where a name has any."""
    if not any(map(str.isdigit, text)):
        return text
    random = page.chance("digits", name)
    return "".join(by_class(sign, random) if sign.isdigit() else sign for sign in text)


def _is_name(word: str) -> bool:
    return plain(word).replace("'", "").replace("’", "") not in _KEPT and (len(word) > 1 or not word.isascii())


def _is_ending(match: re.Match[str], name: str) -> bool:
    """Whether a word is the ending of the one before a colon, a hyphen or an apostrophe: *Miley-t*, *Lovelace's*."""
    at = match.start()
    return (
        at > 1
        and name[at - 1] in ":-'’"
        and (name[at - 2].isalpha() or name[at - 2] == ".")
        and match[0].casefold() in APART
        and (match[0].islower() or name.isupper())
    )


def _is_cut(match: re.Match[str], name: str) -> bool:
    """Whether a word is a name cut short: *Ma.*, *Zs.*."""
    word = match[0]
    return 2 <= len(word) <= 3 and word.istitle() and name[match.end() :][:1] == "." and _is_name(word)


def _initials(letters: str, whole: Parsed, mentioned: set[str], page: Page, used: set[str]) -> str:
    """The first letters of the surrogate of the word that `letters` stand for; where there is none, of another name."""
    for word, role in whole.roles:
        bare = plain(word)
        if bare.startswith(plain(letters)) and len(word) > len(letters) and bare not in mentioned:
            used.add(bare)
            return in_case_of(letters, new_word(word, role, whole, page)[: len(letters)])
    random = page.chance("initial", plain(letters))
    gender: Gender = whole.gender if whole.gender else random.choice(_GENDERS)
    drawn = letters
    for _ in range(_DRAWS):
        drawn = draw(whole.origin, gender, 6, letters.isascii(), "", random)[: len(letters)]
        if plain(drawn) != plain(letters) and drawn.isalpha():
            return drawn.lower() if letters.islower() else drawn
    return by_class(letters, random)


def _draw(word: str, role: str, origin: str, gender: Gender, random: Random) -> str:
    if role == "family":
        return family_name(word, origin, random, gender)
    return _drawn(word, origin, gender, random)


def family_name(word: str, origin: str, random: Random, gender: Gender = "male") -> str:
    """A family name of `origin`, with letters beyond ASCII where `word` has such."""
    return _drawn(word, origin, "family_female" if gender == "female" else "family_male", random)


def _drawn(word: str, origin: str, kind: Kind, random: Random) -> str:
    if origin in _NO_SPACES:
        drawn = draw(origin, kind, len(word), word.isascii(), "", random)
        more = draw(origin, "female", 2, word.isascii(), "", random)
        return (drawn + more * len(word))[: len(word)]
    bare = word.replace("’", "'").isascii()
    lost = bare and is_without_accents(word, origin)
    drawn = draw(origin, kind, len(word), bare and not lost, declension(word, origin), random)
    return unaccented(drawn) if lost else drawn

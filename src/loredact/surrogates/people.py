"""People: a name for a name, word for word and in the same form.

Each word of a name has one surrogate in a scope: *Lovelace* becomes the same family name in *Ada Lovelace*,
*Ms Lovelace*, *LOVELACE, Ada* and *A. Lovelace*, and so does that of a relation. Kept are titles, particles (*van*,
*de*), order, initials, hyphens and capitals. The names come from the origin of the whole name and the gender of its
given name, as far as they can be told; without accents where the original has none, and with where it has.
"""

import re
from dataclasses import dataclass
from random import Random

from loredact.linking import TITLES, gender_of_title, plain
from loredact.surrogates.book import Page
from loredact.surrogates.characters import by_class
from loredact.surrogates.names import Gender, gender_of, is_rather_given, names_of, origin_of

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_POSSESSIVE = re.compile(r"['’]s\Z", re.IGNORECASE)
_KEPT = frozenset(map(plain, TITLES)) | frozenset(
    "jr sr ii iii iv esq van der den de la le du des da das do dos di del della dello degli von vom zu zum zur bin binti ibn "
    "al el abu ben bat y e i und and et of the ter ten te af av san st".split()
)  # fmt: skip
_FAMILY_FIRST = frozenset({"hu", "zh", "ja", "ko"})
_TWO_FAMILY_NAMES = frozenset({"es", "pt"})
_NO_SPACES = frozenset({"zh", "ja", "ko"})
_DRAWS = 40


@dataclass(frozen=True, slots=True)
class Parsed:
    """A name's words with their roles, in order; its origin, and its gender where it can be told."""

    roles: tuple[tuple[str, str], ...]
    origin: str
    gender: Gender | None


def parse(name: str) -> Parsed:
    """Which words of a person's name are given names and which family names, by their order, commas and capitals."""
    origin = origin_of(name)
    units = [match for match in _WORD.finditer(_POSSESSIVE.sub("", name)) if _is_name(match[0])]
    words = [match[0] for match in units]
    comma = name.find(",")
    capitals = [word.isupper() and len(word) > 1 for word in words]
    if comma >= 0 and any(match.start() < comma for match in units) and any(match.start() > comma for match in units):
        family = [match.start() < comma for match in units]
    elif any(capitals) and not all(capitals):
        family = capitals
    elif len(words) == 1:
        family = [not is_rather_given(words[0], origin)]
    elif origin in _FAMILY_FIRST:
        family = [at == 0 for at in range(len(words))]
    else:
        first_family = len(words) - (2 if origin in _TWO_FAMILY_NAMES and len(words) > 2 else 1)
        # Names joined by a hyphen belong together: *Ada King-Noel*.
        while first_family > 1 and name[units[first_family].start() - 1] == "-":
            first_family -= 1
        family = [at >= first_family for at in range(len(words))]
    roles = tuple((word, "family" if of_family else "given") for word, of_family in zip(words, family, strict=True))
    given = next((word for word, role in roles if role == "given"), "")
    gender = gender_of_title(name) or gender_of(given, origin)
    return Parsed(roles, origin, gender if gender in ("female", "male") else None)  # type: ignore[arg-type]


def person(name: str, page: Page, fullest: str | None = None) -> str:
    """The surrogate of `name`, a mention of the person who is named in full as `fullest`."""
    whole = parse(fullest or name)
    roles = {plain(word): role for word, role in whole.roles}
    used: set[str] = set()
    mine = {plain(word) for word in _WORD.findall(name)}
    pieces: list[str] = []
    read = 0
    bare = _POSSESSIVE.sub("", name)
    for match in _WORD.finditer(bare):
        word = match[0]
        pieces.append(bare[read : match.start()])
        read = match.end()
        if len(word) == 1 and whole.origin not in _NO_SPACES:
            pieces.append(_initial(word, whole, mine | used, page, used))
        elif not _is_name(word):
            pieces.append(word)
        else:
            role = roles.get(plain(word)) or page.known_word(word, ("given", "family")) or "family"
            pieces.append(in_case_of(word, new_word(word, role, whole, page)))
    pieces.append(bare[read:] + name[len(bare) :])
    return by_digit("".join(pieces), page, name)


def new_word(word: str, role: str, whole: Parsed, page: Page) -> str:
    """The surrogate of one word of a name."""
    known = page.known_word(word, (role,)) if len(whole.roles) > 1 else page.known_word(word, (role, "given", "family"))
    return page.word(known or role, word, lambda random: _draw(word, role, whole, random))


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


def _initial(letter: str, whole: Parsed, mentioned: set[str], page: Page, used: set[str]) -> str:
    """The initial of the surrogate of the word that `letter` stands for; where there is none, another letter."""
    for word, role in whole.roles:
        if plain(word)[:1] == plain(letter) and len(word) > 1 and plain(word) not in mentioned:
            used.add(plain(word))
            return in_case_of(letter, new_word(word, role, whole, page)[0])
    drawn = page.chance("initial", plain(letter)).choice([c for c in "ABCDEFGHJKLMNPRST" if c != letter.upper()])
    return drawn.lower() if letter.islower() else drawn


def _draw(word: str, role: str, whole: Parsed, random: Random) -> str:
    names = names_of(whole.origin)
    gender = whole.gender or random.choice(("female", "male"))
    if role == "given":
        pool = names.female if gender == "female" else names.male
    else:
        pool = names.family_female if gender == "female" else names.family_male
    drawn = ""
    for _ in range(_DRAWS):
        drawn = names.draw(pool, random)
        if _WORD.fullmatch(drawn) and drawn.isascii() == word.isascii():
            if whole.origin not in _NO_SPACES or len(drawn) == len(word):
                return drawn
    if whole.origin in _NO_SPACES:
        return (drawn + names.draw(names.female + names.male, random) * 2)[: len(word)]
    return _WORD.findall(drawn)[-1]

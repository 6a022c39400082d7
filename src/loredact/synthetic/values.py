"""What fills a template's slots: personal values, and look-alikes that are nobody's."""

import string
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from faker import Faker
from stdnum import iban

from loredact.synthetic import lookalikes, numbers, organizations, places
from loredact.synthetic.dates import (
    month_name,
    month_of_year,
    some_day,
    weekday_name,
    write_date,
    write_month,
    write_short,
    write_time,
)
from loredact.synthetic.people import HOME, Person, handle


@dataclass(slots=True)
class Scene:
    """What the makers of one document know: its language, the source of chance, the people in it."""

    language: str
    random: Random
    fakes: dict[str, Faker]
    people: dict[str, Person] = field(default_factory=dict)

    @property
    def fake(self) -> Faker:
        """Faker in the language of the document."""
        return self.fakes[self.random.choice(HOME[self.language])]


Maker = Callable[[Scene], str]
_BANKS = {
    "pt": "pt_PT", "pl": "pl_PL", "cs": "cs_CZ", "sv": "sv_SE", "da": "da_DK", "no": "no_NO", "fi": "fi_FI", "hu": "hu_HU", "ro": "ro_RO",
    "el": "el_GR",
}  # fmt: skip
# The share of organisations that exist and everybody knows.
_WELL_KNOWN = 0.15
_ALPHABET = string.ascii_letters + string.digits
_WORDS = [
    "sunshine",
    "dragon",
    "summer",
    "winter",
    "monkey",
    "coffee",
    "purple",
    "tiger",
    "hunter",
    "rocket",
    "silver",
    "cookie",
    "forest",
    "garden",
    "pepper",
    "marble",
    "kitchen",
    "football",
    "diamond",
    "orange",
    "window",
    "bicycle",
    "penguin",
    "mustard",
    "lantern",
    "velvet",
    "thunder",
    "harbor",
    "copper",
    "meadow",
    "pirate",
    "ginger",
]


def _letters(random: Random, count: int, alphabet: str = _ALPHABET) -> str:
    return "".join(random.choice(alphabet) for _ in range(count))


def _email(scene: Scene, person: Person) -> str:
    random = scene.random
    chance = random.random()
    if chance < 0.4:
        fakes = ("gmail.com", "yahoo.com", "hotmail.com", "outlook.com", "icloud.com", "proton.me", "aol.com", "web.de",
                 "gmx.de", "orange.fr", "libero.it", "live.nl", "mail.com", "me.com")  # fmt: skip
        host = random.choice(fakes)
    else:
        host = scene.fake.domain_name(levels=2 if chance > 0.95 else 1)
    local = handle(person, random)
    if chance > 0.9:
        local += f"+{random.choice(_WORDS)}"
    address = f"{local}@{host}"
    return address.upper() if random.random() < 0.02 else address


def _username(scene: Scene, person: Person) -> str:
    random = scene.random
    if random.random() < 0.6:
        return handle(person, random)
    first, second = random.sample(_WORDS, 2)
    return random.choice((
        f"{first}_{second}", f"{first}{random.randint(1, 9999)}", f"{first}{second.title()}", f"x{first.title()}x",
        f"{second}.{first}{random.randint(1, 99)}", f"{first}-{second}-{random.randint(1, 99)}",
    ))  # fmt: skip


def _password(scene: Scene) -> str:
    random = scene.random
    word, other = (random.choice((w, w.title(), w.upper())) for w in random.sample(_WORDS, 2))
    mark = random.choice("!?#$%&*@._-+")
    return random.choice((
        f"{word}{random.randint(1, 9999)}", f"{word}{mark}{random.randint(10, 2030)}", f"{word}{mark}{other}{random.randint(1, 99)}",
        _letters(random, random.randint(8, 16)), _letters(random, random.randint(8, 20), _ALPHABET + "!#$%&*+-=?@^_~"),
        f"{word}-{other}-{random.choice(_WORDS)}", f"{random.randint(0, 9999):04d}", f"{random.randint(0, 999999):06d}",
        word.replace("o", "0").replace("e", "3").replace("i", "1") + str(random.randint(0, 999)),
    ))  # fmt: skip


def _secret_key(scene: Scene) -> str:
    random = scene.random
    hex_digits = "0123456789abcdef"
    return random.choice((
        "sk_live_" + _letters(random, 24), "sk-" + _letters(random, 48), "AKIA" + _letters(random, 16, string.ascii_uppercase + "234567"),
        "ghp_" + _letters(random, 36), "xoxb-" + numbers.fill("###########-############-", random) + _letters(random, 24),
        "AIza" + _letters(random, 35), _letters(random, 40, _ALPHABET + "+/"), _letters(random, 32, hex_digits),
        _letters(random, 64, hex_digits), "glpat-" + _letters(random, 20), "SG." + _letters(random, 22) + "." + _letters(random, 43),
        "eyJhbGciOi" + _letters(random, 20) + "." + _letters(random, 40) + "." + _letters(random, 30),
        "npm_" + _letters(random, 36), "pk_test_" + _letters(random, 24), _letters(random, 22) + "==",
    ))  # fmt: skip


def _ip(scene: Scene) -> str:
    fake, random = scene.fake, scene.random
    chance = random.random()
    if chance < 0.2:
        v6: str = fake.ipv6()
        return v6
    v4: str = fake.ipv4_private() if chance < 0.5 else fake.ipv4()
    return v4


def _url(scene: Scene) -> str:
    random, fake = scene.random, scene.fake
    host = fake.domain_name(levels=random.choice((1, 1, 2)))
    path = random.choice((
        "", "", "/", f"/{handle(_anybody(scene), random)}", f"/in/{handle(_anybody(scene), random)}", f"/~{random.choice(_WORDS)}",
        f"/{fake.uri_path(2)}", f"/{random.choice(_WORDS)}.html", f"/profile?id={random.randint(100, 99999)}",
    ))  # fmt: skip
    return random.choice(("https://", "https://www.", "http://", "www.", "")) + host + path


def _anybody(scene: Scene) -> Person:
    fake = scene.fake
    first, last = fake.first_name(), fake.last_name()
    return next(iter(scene.people.values()), Person(first, first, last, first))


def _iban(scene: Scene) -> str:
    random = scene.random
    home = _BANKS.get(scene.language)
    if home and random.random() < 0.6:
        code = _iban_at(home, scene)
    else:
        code = _iban_at(random.choice(("de_DE", "en_GB", "fr_FR", "es_ES", "it_IT", "nl_NL", "pl_PL", "de_CH")), scene)
    if random.random() < 0.5:
        code = " ".join(code[place : place + 4] for place in range(0, len(code), 4))
    return code.lower() if random.random() < 0.02 else code


def _iban_at(locale: str, scene: Scene) -> str:
    """An IBAN of the locale's country; of two, Faker has those of another."""
    if locale not in {"sv_SE", "hu_HU"}:
        code: str = scene.fakes[locale].iban()
        return code
    body = numbers.fill("#" * (20 if locale == "sv_SE" else 24), scene.random)
    country = locale[-2:]
    return country + iban.calc_check_digits(f"{country}00{body}") + body


def _birth(scene: Scene) -> str:
    return write_date(some_day(scene.random, (1928, 2018)), scene.language, scene.random)


def _event(scene: Scene) -> str:
    random, language = scene.random, scene.language
    day = some_day(random, random.choice(((1985, 2027), (2015, 2027), (2020, 2026))))
    written = write_date(day, language, random)
    chance = random.random()
    if chance < 0.08:
        return f"{weekday_name(day, language)}, {written}"
    if chance < 0.16:
        return f"{written}{random.choice((', ', ' '))}{write_time(language, random)}"
    if chance < 0.2:
        return month_of_year(day, language)
    if chance < 0.22:
        return str(day.year)
    if chance < 0.27:
        return write_short(day, language, random)
    return written


def _day(scene: Scene) -> str:
    return write_short(some_day(scene.random, (2015, 2027)), scene.language, scene.random)


def _month(scene: Scene) -> str:
    return write_month(some_day(scene.random, (1975, 2027)), scene.language, scene.random)


def _organization(scene: Scene) -> str:
    if scene.random.random() < _WELL_KNOWN:
        return organizations.well_known(scene.language, scene.random)
    return organizations.organization(scene.language, scene.fake, scene.random)


# Makers of values that may be anybody's; those of a person's own are in `OF_A_PERSON`.
PERSONAL: dict[str, Maker] = {
    "PHONE_NUMBER": lambda s: numbers.phone(s.language, s.random),
    "STREET_ADDRESS": lambda s: places.street(s.language, s.fakes, s.random),
    "LOCATION": lambda s: places.location(s.language, s.random),
    "ZIP_CODE": lambda s: places.postcode(s.language, s.fakes, s.random),
    "DATE_OF_BIRTH": _birth,
    "DATE_TIME": _event,
    "DAY": _day,
    "MONTH": _month,
    "AGE": lambda s: str(s.random.choice((s.random.randint(18, 95), s.random.randint(1, 99)))),
    "CREDIT_CARD": lambda s: numbers.card(s.random),
    "IBAN_CODE": _iban,
    "BANK_ACCOUNT": lambda s: numbers.bank_account(s.language, s.random),
    "CRYPTO": lambda s: numbers.wallet(s.random),
    "US_SSN": lambda s: numbers.us_ssn(s.random),
    "NATIONAL_ID": lambda s: numbers.national_id(s.language, s.random),
    "TAX_ID": lambda s: numbers.tax_id(s.language, s.random),
    "PASSPORT": lambda s: numbers.passport(s.random),
    "DRIVER_LICENSE": lambda s: numbers.driver_license(s.random),
    "HEALTH_ID": lambda s: numbers.health_id(s.language, s.random),
    "VEHICLE_ID": lambda s: numbers.vehicle_id(s.language, s.random),
    "CUSTOMER_ID": lambda s: numbers.customer_id(s.random),
    "PASSWORD": _password,
    "SECRET_KEY": _secret_key,
    "IP_ADDRESS": _ip,
    "DEVICE_ID": lambda s: numbers.device_id(s.random),
    "URL": _url,
    "ORGANIZATION": _organization,
    "HOSPITAL": lambda s: organizations.organization(s.language, s.fake, s.random, "hospital"),
    "COURT": lambda s: organizations.organization(s.language, s.fake, s.random, "court"),
    "TEAM": lambda s: organizations.team(places.town(s.language, s.random), s.random),
    "STREET": lambda s: places.street_name(s.language, s.fakes, s.random),
    "TOWN": lambda s: places.town(s.language, s.random),
}
OF_A_PERSON: dict[str, Callable[[Scene, Person], str]] = {"EMAIL_ADDRESS": _email, "USERNAME": _username}

# Slots whose span carries another label than the slot's name.
LABELS = {
    "FIRST_NAME": "PERSON", "LAST_NAME": "PERSON", "LAST_NAME_OF": "PERSON", "ZIP_CODE": "LOCATION", "DAY": "DATE_TIME",
    "MONTH": "DATE_TIME", "HOSPITAL": "ORGANIZATION", "COURT": "ORGANIZATION", "TEAM": "ORGANIZATION", "STREET": "STREET_ADDRESS",
    "TOWN": "LOCATION",
}  # fmt: skip
# Of these there are too few to keep some for evaluation.
SHARED = {"AGE"}


def _order(scene: Scene) -> str:
    patterns = (
        "########", "ORD-######", "??##-######", "###/####/?", "##########", "################", "#### #### #### ####", "PO-#####",
        "####-####-####", "B0########", "#-#######-#######", "W###########",
    )  # fmt: skip
    return numbers.fill(scene.random.choice(patterns), scene.random)


def _invoice(scene: Scene) -> str:
    year = scene.random.randint(2019, 2026)
    patterns = ("INV-#####", f"{year}-####", f"RE-{year}-#####", "F######", f"{year}/####", "#######", f"INV{year}####")
    return numbers.fill(scene.random.choice(patterns), scene.random)


def _company(scene: Scene) -> str:
    random = scene.random
    fake = scene.fake
    first, second = fake.last_name(), fake.last_name()
    things = (
        "Logistics",
        "Software",
        "Motors",
        "Foods",
        "Analytics",
        "Insurance",
        "Pharma",
        "Energy",
        "Hotels",
        "Media",
        "Labs",
    )
    return random.choice((
        fake.company(), f"{first} & {second}", f"{first} {random.choice(things)}", f"{first} Bros.", f"{first}, {second} & Partners",
        f"{random.choice(_WORDS).title()} {random.choice(things)}", f"{first} GmbH", f"{first} Ltd", f"{random.choice(_WORDS).title()}ly",
    ))  # fmt: skip


# Sums as they are written; Portuguese, Finnish and Greek ones as in the other countries of the euro.
_CURRENCIES = {
    "pl": ("{},{} zł", "{},{} zł", "{} zł", "{},{} PLN"),
    "cs": ("{},{} Kč", "{} Kč", "{} Kč", "{},- Kč", "{} CZK"),
    "sv": ("{} kr", "{},{} kr", "{} SEK", "{} kronor", "{}:-"),
    "da": ("{} kr.", "{},{} kr.", "kr. {},{}", "{},- kr.", "{} DKK"),
    "no": ("{} kr", "kr {},-", "{},{} kr", "kr {}", "NOK {}"),
    "hu": ("{} Ft", "{} Ft", "{},- Ft", "{} forint", "HUF {}"),
    "ro": ("{},{} lei", "{} lei", "{},{} RON", "{} RON"),
}


def _decimal(scene: Scene) -> str:
    joint = "." if scene.language == "en" else ","
    return f"{scene.random.randint(0, 400)}{joint}{scene.random.randint(0, 99)}"


def _money(scene: Scene) -> str:
    random = scene.random
    amount = f"{random.choice((random.randint(1, 99), random.randint(100, 9999), random.randint(10_000, 900_000))):,}"
    cents = f"{random.randint(0, 99):02d}"
    if scene.language == "en":
        form = random.choice(("${}.{}", "£{}.{}", "€{}.{}", "{}.{} USD", "${}", "£{}", "USD {}.{}"))
        return form.format(amount, cents)
    amount = amount.replace(",", random.choice((".", "", " ")))
    forms = _CURRENCIES.get(scene.language)
    if forms and random.random() < 0.9:
        return random.choice(forms).format(amount, cents)
    return random.choice(("{},{} €", "{},{} EUR", "{} €", "€ {},{}")).format(amount, cents)


def _amount(scene: Scene) -> str:
    """An amount without its currency, as columns of forms have it."""
    random, language = scene.random, scene.language
    whole = (
        f"{random.choice((random.randint(1, 999), random.randint(1000, 9999), random.randint(10_000, 2_000_000))):,}"
    )
    cents = f"{random.randint(0, 99):02d}"
    if language == "en":
        return f"{whole}.{cents}"
    thousands = "." if language in {"de", "es", "it", "nl", "pt", "da", "ro", "el"} else " "
    return f"{whole.replace(',', random.choice((thousands, thousands, '')))},{cents}"


def _version(scene: Scene) -> str:
    random = scene.random
    parts = [
        str(random.choice((random.randint(0, 12), random.randint(0, 300))))
        for _ in range(random.choice((2, 3, 3, 4, 4)))
    ]
    return random.choice(("", "", "v")) + ".".join(parts) + random.choice(("", "", "", "-rc1", "-beta", "b2"))


def _number(scene: Scene) -> str:
    random = scene.random
    return str(random.choice((random.randint(2, 20), random.randint(10, 400), random.randint(100, 99_999))))


_JOBS = {
    "en": "account manager|nurse|site engineer|head of sales|data analyst|caretaker|paralegal|chief auditor|driver|receptionist",
    "de": "Sachbearbeiter|Pflegefachkraft|Bauleiter|Vertriebsleiterin|Hausmeister|Buchhalterin|Fahrer|Referentin",
    "es": "administrativo|enfermera|jefa de ventas|conductor|contable|técnico de sistemas|recepcionista",
    "fr": "gestionnaire|infirmière|cheffe de projet|chauffeur|comptable|technicien|assistante de direction",
    "it": "impiegato|infermiera|responsabile vendite|autista|contabile|tecnico|segretaria",
    "nl": "administratief medewerker|verpleegkundige|projectleider|chauffeur|boekhouder|monteur|receptioniste",
    "pt": "técnica administrativa|enfermeiro|motorista|contabilista|gestora de projeto|rececionista|professora|eletricista",
    "pl": "księgowa|pielęgniarka|kierowca|magazynier|specjalista ds. kadr|recepcjonistka|inżynier budowy|nauczycielka",
    "cs": "účetní|zdravotní sestra|řidič|skladník|vedoucí prodeje|recepční|technik|učitelka",
    "sv": "handläggare|sjuksköterska|lastbilschaufför|ekonomiassistent|säljchef|receptionist|elektriker|lärare",
    "da": "sagsbehandler|sygeplejerske|chauffør|bogholder|salgschef|receptionist|elektriker|pædagog",
    "no": "saksbehandler|sykepleier|sjåfør|regnskapsfører|salgssjef|resepsjonist|elektriker|lærer",
    "fi": "kirjanpitäjä|sairaanhoitaja|kuljettaja|myyntipäällikkö|vastaanottovirkailija|sähköasentaja|opettaja|huoltomies",
    "hu": "könyvelő|ápolónő|sofőr|ügyintéző|értékesítési vezető|recepciós|villanyszerelő|tanár",
    "ro": "contabilă|asistent medical|șofer|inginer de șantier|director de vânzări|recepționeră|electrician|profesor",
    "el": "λογίστρια|νοσηλευτής|οδηγός|υπεύθυνη πωλήσεων|υπάλληλος γραφείου|ηλεκτρολόγος|δάσκαλος|γραμματέας",
}
_DEPARTMENTS = {
    "en": "Billing|Claims|Human Resources|Cardiology|Customer Care|Records|Procurement|Radiology|Quality Assurance",
    "de": "Buchhaltung|Personalabteilung|Kardiologie|Kundendienst|Einkauf|Radiologie|Rechtsabteilung",
    "es": "Contabilidad|Recursos Humanos|Cardiología|Atención al Cliente|Compras|Radiología",
    "fr": "Comptabilité|Ressources humaines|Cardiologie|Service clients|Achats|Radiologie",
    "it": "Contabilità|Risorse umane|Cardiologia|Servizio clienti|Acquisti|Radiologia",
    "nl": "Boekhouding|Personeelszaken|Cardiologie|Klantenservice|Inkoop|Radiologie",
    "pt": "Contabilidade|Recursos Humanos|Cardiologia|Apoio ao Cliente|Compras|Radiologia|Jurídico",
    "pl": "Księgowość|Kadry|Kardiologia|Obsługa Klienta|Zakupy|Radiologia|Dział Prawny",
    "cs": "Účtárna|Personální oddělení|Kardiologie|Zákaznický servis|Nákup|Radiologie|Právní oddělení",
    "sv": "Ekonomi|Personal|Kardiologen|Kundtjänst|Inköp|Röntgen|Juridik",
    "da": "Bogholderi|HR|Kardiologisk|Kundeservice|Indkøb|Røntgen|Jura",
    "no": "Regnskap|Personal|Kardiologisk|Kundeservice|Innkjøp|Røntgen|Juridisk",
    "fi": "Taloushallinto|Henkilöstö|Kardiologia|Asiakaspalvelu|Hankinta|Radiologia|Lakiasiat",
    "hu": "Könyvelés|Munkaügy|Kardiológia|Ügyfélszolgálat|Beszerzés|Radiológia|Jogi osztály",
    "ro": "Contabilitate|Resurse Umane|Cardiologie|Relații cu Clienții|Achiziții|Radiologie|Juridic",
    "el": "Λογιστήριο|Ανθρώπινο Δυναμικό|Καρδιολογικό|Εξυπηρέτηση Πελατών|Προμήθειες|Ακτινολογικό|Νομική Υπηρεσία",
}
_PRODUCTS = (
    "Falcon|web-03|Orbit Suite|db-primary|Lumen|Atlas|node-17|PrintHub|Mercury 4|Vega Router|Nimbus|Maple Pro|Jordan X2|"
    "Aurora Desk|Kepler|Hanna Chair|Austin 300|Baltimore Lamp|Florence Sofa|Tesla Coil Kit|Darwin|Curie Reader|Orion-9"
)


def _one_of(choices: str) -> Maker:
    return lambda scene: scene.random.choice(choices.split("|"))


def _impersonal_day(scene: Scene) -> str:
    return write_date(some_day(scene.random, (2005, 2029)), scene.language, scene.random)


def _hex(random: Random, count: int) -> str:
    return _letters(random, count, "0123456789abcdef")


# Look-alikes that are nobody's only where the text speaks of nobody.
DATES = {"date", "iso", "year", "monthofyear"}
# Look-alikes that name an organisation, whoever the text speaks of.
ORGANIZATIONS = {"company"}

LOOK_ALIKES: dict[str, Maker] = {
    "date": _impersonal_day,
    "time": lambda s: write_time(s.language, s.random),
    "month": lambda s: month_name(some_day(s.random, (2000, 2029)), s.language),
    "monthofyear": lambda s: month_of_year(some_day(s.random, (1950, 2029)), s.language),
    "weekday": lambda s: weekday_name(some_day(s.random, (2005, 2029)), s.language),
    "year": lambda s: str(s.random.randint(1900, 2030)),
    # A year that dates nobody's doings even beside a person: of a tax, a model, a rule.
    "taxyear": lambda s: str(s.random.randint(1995, 2029)),
    "formno": lambda s: lookalikes.form_number(s.random),
    "eponym": _one_of(lookalikes.EPONYMS),
    "sign": _one_of(lookalikes.SIGNS),
    "law": _one_of(lookalikes.LAWS),
    "software": _one_of(lookalikes.SOFTWARE),
    "font": _one_of(lookalikes.FONTS),
    "vehicle": _one_of(lookalikes.VEHICLES),
    "dish": _one_of(lookalikes.DISHES),
    "plant": _one_of(lookalikes.PLANTS),
    "error": _one_of(lookalikes.ERRORS),
    "sum": lambda s: lookalikes.sum_of_money(s.random),
    "partno": lambda s: lookalikes.part_number(s.random),
    "purchase": lambda s: lookalikes.purchase_number(s.random),
    "vat": lambda s: lookalikes.company_tax_number(s.language, s.random),
    "guid": lambda s: lookalikes.guid(s.random),
    "ms": lambda s: lookalikes.milliseconds(s.random),
    "build": lambda s: lookalikes.build_number(s.random),
    "standard": lambda s: lookalikes.standard_number(s.random),
    "medcode": lambda s: lookalikes.medical_code(s.random),
    "serial": lambda s: lookalikes.serial_number(s.random),
    "rating": lambda s: f"{s.random.randint(1, 4)}{'.' if s.language == 'en' else ','}{s.random.randint(0, 9)}",
    "small": lambda s: str(s.random.choice((s.random.randint(2, 30), s.random.randint(10, 250), 5 * s.random.randint(1, 60)))),
    "gcs": lambda s: str(s.random.randint(3, 15)),
    "iso": lambda s: f"{some_day(s.random, (2015, 2027))}{s.random.choice('T ')}{s.random.randint(0, 23):02d}:{s.random.randint(0, 59):02d}:"
    f"{s.random.randint(0, 59):02d}{s.random.choice(('Z', '', ',123', '.456Z', '+01:00'))}",
    "number": _number,
    "digit": lambda s: str(s.random.randint(0, 9)),
    "percent": lambda s: s.random.choice(("{}%", "{} %", "{} percent" if s.language == "en" else "{} %")).format(s.random.randint(0, 100)),
    "money": _money,
    "amount": _amount,
    "decimal": _decimal,
    "order": _order,
    "invoice": _invoice,
    "tracking": lambda s: numbers.fill(s.random.choice(("1Z###?##########", "##############", "RR#########DE", "JD####################", "############")), s.random),
    "sku": lambda s: numbers.fill(s.random.choice(("??-####", "###-###", "?##-###-?", "#######", "SKU-#####", "#### ###")), s.random),
    "ticket": lambda s: numbers.fill(s.random.choice(("#######", "INC#######", "TCK-#####", "###-######", "CAS-#####-????", "#####")), s.random),
    "version": _version,
    "hash": lambda s: _hex(s.random, s.random.choice((7, 8, 12, 40, 40, 64))),
    "uuid": lambda s: "-".join(_hex(s.random, size) for size in (8, 4, 4, 4, 12)),
    "hex": lambda s: s.random.choice(("0x", "")) + _hex(s.random, s.random.choice((4, 6, 8))),
    "isbn": lambda s: numbers.fill(s.random.choice(("978-#-##-######-#", "978##########", "#-####-####-#")), s.random),
    "paragraph": lambda s: s.random.choice((f"{s.random.randint(1, 99)}({s.random.randint(1, 9)})", f"{s.random.randint(1, 20)}.{s.random.randint(1, 20)}", f"§ {s.random.randint(1, 900)}", f"{s.random.randint(1, 300)}")),
    "room": lambda s: numbers.fill(s.random.choice(("###", "?.#.##", "?-###", "##")), s.random),
    "flight": lambda s: numbers.fill(s.random.choice(("??###", "?? ####", "??####")), s.random),
    "company": _company,
    "product": _one_of(_PRODUCTS),
    "drug": _one_of(lookalikes.DRUGS),
    "job": lambda s: s.random.choice(_JOBS[s.language].split("|")),
    "department": lambda s: s.random.choice(_DEPARTMENTS[s.language].split("|")),
}  # fmt: skip

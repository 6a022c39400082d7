"""Values that fill the templates: personal ones, labelled, and look-alikes that are nobody's."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from faker import Faker

LOCALES = ("en_US", "en_GB", "en_IN", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "pl_PL")

Maker = Callable[[Faker, Random], str]


def _person(fake: Faker, random: Random) -> str:
    first, last = fake.first_name(), fake.last_name()
    forms = (
        f"{first} {last}",
        f"{first} {last}",
        f"{first} {last}",
        f"{first} {last}",
        f"{first[0]}. {last}",
        f"{last}, {first}",
        f"{first} {fake.first_name()[0]}. {last}",
        f"{first.lower()} {last.lower()}",
        f"{first} {last}".upper(),
    )
    return random.choice(forms)


def _street(fake: Faker, random: Random) -> str:
    # Some locales write a line break into a street.
    return fake.street_address().replace("\n", ", ")


def _card(fake: Faker, random: Random) -> str:
    digits = fake.credit_card_number(card_type=random.choice(("visa", "mastercard", "amex")))
    separator = random.choice(("", " ", "-"))
    return separator.join(digits[i : i + 4] for i in range(0, len(digits), 4))


def _iban(fake: Faker, random: Random) -> str:
    code = fake.iban()
    return code if random.random() < 0.5 else " ".join(code[i : i + 4] for i in range(0, len(code), 4))


def _date(fake: Faker, random: Random, years: tuple[int, int]) -> str:
    day = _day(random, years)
    pattern = random.choice(("%d/%m/%Y", "%Y-%m-%d", "%d.%m.%Y", "%d %B %Y", "%B %d, %Y"))
    return day.strftime(pattern)


def _day(random: Random, years: tuple[int, int]) -> date:
    # Fixed years and never "today", so that the same seed gives the same corpus on any day.
    first, last = date(years[0], 1, 1), date(years[1], 12, 31)
    return first + timedelta(days=random.randrange((last - first).days))


PERSONAL: dict[str, Maker] = {
    "PERSON": _person,
    "FIRST_NAME": lambda fake, random: fake.first_name(),
    "LAST_NAME": lambda fake, random: fake.last_name(),
    "EMAIL_ADDRESS": lambda fake, random: random.choice((fake.email, fake.free_email, fake.company_email))(),
    "PHONE_NUMBER": lambda fake, random: fake.phone_number(),
    "STREET_ADDRESS": _street,
    "LOCATION": lambda fake, random: fake.city(),
    "DATE_OF_BIRTH": lambda fake, random: _date(fake, random, (1935, 2007)),
    "AGE": lambda fake, random: str(random.randint(18, 95)),
    "CREDIT_CARD": _card,
    "IBAN_CODE": _iban,
    "IP_ADDRESS": lambda fake, random: fake.ipv4() if random.random() < 0.8 else fake.ipv6(),
    "URL": lambda fake, random: fake.url() + random.choice(("", fake.user_name())),
    "US_SSN": lambda fake, random: (
        f"{random.randint(1, 665):03d}-{random.randint(1, 99):02d}-{random.randint(1, 9999):04d}"
    ),
}

# Parts of a name are labelled as the person they name.
LABELS = {"FIRST_NAME": "PERSON", "LAST_NAME": "PERSON"}

LOOK_ALIKES: dict[str, Maker] = {
    "order": lambda fake, random: random.choice(
        (
            f"{random.randint(10**7, 10**8 - 1)}",
            f"ORD-{random.randint(1000, 999999)}",
            f"{random.choice('ABKRX')}{random.randint(10, 99)}-{random.randint(10**5, 10**6 - 1)}",
            f"{random.randint(100, 999)}/{random.randint(0, 9999):04d}/{random.choice('ABCD')}",
        )
    ),
    "date": lambda fake, random: _date(fake, random, (2021, 2027)),
    "month": lambda fake, random: _day(random, (2021, 2027)).strftime("%B %Y"),
    "number": lambda fake, random: str(random.randint(2, 400)),
    "money": lambda fake, random: random.choice(("€{}", "${}", "{} EUR", "£{}")).format(
        f"{random.randint(5, 90000):,}.{random.randint(0, 99):02d}"
    ),
    "version": lambda fake, random: ".".join(str(random.randint(0, 30)) for _ in range(random.randint(2, 4))),
    "company": lambda fake, random: fake.company(),
    "product": lambda fake, random: random.choice(
        ("Falcon", "web-03", "Orbit Suite", "db-primary", "Lumen", "Atlas", "node-17", "PrintHub")
    ),
}

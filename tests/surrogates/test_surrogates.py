"""Surrogates read as real, hold together, and never equal a value of their text."""

import ipaddress
import re
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from stdnum import bitcoin, iban, luhn
from stdnum.es import dni
from stdnum.fr import nir
from stdnum.it import codicefiscale
from stdnum.pl import pesel
from stdnum.us import ssn

from loredact.document import Span
from loredact.errors import InputError
from loredact.keys import Key
from loredact.labels import LABELS
from loredact.linking import normalised
from loredact.operators import Context, Surrogate, apply, make
from loredact.rules.cards import is_card
from loredact.surrogates.draw import chance

KEY = Key.of("a key for tests of surrogates alone")


def surrogates(*values: tuple[str, str], document: str = "letter", key: Key = KEY) -> list[str]:
    """The surrogates of values, (text, label), that stand in one document in this order."""
    text, spans = "", []
    for value, label in values:
        spans.append(Span(len(text), len(text) + len(value), label))
        text += f"{value}\n"
    masked = apply(Surrogate(key=key), text, spans, Context(document))
    return [replacement.text for replacement in masked.replacements]


def one(value: str, label: str) -> str:
    return surrogates((value, label))[0]


def test_the_mentions_of_one_person_agree_and_keep_their_forms() -> None:
    names = ("Ada", "Ada Lovelace", "Ms Lovelace", "A. Lovelace", "LOVELACE, Ada", "Ada Lovelace’s", "ada lovelace")
    first, whole, title, initial, capitals, possessive, small = surrogates(*((name, "PERSON") for name in names))
    given, family = whole.split()
    assert {given.casefold(), family.casefold()}.isdisjoint({"ada", "lovelace"})
    assert first == given
    assert title == f"Ms {family}"
    assert initial == f"{given[0]}. {family}"
    assert capitals == f"{family.upper()}, {given}"
    assert possessive == f"{whole}’s"
    assert small == whole.lower()


def test_relations_keep_a_family_name_in_common_and_particles_stay() -> None:
    ada, ralph, vincent = surrogates(
        *((name, "PERSON") for name in ("Ada Lovelace", "Ralph Lovelace", "Vincent van Gogh"))
    )
    assert ada.split()[1] == ralph.split()[1]
    assert ada.split()[0] != ralph.split()[0]
    assert vincent.split()[1] == "van"


def test_names_keep_origin_and_gender_where_they_can_be_told() -> None:
    from loredact.surrogates.names import gender_of, origin_of

    for number, (name, origin, gender) in enumerate(
        (("Maria Kowalczyk", "pl", "female"), ("Владимир Иванов", "ru", "male"), ("Giuseppe Esposito", "it", "male"))
    ):
        new = surrogates((name, "PERSON"), document=str(number))[0]
        assert origin_of(name) == origin
        assert gender_of(new.split()[0], origin) in (gender, None)
        assert new.isascii() == name.isascii()


def test_addresses_and_user_names_fit_the_new_name() -> None:
    whole, email, user, short = surrogates(
        ("Ada Lovelace", "PERSON"),
        ("ada.lovelace@acme.co.uk", "EMAIL_ADDRESS"),
        ("alovelace7", "USERNAME"),
        ("lovelacea", "USERNAME"),
    )
    given, family = whole.lower().split()
    assert re.fullmatch(rf"{given}\.{family}@\w+\.example\.(com|net|org)", email)
    assert re.fullmatch(rf"{given[0]}{family}[0-9]", user)
    assert short == family + given[0]


def test_cards_keep_network_length_and_groups_and_pass_the_check() -> None:
    for number in ("4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005", "6011 1111 1111 1117"):
        new = one(number, "CREDIT_CARD")
        assert re.sub(r"\d", "0", new) == re.sub(r"\d", "0", number)
        assert is_card(re.sub(r"\D", "", new))
        assert new[0] == number[0]
    assert not luhn.is_valid(one("4111111111111112", "CREDIT_CARD"))  # what passed no check passes none


def test_ibans_are_of_their_country_with_right_check_digits() -> None:
    for number in (
        "DE89 3704 0044 0532 0130 00",
        "GB82WEST12345698765432",
        "FR1420041010050500013M02606",
        "ES9121000418450200051332",
    ):
        new = one(number, "IBAN_CODE")
        assert new[:2] == number[:2]
        assert iban.is_valid(new, check_country=False)
        assert [c.isspace() for c in new] == [c.isspace() for c in number]
    assert one("DE89 3704 0044 0532 0130 00", "IBAN_CODE")[5] == "9"


@pytest.mark.parametrize(
    ("number", "label", "is_valid"),
    [
        ("12345678Z", "NATIONAL_ID", dni.is_valid),
        ("RSSMRA85T10A562S", "NATIONAL_ID", codicefiscale.is_valid),
        ("44051401359", "NATIONAL_ID", pesel.is_valid),
        ("2 95 10 99 126 111 93", "NATIONAL_ID", nir.is_valid),
        ("536-90-4399", "US_SSN", ssn.is_valid),
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "CRYPTO", bitcoin.is_valid),
        ("bc1qardv855yjngspvxuttq897aqca3lxju2y69jce", "CRYPTO", bitcoin.is_valid),
    ],
)
def test_numbers_pass_the_check_that_theirs_passed(number: str, label: str, is_valid: Callable[[str], bool]) -> None:
    assert is_valid(number)
    new = one(number, label)
    assert is_valid(new)
    assert new != number


def test_telephone_numbers_are_from_ranges_for_fiction() -> None:
    assert re.fullmatch(r"\+44 20 7946 0\d{3}", one("+44 20 7123 4567", "PHONE_NUMBER"))
    assert re.fullmatch(r"\(\d{3}\) 555-01\d\d", one("(212) 867-5309", "PHONE_NUMBER"))
    assert re.fullmatch(r"\+33 [1-5]( \d\d){4}", one("+33 1 42 68 53 00", "PHONE_NUMBER"))
    assert re.fullmatch(r"\+44 7700 900\d{3}", one("+44 7911 123456", "PHONE_NUMBER"))
    assert re.fullmatch(r"\+44 28 9649 6\d{3}", one("+44 28 9032 1234", "PHONE_NUMBER"))
    assert re.fullmatch(r"\+49 17(1 39200|6 040690)\d\d", one("+49 171 3456789", "PHONE_NUMBER"))
    assert re.fullmatch(r"\+46 70 174 06 [1-9]\d", one("+46 70 234 56 78", "PHONE_NUMBER"))


def test_telephone_numbers_of_such_ranges_stay_within_them() -> None:
    """To the library of numbering plans they are none, and without a country's code some are another country's."""
    assert re.fullmatch(r"01632 960 \d{3}", one("01632 960 018", "PHONE_NUMBER"))
    assert re.fullmatch(r"07700 900\d{3}", one("07700 900123", "PHONE_NUMBER"))
    assert re.fullmatch(r"\d{3}-555-01\d\d", one("212-555-0123", "PHONE_NUMBER"))
    assert re.fullmatch(r"0171 39200\d\d", one("0171 5550123", "PHONE_NUMBER"))


def test_addresses_of_networks_are_for_documentation() -> None:
    assert any(
        ipaddress.ip_address(one("8.8.8.8", "IP_ADDRESS")) in ipaddress.ip_network(network)
        for network in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")
    )
    assert ipaddress.ip_address(one("fe80::1ff:fe23", "IP_ADDRESS")) in ipaddress.ip_network("2001:db8::/32")
    assert one("192.168.1.5:8080", "IP_ADDRESS").startswith("192.168.")
    assert one("00:1B:44:11:3A:B7", "DEVICE_ID").startswith("00:00:5E:00:53:")


@given(st.lists(st.dates(date(1920, 1, 1), date(2030, 1, 1)), min_size=2, max_size=6, unique=True))
@settings(deadline=None, max_examples=50)
def test_days_between_dates_stay_as_many(days: list[date]) -> None:
    new = surrogates(*((day.isoformat(), "DATE_TIME") for day in days))
    shifts = {(date.fromisoformat(text) - day).days for text, day in zip(new, days, strict=True)}
    assert len(shifts) == 1
    assert 32 <= abs(shifts.pop()) <= 401


def test_dates_keep_their_form() -> None:
    new = surrogates(*((text, "DATE_TIME") for text in ("3 March 1971", "14/05/2020", "March 2021", "1999")))
    for text, form in zip(
        new, (r"\d+ [A-Z][a-z]+ 19\d\d", r"\d\d/\d\d/20\d\d", r"[A-Z][a-z]+ 20\d\d", r"\d{4}"), strict=True
    ):
        assert re.fullmatch(form, text)


# Values that look like those of their label, and any text at all.
NAMES = ("Ada Lovelace", "Mary Smith", "Smith", "Jan Kowalczyk", "李伟", "J. Smith", "Mary", "Al")
NUMBERS = ("CUSTOMER_ID", "BANK_ACCOUNT", "PHONE_NUMBER")
VALUES = st.one_of(
    st.tuples(st.sampled_from(NAMES), st.just("PERSON")),
    st.tuples(st.from_regex(r"[0-9]{5,9}", fullmatch=True), st.sampled_from(NUMBERS)),
    st.tuples(st.from_regex(r"[a-z]{2,8}@[a-z]{3,8}\.com", fullmatch=True), st.just("EMAIL_ADDRESS")),
    st.tuples(st.text(min_size=1, max_size=12).filter(str.strip), st.sampled_from(LABELS)),
)


@given(st.lists(VALUES, min_size=1, max_size=8))
@example([("¹", "AGE")])  # a digit, and no number
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_no_surrogate_equals_a_value_of_its_text_and_two_values_never_share_one(values: list[tuple[str, str]]) -> None:
    made = surrogates(*values)
    assert made == surrogates(*values)  # the same key and document
    originals = {normalised(value, label) for value, label in values}
    owner: dict[tuple[str, str], str] = {}
    for (value, label), new in zip(values, made, strict=True):
        if new == f"[{label}]":
            continue  # there was nothing in it to draw anew
        assert new != value
        assert normalised(new, label) not in originals
        of = normalised(value, label)
        assert owner.setdefault((label, normalised(new, label)), of) == of


def test_another_document_or_key_gives_another_surrogate_and_a_customer_keeps_them() -> None:
    name = ("Ada Lovelace", "PERSON")
    assert surrogates(name) == surrogates(name)
    assert surrogates(name) != surrogates(name, document="other")
    assert surrogates(name) != surrogates(name, key=Key.of("another key for these tests"))
    operator = Surrogate(key=KEY, within="customer")
    again = Surrogate(key=KEY, within="customer")  # in another process
    spans = [Span(0, 12, "PERSON")]
    texts = {
        apply(op, "Ada Lovelace", spans, Context(document, "acme")).text
        for op in (operator, again)
        for document in ("one", "two")
    }
    assert len(texts) == 1
    with pytest.raises(InputError, match="customer"):
        operator.for_document(Context("one"))


def test_a_later_text_of_a_customer_never_gets_one_of_its_own_values() -> None:
    operator = Surrogate(key=KEY, within="customer")
    first = apply(operator, "Ada", [Span(0, 3, "PERSON")], Context("one", "acme")).text
    text = f"Ada {first}"
    second = apply(operator, text, [Span(0, 3, "PERSON"), Span(4, len(text), "PERSON")], Context("two", "acme"))
    assert first not in [replacement.text for replacement in second.replacements]


def test_the_operator_is_made_by_its_name_and_needs_a_key() -> None:
    assert make("surrogate", {"key": {"env": "LOREDACT_KEY"}}).name == "surrogate"
    with pytest.raises(InputError):
        make("surrogate")


def test_draws_depend_on_key_and_parts_alone() -> None:
    assert chance(b"k" * 32, "a", "b").random() == chance(b"k" * 32, "a", "b").random()
    assert chance(b"k" * 32, "ab", "").random() != chance(b"k" * 32, "a", "b").random()


def test_countries_become_countries_in_other_languages_too() -> None:
    from loredact.values.places import is_country

    assert all(
        map(is_country, surrogates(*((name, "LOCATION") for name in ("Tyskland", "Suomi", "España", "Österreich"))))
    )


def test_a_continent_becomes_another_in_its_language() -> None:
    (new,) = surrogates(("Afrique", "LOCATION"))
    assert new in {"Europe", "Asie", "Amérique du Sud", "Amérique du Nord", "Australie"}


def test_years_in_a_row_become_years_near_by() -> None:
    years = [str(year) for year in range(1960, 1975)]
    made = surrogates(*((year, "DATE_TIME") for year in years))
    assert all(1850 < int(year) < 2085 for year in made)
    assert len({*years, *made}) == 2 * len(years)

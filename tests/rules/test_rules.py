"""The rules find what has a form and a check, leave look-alikes alone, and veto what cannot be.

All numbers are made up; their check digits are python-stdnum's.
"""

import time
from itertools import pairwise
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from stdnum import iban, luhn
from stdnum.it import codicefiscale

from loredact.bases import Base
from loredact.document import Document, Span, span_problems
from loredact.masking import Masker
from loredact.rules import apply, find, possible
from loredact.rules.whole import whole
from tests.conftest import random_tagger

LABELS = frozenset(
    {"CREDIT_CARD", "IBAN_CODE", "EMAIL_ADDRESS", "IP_ADDRESS", "US_SSN"}
    | {"NATIONAL_ID", "DEVICE_ID", "URL", "CRYPTO", "SECRET_KEY"}
)
CODICE = "RSSMRA85M10H501"
TOKEN = "ghp_" + "a1B2c3D4e5F6" * 3
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow+/=\n-----END RSA PRIVATE KEY-----"


def marked(text: str) -> tuple[str, list[tuple[str, str]]]:
    """The text without its marks, and what they mark: `Pay ⟦CREDIT_CARD:4111 1111 1111 1111⟧.`"""
    plain, wanted = "", []
    for part in text.split("⟦"):
        inside, closed, outside = part.rpartition("⟧")
        if closed:
            label, _, value = inside.partition(":")
            wanted.append((label, value))
            plain += value
        plain += outside
    return plain, wanted


def found(text: str, labels: frozenset[str] = LABELS) -> list[tuple[str, str]]:
    return [(span.label, text[span.start : span.end]) for span in find(text, labels)]


@pytest.mark.parametrize(
    "text",
    [
        "Paid with ⟦CREDIT_CARD:4111 1111 1111 1111⟧, expires 12/27.",
        "Paid with ⟦CREDIT_CARD:4111-1111-1111-1111⟧ 123 by phone.",
        "amex ⟦CREDIT_CARD:378282246310005⟧, or ⟦CREDIT_CARD:3782 822463 10005⟧.",
        "id,9,⟦CREDIT_CARD:5555555555554444⟧,12.50",
        "The old card ⟦CREDIT_CARD:4222222222222⟧ has 13 digits.",
        "IBAN: ⟦IBAN_CODE:DE89 3704 0044 0532 0130 00⟧ bei der Bank",
        "⟦IBAN_CODE:GB82WEST12345698765432⟧, ⟦IBAN_CODE:nl91 abna 0417 1643 00⟧ or\n⟦IBAN_CODE:BE68539007547034⟧.",
        "Write to ⟦EMAIL_ADDRESS:ada.lovelace+notes@mail.example.org⟧.",
        "<⟦EMAIL_ADDRESS:søren.åberg@blå-bær.example.dk⟧>, '⟦EMAIL_ADDRESS:o'neil_1@example.co.uk⟧'",
        "mailto:⟦EMAIL_ADDRESS:ADA@EXAMPLE.ORG⟧?subject=x",
        "写信给⟦EMAIL_ADDRESS:ada@example.cn⟧谢谢",
        "The server ⟦IP_ADDRESS:203.0.113.9⟧ and ⟦IP_ADDRESS:192.168.0.17⟧ answered.",
        'client_ip="⟦IP_ADDRESS:198.51.100.23⟧" ⟦IP_ADDRESS:203.0.113.9⟧:8080 ⟦IP_ADDRESS:203.0.113.0⟧/24',
        "ssh: ⟦IP_ADDRESS:fe80::1ff:fe23:4567:890a⟧%eth0, ip:⟦IP_ADDRESS:2001:db8:85a3::8a2e:370:7334⟧.",
        "His SSN is ⟦US_SSN:536-22-1234⟧; hers, as a social security number, ⟦US_SSN:536 22 1235⟧.",
        f"Codice fiscale ⟦NATIONAL_ID:{CODICE}{codicefiscale.calc_check_digit(CODICE)}⟧, nata a Roma",
        "con DNI ⟦NATIONAL_ID:12345678Z⟧ y NIE ⟦NATIONAL_ID:X1234567L⟧",
        "PESEL ⟦NATIONAL_ID:44051401359⟧, numéro ⟦NATIONAL_ID:2 95 10 99 126 111 93⟧",
        "CPF ⟦NATIONAL_ID:390.533.447-05⟧, hetu ⟦NATIONAL_ID:131052-308T⟧, bsn: ⟦NATIONAL_ID:111222333⟧",
        "rijksregister ⟦NATIONAL_ID:85.07.30-033.28⟧",
        "MAC ⟦DEVICE_ID:3c:22:fb:9a:00:1e⟧, ⟦DEVICE_ID:3C-22-FB-9A-00-1E⟧, IMEI ⟦DEVICE_ID:490154203237518⟧",
        "See ⟦URL:https://example.org/a_(b)?c=d#e⟧, (⟦URL:www.example.org/in/ada⟧) or ⟦URL:http://[2001:db8::1]:80/x⟧.",
        "At ⟦URL:http://192.168.0.1/login?mail=ada@example.org⟧!",
        "send to ⟦CRYPTO:1NEDqZPvTWRaoho48qXuLLsrYomMXPABfD⟧ or ⟦CRYPTO:BC1QARDV855YJNGSPVXUTTQ897AQCA3LXJU2Y69JCE⟧",
        "wallet ⟦CRYPTO:0x52908400098527886E0F7030069857D2E4169EE7⟧",
        f"token=⟦SECRET_KEY:{TOKEN}⟧, key ⟦SECRET_KEY:AKIAIOSFODNN7EXAMPLE⟧,\n⟦SECRET_KEY:{PEM}⟧",
        "Bearer ⟦SECRET_KEY:eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N⟧",
    ],
)  # fmt: skip
def test_what_has_a_form_and_a_check_is_found(text: str) -> None:
    plain, wanted = marked(text)
    assert found(plain) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "Order 4111 1111 1111 1112, order 1234567812345670, order ORD-4111111111111111.",
        "Parcel 1Z999AA10123456784, tracking JD014600003828392837, account 4111 1111 1111 1111 1111",
        "Upgrade to version 10.2.3.4, v8.8.4.4, 8.8.4.4-rc1 or 1.2.3.4.5; lxml 4.9.3.1; library 10.0.0.1b2",
        "Call +44 20 7946 0958, (212) 555-0123, 06 12 34 56 78, 555-12-345 or 212-555-0123.",
        "On 2024-05-17T12:34:56.789Z, 17.05.2024, 05/17/2024 and at 12:34:56.",
        "ISBN 978-3-16-148410-0, ISBN 9783161484100, ISSN 0317-8471, EAN 4006381333931",
        "id 123e4567-e89b-12d3-a456-426614174000, commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
        "Photo logo@2x.png, package lodash@4.17.21, git@example.org:team/project.git, @ada, a@b",
        "SSN 000-12-3456, 666-12-3456, 912-12-3456, 536-00-1234, part 536-22-1234-9",
        "std::vector<abc::def>, Foo::Bar, a::b, 3:45::2",
        "DE89 3704 0044 0532 0130 01 and GB82WEST123456987654321 are no account of anybody.",
        "The 111222333 rows, 123456782 bytes and 44051401359 microseconds are numbers.",
        "1NEDqZPvTWRaoho48qXuLLsrYomMXPABfX, 0x1234, ff:ff:ff:ff:ff:ff, 12-34-56-78-90-12",
        "http:// and www. and ://, e.g. this/that",
        "-----BEGIN CERTIFICATE-----\nMIIEow\n-----END CERTIFICATE-----, xoxo, sk-learn, AKIA",
        "0.4111111111111111 of 1 and 1700000000000 ms",
    ],
)  # fmt: skip
def test_look_alikes_are_left_alone(text: str) -> None:
    assert found(text) == []


def test_only_the_labels_asked_for_are_found() -> None:
    text = "http://10.0.0.1/x for ada@example.org"
    assert found(text, frozenset({"IP_ADDRESS"})) == [("IP_ADDRESS", "10.0.0.1")]
    assert found(text, frozenset({"PERSON"})) == []


# Words and signs that go before and after a number without being a part of it.
PROSE = st.text(st.characters(codec="utf-8", exclude_categories=("Nd", "Nl", "No")), max_size=30)


def is_apart(before: str, after: str) -> bool:
    """Whether the text around ends the number: no letter, digit or joining sign touches it."""
    return not before[-1:].isalnum() and not after[:1].isalnum() and not {before[-1:], after[:1]} & set("-.@/_:")


@settings(max_examples=300, deadline=None)
@given(before=PROSE, after=PROSE, seed=st.integers(0, 1 << 32))
def test_every_valid_card_in_prose_is_found(before: str, after: str, seed: int) -> None:
    assume(is_apart(before, after))
    random = Random(seed)
    prefix, length = random.choice(
        (("4", 16), ("51", 16), ("2221", 16), ("34", 15), ("6011", 16), ("3530", 16), ("36", 14))
    )
    body = prefix + "".join(random.choice("0123456789") for _ in range(length - len(prefix) - 1))
    number = body + luhn.calc_check_digit(body)
    sizes = (4, 6, 5) if length == 15 else (4, 4, 4, length - 12)
    joint = random.choice(("", " ", "-"))
    card = joint.join(number[sum(sizes[:i]) : sum(sizes[: i + 1])] for i in range(len(sizes)))
    assert ("CREDIT_CARD", card) in found(before + card + after)


@settings(max_examples=300, deadline=None)
@given(before=PROSE, after=PROSE, seed=st.integers(0, 1 << 32))
def test_every_valid_iban_in_prose_is_found(before: str, after: str, seed: int) -> None:
    assume(is_apart(before, after))
    random = Random(seed)
    country, bban = random.choice(
        (("DE", "#" * 18), ("NL", "ABNA" + "#" * 10), ("IT", "X" + "#" * 22), ("NO", "#" * 11))
    )
    bban = "".join(random.choice("0123456789") if sign == "#" else sign for sign in bban)
    number = country + iban.calc_check_digits(f"{country}00{bban}") + bban
    written = random.choice((number, iban.format(number), number.lower()))
    assert ("IBAN_CODE", written) in found(before + written + after)


def judged(text: str, label: str) -> bool:
    """`possible` on the text between ⟦ and ⟧."""
    start, end = text.index("⟦"), text.index("⟧") - 1
    return possible(text.replace("⟦", "").replace("⟧", ""), Span(start, end, label))


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("CREDIT_CARD", "order ⟦1234567812345678⟧"),
        ("CREDIT_CARD", "order ⟦4111 1111 1111 1112⟧."),
        ("CREDIT_CARD", "⟦411111111111⟧"),
        ("IBAN_CODE", "to ⟦DE89 3704 0044 0532 0130 01⟧"),
        ("IP_ADDRESS", "version ⟦2.4.1⟧"),
        ("IP_ADDRESS", "⟦1.2.3.4.5⟧"),
        ("IP_ADDRESS", "⟦300.1.1.1⟧"),
        ("IP_ADDRESS", "at ⟦12:34:56⟧"),
        ("IP_ADDRESS", "at ⟦12:34:56.789⟧"),
        ("IP_ADDRESS", "⟦300.01.1.1⟧"),
        ("EMAIL_ADDRESS", "⟦Ada Lovelace⟧ wrote"),
        ("US_SSN", "⟦000-12-3456⟧"),
        ("US_SSN", "⟦666121234⟧"),
    ],
)
def test_what_fails_its_check_is_impossible(label: str, text: str) -> None:
    assert not judged(text, label)
    assert judged(text, "ORGANIZATION")


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("CREDIT_CARD", "⟦4111 1111 1111 1111⟧"),
        ("CREDIT_CARD", "ending in ⟦1112⟧"),
        ("CREDIT_CARD", "⟦4111 1111 1111⟧ 1111"),
        ("CREDIT_CARD", "4⟦111111111111111⟧"),
        ("CREDIT_CARD", "⟦4111 1111 1111 1111 123⟧"),
        ("CREDIT_CARD", "⟦4111 l111 1111 1112⟧"),
        ("CREDIT_CARD", "⟦4111 **** **** 1112⟧"),
        ("CREDIT_CARD", "block my old card ⟦4111 1111 1111 1112⟧"),  # a slip, perhaps
        ("CREDIT_CARD", "⟦180055556666002⟧"),  # of no issuer known here
        ("IBAN_CODE", "⟦DE89 3704 0044 0532 0130 00⟧"),
        ("IBAN_CODE", "⟦DE89 3704 0044⟧ 0532 0130 00"),
        ("IBAN_CODE", "⟦DE89 37O4 OO44 O532 O13O O1⟧"),
        ("IBAN_CODE", "⟦IBAN DE89 3704 0044 0532 0130 00⟧"),
        ("IP_ADDRESS", "⟦192.168.0.1:80⟧"),
        ("IP_ADDRESS", "⟦10.0.0.0/8⟧"),
        ("IP_ADDRESS", "⟦192.168.0⟧.1"),
        ("IP_ADDRESS", "⟦fe80::1%eth0⟧"),
        ("IP_ADDRESS", "⟦[2001:db8::1]:443⟧"),
        ("IP_ADDRESS", "⟦10.0.0.x⟧"),
        ("IP_ADDRESS", "⟦192.168.001.001⟧"),
        ("IP_ADDRESS", "prefix ⟦2001:db8:85a3:8d3⟧"),
        ("IP_ADDRESS", "⟦3c:22:fb:9a:00:1e⟧"),
        ("IP_ADDRESS", "⟦00:50:56:12:34:78⟧"),
        ("EMAIL_ADDRESS", "⟦ada (at) example dot org⟧"),
        ("EMAIL_ADDRESS", "⟦ada at example.org⟧"),
        ("EMAIL_ADDRESS", "⟦ada.lovelace⟧@example.org"),
        ("EMAIL_ADDRESS", "ada@\n⟦example.org⟧"),
        ("EMAIL_ADDRESS", "⟦ada_at_example.org⟧"),
        ("EMAIL_ADDRESS", "⟦ada®example.org⟧"),
        ("EMAIL_ADDRESS", "⟦ada﹫example.org⟧"),
        ("US_SSN", "⟦536-22-1234⟧"),
        ("US_SSN", "⟦912-70-1234⟧, a taxpayer's number"),
        ("US_SSN", "⟦1234⟧"),
        ("PHONE_NUMBER", "⟦0000⟧"),
    ],
)
def test_what_may_be_is_kept(label: str, text: str) -> None:
    assert judged(text, label)


def applied(text: str, *spans: tuple[str, str]) -> list[tuple[str, str]]:
    given_spans = [Span(text.index(part), text.index(part) + len(part), label, 0.5) for label, part in spans]
    return [(span.label, text[span.start : span.end]) for span in apply(text, given_spans, LABELS | {"PERSON"})]


def test_what_the_model_missed_is_added_with_score_one() -> None:
    (span,) = apply("Mail ada@example.org", [], LABELS)
    assert (span.start, span.end, span.label, span.score) == (5, 20, "EMAIL_ADDRESS", 1.0)
    assert apply("Mail ada@example.org", [], {"PERSON"}) == []


def test_impossible_spans_are_dropped_and_others_stay_as_they_were() -> None:
    assert applied("Ada, order 4111 1111 1111 1112", ("PERSON", "Ada"), ("CREDIT_CARD", "4111 1111 1111 1112")) == [
        ("PERSON", "Ada")
    ]


def test_what_the_rules_find_replaces_spans_within_it_and_of_its_label() -> None:
    text = "Paid by card 4111 1111 1111 1111 today"
    card = ("CREDIT_CARD", "4111 1111 1111 1111")
    assert applied(text, ("PHONE_NUMBER", "4111 1111"), ("CUSTOMER_ID", "1111 today")) == [
        card,
        ("CUSTOMER_ID", "today"),
    ]
    assert applied(text, ("CREDIT_CARD", "card 4111 1111 1111 1111 today")) == [card]
    assert applied(text, ("CREDIT_CARD", "4111 1111 1111 1111 today")) == [card]
    misread = "4111 1111 1111 1111, 5500 0000 0000 OOO4"
    assert applied(misread, ("CREDIT_CARD", misread)) == [card, ("CREDIT_CARD", ", 5500 0000 0000 OOO4")]
    assert applied(text, ("PERSON", "by card 4111 1111 1111 1111 today")) == [
        ("PERSON", "by card"),
        card,
        ("PERSON", "today"),
    ]


@pytest.mark.parametrize(
    ("label", "address"),
    [
        ("EMAIL_ADDRESS", "smith&jones@example.com"),
        ("EMAIL_ADDRESS", "nguyễn@example.vn"),
        ("EMAIL_ADDRESS", "rene\u0301e@example.com"),
        ("URL", "https://example.org/O'Brien"),
        ("URL", "https://example.org/people/[jane]"),
        ("URL", "https://example.org/O'Brien?mail=ada@example.org"),
        ("IP_ADDRESS", "84.17.2.9:443"),
    ],
)
def test_an_address_that_goes_on_where_its_form_ends_stays_whole(label: str, address: str) -> None:
    assert applied(f"from {address}.", (label, address)) == [(label, address)]


def test_two_addresses_in_one_span_of_the_model_are_two() -> None:
    for first, second, joint in (
        ("ann@mail.org", "bob@mail.org", ","),
        ("192.168.1.1", "192.168.1.254", "-"),
        ("https://a.org/x", "https://b.org/y", "|"),
    ):
        both = first + joint + second
        label = {"a": "EMAIL_ADDRESS", "1": "IP_ADDRESS", "h": "URL"}[first[0]]
        assert applied(f"to {both} now", (label, both)) == [(label, first), (label, second)]
        # A span that ends within the second may not take the first one with it.
        assert applied(f"to {both} now", (label, both[:-4])) == [(label, first), (label, second)]


def test_a_span_that_is_broken_up_keeps_no_find_to_itself() -> None:
    text = "E-mail: john@www.example.com/about"
    assert [value for _, value in applied(text, ("EMAIL_ADDRESS", text))] == ["john@", "www.example.com/about"]
    assert [value for _, value in applied(text, ("EMAIL_ADDRESS", "@www.example.com/about"))] == [
        "john@",
        "www.example.com/about",
    ]


def test_of_two_finds_that_overlap_nothing_is_lost() -> None:
    spans = find("https://example.org/users/536-22-1234'b@x.org ok", LABELS)
    assert [(span.start, span.end) for span in spans] == [(0, 37), (37, 45)]
    assert found("x john@www.example.com/about-me-and-mine y") == [
        ("EMAIL_ADDRESS", "john@"),
        ("URL", "www.example.com/about-me-and-mine"),
    ]


@pytest.mark.parametrize("text", ["Www.janedoe.example is mine", "AKIAABCDEFGHIJKLMNOP"])
def test_what_is_found_needs_no_digit_elsewhere(text: str) -> None:
    assert found(text) == found(f"{text} 1") != []


def test_the_model_keeps_what_form_alone_does_not_tell() -> None:
    assert applied("NIF 12345678Z", ("TAX_ID", "12345678Z")) == [("TAX_ID", "12345678Z")]
    assert applied("go to 10.0.0.1/login", ("URL", "10.0.0.1/login")) == [("URL", "10.0.0.1/login")]


def test_the_masker_applies_the_rules_of_the_adapters_labels_unless_told_not_to(tiny_base: Base) -> None:
    labels = ("EMAIL_ADDRESS", "PERSON")
    texts = ["Mail ada@example.org about card 4111 1111 1111 1111.", "", "Nothing here"]
    tagger = random_tagger(tiny_base, labels)
    plain = list(Masker(tagger, rules=False).find_many(texts))
    found = list(tagger.find(map(Document, texts)))
    assert plain == [each.with_spans(whole(each.text, each.spans)) for each in found]
    ruled = list(Masker(tagger).find_many(texts))
    assert ruled == [each.with_spans(whole(each.text, apply(each.text, each.spans, labels))) for each in found]
    assert Span(5, 20, "EMAIL_ADDRESS") in ruled[0].spans


PIECES = st.sampled_from(
    [
        "4111 1111 1111 1111", "ada@example.org", "http://10.0.0.1/x", "DE89370400440532013000", "536-22-1234", " ",
        "\n", "Ada", "ip 203.0.113.9", "1.2.3", "é", "🙂", "@", "12345678Z", "-", "www.example.org",
        "3c:22:fb:9a:00:1e", TOKEN,
    ]
)  # fmt: skip
TEXTS = st.lists(st.one_of(PIECES, st.text(st.characters(codec="utf-8"), max_size=6)), max_size=25).map("".join)


@st.composite
def texts_with_spans(draw: st.DrawFn) -> tuple[str, list[Span]]:
    """Any text, with any spans that are valid on it."""
    text = draw(TEXTS)
    borders = sorted(draw(st.sets(st.integers(0, len(text)), max_size=12)))
    labels = st.sampled_from([*sorted(LABELS), "PERSON", "TAX_ID"])
    spans = [
        Span(start, end, draw(labels), 0.5)
        for start, end in pairwise(borders)
        if draw(st.booleans()) and not text[start:end].isspace()
    ]
    return text, spans


@settings(max_examples=500, deadline=None)
@given(texts_with_spans())
def test_spans_stay_valid_and_in_order_and_no_letter_is_lost(case: tuple[str, list[Span]]) -> None:
    text, spans = case
    result = apply(text, spans, LABELS)
    assert span_problems(text, result) == []
    assert result == sorted(result, key=lambda span: span.start)
    covered = {place for span in result for place in range(span.start, span.end)}
    sure = {span.label for span in find(text, LABELS)}
    for span in spans:
        if possible(text, span) and span.label not in sure:
            assert all(place in covered for place in range(span.start, span.end) if text[place].isalnum())
    for span in find(text, LABELS):
        assert covered.issuperset(range(span.start, span.end))


@pytest.mark.parametrize("piece", ["4 ", "4444 ", "1.", "1.1.1.1 ", "1-", "a@", "a.", "ab:", "DE12 ", "eyJ_", "a://"])
def test_a_megabyte_of_anything_takes_seconds(piece: str) -> None:
    text = piece * ((1 << 20) // len(piece))
    start = time.process_time()
    find(text, LABELS)
    assert time.process_time() - start < 20


def test_a_text_without_digits_or_an_at_sign_costs_next_to_nothing() -> None:
    text = "The patient was seen in the clinic and sent home. " * 20_000
    start = time.process_time()
    assert find(text, LABELS) == []
    assert time.process_time() - start < 0.1

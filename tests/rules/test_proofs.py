"""What a checksum proves a value to be is what it is, whatever the model says."""

import pytest

from loredact.document import Span
from loredact.rules import apply

LABELS = {
    "CREDIT_CARD",
    "IBAN_CODE",
    "NATIONAL_ID",
    "EMAIL_ADDRESS",
    "URL",
    "PERSON",
    "PASSWORD",
    "SECRET_KEY",
    "TAX_ID",
}
CARD, IBAN, CODICE = "4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00", "RSSMRA85M10H501S"


@pytest.mark.parametrize("label", ["PASSWORD", "SECRET_KEY", "URL", "EMAIL_ADDRESS", "PHONE_NUMBER", "CUSTOMER_ID"])
@pytest.mark.parametrize(("value", "proved"), [(CARD, "CREDIT_CARD"), (IBAN, "IBAN_CODE")])
def test_proof_wins_over_the_label_of_the_model(label: str, value: str, proved: str) -> None:
    text = f"It is {value}."
    for end in (len(text) - 1, len(text)):
        (span,) = apply(text, [Span(6, end, label, 0.99)], LABELS)
        assert (span.label, text[span.start : span.end], span.score) == (proved, value, 1.0)


@pytest.mark.parametrize("label", ["PASSPORT", "PHONE_NUMBER", "PERSON", "SECRET_KEY"])
def test_a_national_number_wins_over_labels_that_its_form_cannot_have(label: str) -> None:
    text = "con NIE X1234567L"
    (span,) = apply(text, [Span(8, 17, label, 0.99)], LABELS)
    assert span.label == "NATIONAL_ID"


@pytest.mark.parametrize("label", ["TAX_ID", "HEALTH_ID", "DRIVER_LICENSE"])
def test_what_else_a_national_number_serves_as_the_model_tells(label: str) -> None:
    text = "con NIE X1234567L"
    (span,) = apply(text, [Span(8, 17, label, 0.99)], LABELS)
    assert span.label == label


def test_a_password_that_holds_an_address_stays_whole() -> None:
    text = "password: ada@example.org!77"
    (span,) = apply(text, [Span(10, len(text), "PASSWORD", 0.9)], LABELS)
    assert (span.start, span.end, span.label) == (10, len(text), "PASSWORD")

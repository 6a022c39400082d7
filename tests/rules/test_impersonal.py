"""Numbers that name nobody are no find of the model, and those that may name somebody stay."""

import pytest

from loredact.document import Span
from loredact.rules import possible

GUID = "123e4567-e89b-12d3-a456-426614174000"
SHA1 = "9fceb02d0ae598e95dc970b74767f19372d61af8"


def judged(text: str, label: str) -> bool:
    """`possible` on the text between ⟦ and ⟧."""
    start, end = text.index("⟦"), text.index("⟧") - 1
    return possible(text.replace("⟦", "").replace("⟧", ""), Span(start, end, label))


@pytest.mark.parametrize(
    ("text", "label"),
    [
        (f"⟦{GUID}⟧", "PHONE_NUMBER"),
        ("id 123e4567-⟦e89b-12d3-a456-426614174000⟧", "US_SSN"),
        (f"request id ⟦{GUID}⟧", "DEVICE_ID"),
        (f"x-correlation-id: ⟦{GUID}⟧", "CUSTOMER_ID"),
        (f"⟦{GUID}⟧", "CRYPTO"),
        (f"⟦{SHA1}⟧", "PHONE_NUMBER"),
        (f"commit ⟦{SHA1}⟧", "SECRET_KEY"),
        ("MD5 (notes.txt) = ⟦5d41402abc4b2a76b9719d911017c592⟧", "CRYPTO"),
        ("merge ⟦4f2a9c1⟧ into main", "PASSWORD"),
        ("at ⟦1715946896123⟧", "BANK_ACCOUNT"),
        ("⟦1715946896123⟧ x", "PHONE_NUMBER"),
        ('"createdAt": ⟦1715946896123⟧', "CUSTOMER_ID"),
        ("⟦12:34:56.789⟧ started", "DATE_TIME"),
        ("customer ⟦259,060.07⟧", "CUSTOMER_ID"),
        ("⟦3,725.16⟧", "US_SSN"),
        ("⟦12.345,67⟧", "TAX_ID"),
        ("EUR ⟦4512⟧", "BANK_ACCOUNT"),
        ("⟦12 500⟧ €", "PHONE_NUMBER"),
        ("Build ⟦#48213⟧", "CUSTOMER_ID"),
        ("job ⟦6644221100⟧", "CREDIT_CARD"),
        ("OMB No. ⟦1545-0008⟧", "HEALTH_ID"),
        ("Form ⟦1099-MISC⟧", "VEHICLE_ID"),
    ],
)
def test_a_form_rules_a_label_out(text: str, label: str) -> None:
    assert not judged(text, label)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        (f"advertising id ⟦{GUID}⟧", "DEVICE_ID"),
        (f"⟦{GUID}⟧", "CUSTOMER_ID"),
        (f"request id ⟦{GUID}⟧", "MY_LABEL"),
        ("api key ⟦5d41402abc4b2a76b9719d911017c592⟧", "SECRET_KEY"),
        ("customer ⟦1715946896123⟧", "CUSTOMER_ID"),
        ("account ⟦1715946896⟧", "BANK_ACCOUNT"),
        ("call ⟦1632960018⟧", "PHONE_NUMBER"),
        ("call ⟦+44 20 7946 0958⟧", "PHONE_NUMBER"),
        ("Job: ⟦0171 555 01 23⟧", "PHONE_NUMBER"),
        ("born ⟦12.05.1971⟧", "DATE_OF_BIRTH"),
        ("built by ⟦Ada Moorcroft⟧", "PERSON"),
        ("released on ⟦12/03/2024⟧", "DATE_TIME"),
        ("paid ⟦EUR 12,000⟧", "QUANTITY"),
        ("at ⟦51.50, -0.12⟧", "LOCATION"),
        ("Form filled in by ⟦Marit⟧", "PERSON"),
        ("in the form: ⟦555-0123-77⟧", "PHONE_NUMBER"),
        ("call me at ⟦1632960018⟧", "PHONE_NUMBER"),
        ("Job: ⟦01715550123⟧", "PHONE_NUMBER"),
        ("⟦536221234⟧ $500.00", "US_SSN"),
        ("block ⟦5551234⟧", "CUSTOMER_ID"),
        ("password hash ⟦5d41402abc4b2a76b9719d911017c592⟧", "PASSWORD"),
        ("policy ⟦KD-000123⟧", "CUSTOMER_ID"),
        ("card ⟦4111 1111 1111 1111⟧ USD", "CREDIT_CARD"),
    ],
)
def test_what_may_be_somebodys_stays(text: str, label: str) -> None:
    assert judged(text, label)

"""A card's security code is found behind the word for it."""

import pytest

from loredact.rules import find


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("CVC 123", "123"), ("CVV: 123", "123"), ("cvv2=4321", "4321"), ('"cvc": "007"', "007"), ("CVC/CVV 123", "123"),
        ("the security code is 123.", "123"), ("Amex 3782 822463 10005, CID 1234", "1234"), ("CVC-Code: 123", "123"),
        ("Kartenprüfnummer: 123", "123"), ("cryptogramme visuel : 123", "123"), ("código de seguridad 123", "123"),
        ("CVV (123)", "123"),
    ],
)  # fmt: skip
def test_a_code_behind_its_word_is_found(text: str, code: str) -> None:
    spans = find(text, {"PASSWORD"})
    assert [(span.label, text[span.start : span.end]) for span in spans] == [("PASSWORD", code)]


@pytest.mark.parametrize(
    "text",
    [
        "CVC 12345",
        "CID 1234 LAC 77",
        "CVV check failed 123",
        "cvc 123.45",
        "CVC 12/27",
        "CVC 100 %",
        "discord 123",
        "csc101 3",
    ],
)
def test_other_numbers_are_none(text: str) -> None:
    assert find(text, {"PASSWORD"}) == []

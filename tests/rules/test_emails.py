"""Addresses with RFC 5321's signs, behind keys, and spelt out."""

import pytest

from loredact.rules import find


def addresses(text: str) -> list[str]:
    return [
        text[span.start : span.end] for span in find(text, {"EMAIL_ADDRESS", "URL"}) if span.label == "EMAIL_ADDRESS"
    ]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Send it to x400/g=ada/s=moorcroft@example.org.", "x400/g=ada/s=moorcroft@example.org"),
        ("/g=ada/s=moorcroft/@example.org", "/g=ada/s=moorcroft/@example.org"),
        ("Post to ada=list@example.org!", "ada=list@example.org"),
        ("Is {ada}@example.org right?", "{ada}@example.org"),
        ("bounce+ada=example.com@lists.example.org", "bounce+ada=example.com@lists.example.org"),
        ("smith&jones@example.com", "smith&jones@example.com"),
        ("host!ada.b#c$d*e^f~g@example.org", "host!ada.b#c$d*e^f~g@example.org"),
        ("mail o'neil_1@example.co.uk", "o'neil_1@example.co.uk"),
    ],
)  # fmt: skip
def test_the_other_signs_of_the_part_before_the_at_belong_to_an_address(text: str, address: str) -> None:
    assert addresses(text) == [address]


@pytest.mark.parametrize(
    "text",
    [
        "/path?key=⟦ada@example.org⟧&x=1", "GET /x?a=1&mail=⟦ada@example.org⟧", "to=⟦ada@example.org⟧ status=sent",
        "user_email=⟦ada@example.org⟧", "?q=⟦ada@example.org⟧", "**⟦ada@example.org⟧**", "a|⟦ada@example.org⟧|b",
        "/home/⟦ada@example.org⟧/x", '{"mail":"⟦ada@example.org⟧"}', "{⟦ada@example.org⟧}", "&lt;⟦ada@example.org⟧&gt;",
        "#⟦ada@example.org⟧", "$⟦ada@example.org⟧", "u=⟦ada@example.org⟧", "`⟦ada@example.org⟧`",
    ],
)  # fmt: skip
def test_a_key_or_a_sign_before_an_address_is_none_of_it(text: str) -> None:
    before, address, _ = text.replace("⟧", "⟦").split("⟦")
    plain = text.replace("⟦", "").replace("⟧", "")
    assert addresses(plain) == [address], before


@pytest.mark.parametrize("text", ["{{user}}@example.org", "${user}@example.org", "a {{x}}@b.org"])
def test_a_template_is_no_address(text: str) -> None:
    assert addresses(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Write to ⟦ada (at) example (dot) org⟧.", "⟦ada[at]example[dot]org⟧", "⟦ada {at} example {dot} org⟧",
        "⟦ada.moorcroft (at) example.org⟧", "⟦ada(a)example.org⟧", "⟦ada AT example DOT org⟧",
        "⟦ada_m [AT] mail [DOT] example [DOT] org⟧",
        "my e-mail is ⟦ada at example dot org⟧", "mail: ⟦ada dot moorcroft at example dot co dot uk⟧",
        "E-Mail: ⟦ada (ät) example (punkt) de⟧", "correo: ⟦ada arroba example punto es⟧",
        "⟦ada ( at ) example.org⟧", "⟦ada(arroba)example.org⟧", "⟦ada [ät] example.de⟧",
        "mail ⟦ada at example point fr⟧",
    ],
)  # fmt: skip
def test_a_spelt_address_is_found(text: str) -> None:
    _, address, _ = text.replace("⟧", "⟦").split("⟦")
    assert addresses(text.replace("⟦", "").replace("⟧", "")) == [address]


@pytest.mark.parametrize(
    "text",
    [
        "I work at example.org.", "Look at the dot on the page.", "See (a) the list, (b) the table.", "Meet at noon",
        "The dot com bubble burst at last dot by dot", "Section 3 (a) applies", "He is at home (at least today)",
    ],
)  # fmt: skip
def test_prose_is_no_spelt_address(text: str) -> None:
    assert addresses(text) == []

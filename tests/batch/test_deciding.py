import pytest

from loredact.batch.deciding import Evidence
from loredact.document import Span
from loredact.formats import Cell


def evidence(texts: list[str], label: str, scores: list[float]) -> Evidence:
    """A column of `texts`, each found whole with its score; 0 is not found."""
    made = Evidence()
    for text, score in zip(texts, scores, strict=True):
        made.add(Cell(text, ""), [Span(0, len(text), label, score)] if score else [])
    return made


def test_values_are_personal_where_most_of_them_are_found_for_sure() -> None:
    names = [f"Name {n}" for n in range(20)]
    assert evidence(names, "PERSON", [0.95] * 16 + [0.0] * 4).is_personal("name")
    assert not evidence(names, "PERSON", [0.6] * 10 + [0.0] * 10).is_personal("department")


def test_few_values_are_personal_where_a_third_of_them_is_found() -> None:
    assert evidence(["Ada", "new", "open"], "PERSON", [0.9, 0.0, 0.0]).is_personal("note")


def test_texts_are_personal_where_a_third_of_them_holds_somebody() -> None:
    made = Evidence()
    for number in range(20):
        text = "Please ring Ada Lovelace, she called twice."
        made.add(Cell(text, ""), [Span(12, 24, "PERSON", 0.5)] if number < 7 else [])
    assert made.is_personal("note")
    assert made.label == "PERSON"
    assert made.share == 0.35


@pytest.mark.parametrize("heading", ["ean", "código", "anything"])
def test_column_of_article_numbers_is_no_column_of_telephones(heading: str) -> None:
    articles = ["5186465974744", "5556579300348", "6606204523891", "1484630835383"]
    assert not evidence(articles, "PHONE_NUMBER", [1.0] * 4).is_personal(heading)
    assert evidence([*articles[:2], "5186465974745", "5556579300349"], "PHONE_NUMBER", [1.0] * 4).is_personal(heading)


def test_rows_own_numbers_are_nobodys_and_postcodes_are_somebodys() -> None:
    numbers = [str(40_000 + n) for n in range(20)]
    assert not evidence(numbers, "LOCATION", [1.0] * 20).is_personal("Nr.")
    assert evidence(numbers, "LOCATION", [1.0] * 20).is_personal("PLZ")
    assert not evidence(numbers, "PHONE_NUMBER", [1.0] * 20).is_personal("ext")


@pytest.mark.parametrize(
    ("heading", "personal"),
    [
        ("Bestellnummer", False), ("no_commande", False), ("nº_encomenda", False), ("zamówienie", False),
        ("orderNo", False), ("Kundennummer", True), ("member_id", True), ("customer_no", True),
    ],
)  # fmt: skip
def test_numbers_of_orders_are_told_from_those_of_customers_by_their_heading(heading: str, personal: bool) -> None:
    numbers = [f"A{n:05}-07" for n in range(20)]
    assert evidence(numbers, "CUSTOMER_ID", [1.0] * 20).is_personal(heading) == personal


def test_telephone_of_an_order_is_somebodys() -> None:
    assert evidence(["+44 1632 960123"] * 20, "PHONE_NUMBER", [1.0] * 20).is_personal("order_phone")

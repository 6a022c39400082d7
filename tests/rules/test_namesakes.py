"""A disease, a program or a typeface is told from its namesake by the word next to it."""

import pytest

from loredact.document import Span
from loredact.rules import possible


def judged(text: str) -> bool:
    start, end = text.index("⟦"), text.index("⟧") - 1
    return possible(text.replace("⟦", "").replace("⟧", ""), Span(start, end, "PERSON"))


@pytest.mark.parametrize(
    "text",
    [
        "⟦Parkinson⟧'s disease", "⟦Parkinson's⟧ disease", "No ⟦Crohn⟧ disease", "⟦Hashimoto⟧’s thyroiditis",
        "Morbus ⟦Basedow⟧",
        "maladie de ⟦Crohn⟧", "Enfermedad de ⟦Parkinson⟧", "The ⟦Cassandra⟧ cluster", "Apache ⟦Cassandra⟧",
        "⟦Jenkins⟧ pipeline",
        "Open ⟦Grafana⟧ now", "set in ⟦Georgia⟧, 11 pt", "font-family: ⟦Georgia⟧, serif",
        "Typeface: ⟦Caslon⟧", "in ⟦Times New Roman⟧",
    ],
)  # fmt: skip
def test_a_namesake_with_its_word_is_a_thing(text: str) -> None:
    assert not judged(text)


@pytest.mark.parametrize(
    "text",
    [
        "Mr ⟦Parkinson⟧'s disease", "Ada ⟦Parkinson⟧'s disease", "⟦Ada Parkinson⟧'s disease",
        "⟦Oldershaw⟧'s disease", "⟦Parkinson⟧ called",
        "⟦Cassandra⟧ wrote", "Ms ⟦Jenkins⟧ job application", "⟦Jenkins⟧ said that the pipeline leaks",
        "born in ⟦Georgia⟧", "⟦Garamond⟧ was here",
    ],
)  # fmt: skip
def test_without_it_a_namesake_is_a_name(text: str) -> None:
    assert judged(text)

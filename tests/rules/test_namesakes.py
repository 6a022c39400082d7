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


@pytest.mark.parametrize(
    "text",
    [
        "⟦Barthel⟧ 45", "⟦Waterlow⟧ 17", "⟦Killip⟧ II", "⟦Barthel⟧ 19/20.", "⟦Gleason⟧ 7 (3+4)",
        "⟦Charlson⟧: 4, ", "⟦Hoehn⟧ en Yahr 3",
        "score de ⟦Glasgow⟧ 15", "⟦Glasgow⟧ Coma Scale",
        "the ⟦Evans⟧ score", "⟦Romberg⟧ neg.", "⟦Babinski⟧ bilat. neg", "⟦Murphy⟧'s sign",
        "Pas de ⟦Babinski⟧", "⟦Foley⟧ in situ", "DK ⟦Foley⟧ Ch 16", "OP nach ⟦Hartmann⟧", "⟦Mallory-Weiss⟧ tear",
        "Mb ⟦Basedow⟧", "choroba ⟦Crohna⟧", "M. ⟦Bechterew⟧", "frattura di ⟦Colles⟧",
    ],
)  # fmt: skip
def test_medicines_names_with_their_word_are_things(text: str) -> None:
    assert not judged(text)


@pytest.mark.parametrize(
    "text",
    [
        "Frau ⟦Barthel⟧ 45 Jahre", "⟦Evans⟧ 45, bay C", "⟦Murphy⟧ neg, Allen pos", "M. ⟦Bowen⟧ est venu",
        "M. ⟦Raynaud⟧ va bien", "Mrs ⟦Jackson-Pratt⟧", "⟦Hartmann⟧ seen", "Dr ⟦Foley⟧ in situ", "⟦Weber⟧ links",
        "⟦Frankel⟧ 45 ans", "⟦Gleason⟧ 0170 5550123", "⟦Braden⟧ 12-03-1956", "⟦Kellgren⟧ 45 år",
        "nach ⟦Simpson⟧ gefragt", "moved to ⟦Glasgow⟧ 15 years ago", "the ⟦Oxford⟧ class of 1998",
        "a ⟦Paris⟧ stage", "⟦Wilson⟧ called",
    ],
)  # fmt: skip
def test_without_it_medicines_names_are_peoples_and_towns(text: str) -> None:
    assert judged(text)

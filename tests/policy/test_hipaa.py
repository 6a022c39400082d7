"""The policy `hipaa-safe-harbor` on generated clinical text, with identifiers and without."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loredact import Masker
from loredact.document import Document, Masked, Span
from loredact.errors import BaseError
from loredact.operators import Context
from loredact.policy import CompiledPolicy, find_policy
from loredact.synthetic import make_corpus
from loredact.values import ages, dates, places

THIS_YEAR = date.today().year


@pytest.fixture(scope="module")
def policy() -> CompiledPolicy:
    return CompiledPolicy(find_policy("hipaa-safe-harbor"))


@pytest.fixture(scope="module")
def clinical() -> list[Document]:
    documents, _ = make_corpus(1200, 0, 7, pii_free=0.0, languages=["en"])
    chosen = [d for d in documents if any("clinical_note" in str(name) for name in d.extra["templates"])]  # type: ignore[attr-defined]
    assert len(chosen) > 30
    return chosen


def mask(policy: CompiledPolicy, document: Document) -> Masked:
    return policy.open(Context()).apply(document.text, document.spans)


def test_whatever_of_the_18_kinds_is_found_is_masked_or_generalised(
    policy: CompiledPolicy, clinical: list[Document]
) -> None:
    labels: set[str] = set()
    for document in clinical:
        masked = mask(policy, document)
        for kept in masked.kept:
            text = document.text[kept.span.start : kept.span.end]
            age, year = ages.years(text), dates.is_year(text)
            assert kept.span.label in {"AGE", "DATE_TIME", "LOCATION"}
            assert (age is not None and age < 90) or year or places.is_state(text) or places.is_country(text)
        for replacement in masked.replacements:
            original = document.text[replacement.span.start : replacement.span.end]
            labels.add(replacement.span.label)
            assert replacement.text != original
            told = replacement.text.removeprefix(f"[{replacement.span.label}]")
            # What is told in its place is a year, a band of ages over 89, or three digits of a ZIP code.
            assert not told or dates.is_year(told) or told == "90+" or places.first_of_zip(original) == told
    assert {"PERSON", "HEALTH_ID", "DATE_OF_BIRTH", "DATE_TIME", "PHONE_NUMBER", "STREET_ADDRESS"} <= labels


NOTES = "A patient of {} years, seen in {}, moved here from {}. Nothing else of note; {} again."
STATES = ["Ohio", "Texas", "California", "Vermont", "MA", "Puerto Rico", "Canada", "Mexico", "United Kingdom"]


@given(age=st.integers(0, 89), year=st.integers(THIS_YEAR - 89, THIS_YEAR), place=st.sampled_from(STATES))
def test_ages_below_90_years_and_states_come_out_unchanged(
    policy: CompiledPolicy, age: int, year: int, place: str
) -> None:
    values = (("AGE", f"{age}"), ("DATE_TIME", f"{year}"), ("LOCATION", place), ("AGE", f"{age}"))
    pieces, spans, length = NOTES.split("{}"), [], 0
    for piece, (label, value) in zip(pieces, values, strict=False):
        length += len(piece)
        spans.append(Span(length, length + len(value), label))
        length += len(value)
    document = Document(NOTES.format(*(value for _, value in values)), tuple(spans))
    assert mask(policy, document).text == document.text


def test_generated_clinical_texts_with_nothing_else_come_out_unchanged(
    policy: CompiledPolicy, clinical: list[Document]
) -> None:
    """As if ages below 90, bare years and states were all there is to find in each."""
    unchanged = 0
    for document in clinical:
        left = tuple(span for span in document.spans if _stays(span, document.text[span.start : span.end]))
        if left:
            assert mask(policy, Document(document.text, left)).text == document.text
            unchanged += 1
    assert unchanged > 5


def _stays(span: Span, text: str) -> bool:
    age = ages.years(text)
    return (
        (span.label == "AGE" and age is not None and age < 90)
        or (span.label == "DATE_TIME" and dates.is_year(text) and int(text[:4]) > THIS_YEAR - 90)
        or (span.label == "LOCATION" and (places.is_state(text) or places.is_country(text)))
    )


def test_what_the_default_adapter_finds_in_clinical_texts_is_treated_alike(clinical: list[Document]) -> None:
    try:
        masker = Masker.load(policy="hipaa-safe-harbor")
    except BaseError as error:
        pytest.skip(f"the base of the default adapter cannot be had: {error}")
    texts = [document.text for document in clinical[:40]]
    masked = list(masker.mask_many(texts))
    assert sum(len(one.replacements) for one in masked) > 100
    for text, one in zip(texts, masked, strict=True):
        for kept in one.kept:
            assert _stays(kept.span, text[kept.span.start : kept.span.end])
        for replacement in one.replacements:
            assert not _stays(replacement.span, text[replacement.span.start : replacement.span.end])


@pytest.mark.parametrize("age", ["90", "97", "104", "97-year-old"])
def test_ages_over_89_are_one_band(policy: CompiledPolicy, age: str) -> None:
    assert mask(policy, Document(age, (Span(0, len(age), "AGE"),))).text == "90+"


def test_a_year_that_tells_an_age_over_89_is_not_told(policy: CompiledPolicy) -> None:
    for text in (f"{THIS_YEAR - 90}", f"4 March {THIS_YEAR - 95}"):
        assert mask(policy, Document(text, (Span(0, len(text), "DATE_TIME"),))).text == "[DATE_TIME]"

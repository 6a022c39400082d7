"""What was surely found is masked wherever else it stands in its text."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loredact.bases import Base
from loredact.document import Span, span_problems
from loredact.masking import Masker
from loredact.masking.repeats import repeats
from tests.conftest import random_tagger

TEXT = "Dear Ada Moorcroft, file ada.txt, Ada Moorcroft.pdf, MyAda Moorcrofts, Ada Moorcroft"


def again(text: str, *spans: Span) -> list[tuple[int, int, str]]:
    return [(span.start, span.end, span.label) for span in repeats(text, spans)]


def test_repeats_of_a_confident_span_are_found_as_whole_words() -> None:
    assert again(TEXT, Span(5, 18, "PERSON", 0.95)) == [(34, 47, "PERSON"), (71, 84, "PERSON")]


@pytest.mark.parametrize(
    "span", [Span(5, 18, "PERSON", 0.5), Span(5, 8, "PERSON", 0.99), Span(5, 18, "DATE_TIME", 0.99)]
)
def test_repeats_of_uncertain_and_short_values_and_dates_are_not_looked_for(span: Span) -> None:
    assert again(TEXT, span) == []


def test_repeats_overlap_nothing_that_was_found() -> None:
    text = "Moorcroft and Ada Moorcroft"
    assert again(text, Span(0, 9, "PERSON", 0.99), Span(14, 27, "PERSON", 0.4)) == []


WORDS = st.lists(
    st.sampled_from(["Ada Moorcroft", "Moorcroft", "Ada", "x", " ", ", ", "1234", "Moorcrofts"]), max_size=20
)


@given(WORDS.map("".join), st.data())
def test_repeats_are_in_order_apart_and_have_the_value_of_a_span(text: str, data: st.DataObject) -> None:
    borders = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    spans = [
        Span(start, end, data.draw(st.sampled_from(["PERSON", "CUSTOMER_ID"])), data.draw(st.sampled_from([0.5, 0.95])))
        for start, end in pairwise(borders)
        if text[start:end].strip()
    ]
    added = repeats(text, spans)
    assert added == sorted(added, key=lambda span: span.start)
    assert span_problems(text, [*spans, *added]) == []
    values = {text[span.start : span.end] for span in spans}
    assert all(text[span.start : span.end] in values for span in added)


def test_repeats_in_a_long_text_of_many_values_take_less_than_a_second() -> None:
    text = " ".join(f"Name{number % 700:04}x" for number in range(6000))
    spans = [Span(place * 10, place * 10 + 9, "PERSON", 0.99) for place in range(700)]
    start = time.process_time()
    assert len(repeats(text, spans)) == 6000 - 700
    assert time.process_time() - start < 2


def test_masker_masks_repeats_where_it_is_asked_to(tiny_base: Base) -> None:
    tagger = random_tagger(tiny_base, ("EMAIL_ADDRESS", "PERSON"))
    text = "Mail from ip ada@example.org. " * 3
    without = Masker(tagger).find(text)
    again = repeats(text, without)
    assert Masker(tagger, repeats=True).find(text) == sorted([*without, *again], key=lambda span: span.start)

"""A span cuts no sign, and holds more than control characters, punctuation and blanks."""

from itertools import pairwise

import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st

from loredact.bases import Base
from loredact.document import Span
from loredact.escapes import ESCAPE, stands_for
from loredact.masking import Masker
from loredact.rules.whole import boundary, whole
from tests.conftest import random_tagger

PARTS = st.sampled_from(
    [
        r"\u00e9", r"\ud83d\ude00", "&eacute;", "&nbsp;", "%40", "%C3%A9", "\x1b[1m", "\x1b[0m", "\r\n", "\r",
        "\n", "👩🏽‍🚀", "🇩🇪",
        "e\u0301", "각", "न्\u200dदी", "\u200d", "\u0301", "Ada", " ", ".", "-", '"', r"\n", "\\", "\x00", "\u0600",
    ]
)  # fmt: skip
TEXTS = st.lists(st.one_of(PARTS, st.text(st.characters(codec="utf-8"), max_size=3)), max_size=20).map("".join)


@st.composite
def texts_with_spans(draw: st.DrawFn) -> tuple[str, list[Span]]:
    """Any text, with any spans in order and apart."""
    text = draw(TEXTS)
    borders = sorted(draw(st.sets(st.integers(0, len(text)), max_size=10)))
    return text, [Span(start, end, "X", 0.5) for start, end in pairwise(borders) if draw(st.booleans())]


def signs(text: str) -> list[tuple[int, int]]:
    """What may not be cut."""
    escapes = [match.span() for match in ESCAPE.finditer(text) if stands_for(match) is not None]
    return escapes + [match.span() for match in regex.finditer(r"\X", text)]


def assert_whole(text: str, spans: list[Span]) -> None:
    past = 0
    for span in spans:
        assert past <= span.start < span.end <= len(text)
        past = span.end
        held = text[span.start : span.end]
        assert regex.search(r"[^\p{Cc}\p{Cf}\p{Z}\p{P}\p{Mn}\p{Me}\p{Sm}\p{Sc}\p{Sk}]", held)
        for start, end in signs(text):
            assert not start < span.start < end
            assert not start < span.end < end


@settings(max_examples=1000)
@given(texts_with_spans())
@example(("a\r\nb", [Span(0, 2, "X"), Span(2, 4, "X")]))
@example(("👩🏽‍🚀", [Span(0, 1, "X"), Span(1, 2, "X"), Span(2, 4, "X")]))
@example(("\u0301a", [Span(0, 2, "X")]))
def test_no_span_cuts_a_sign_or_says_nothing(case: tuple[str, list[Span]]) -> None:
    text, spans = case
    assert_whole(text, whole(text, spans))


@settings(max_examples=1000)
@given(texts_with_spans())
def test_no_letter_of_a_span_is_lost_and_a_whole_span_stays_as_it_is(case: tuple[str, list[Span]]) -> None:
    text, spans = case
    result = whole(text, spans)
    covered = {place for span in result for place in range(span.start, span.end)}
    in_escapes = {place for match in ESCAPE.finditer(text) for place in range(*match.span())}
    for span in spans:
        for place in range(span.start, span.end):
            assert place in covered or place in in_escapes or not text[place].isalnum()
    assert whole(text, result) == result


@given(TEXTS, st.data())
def test_a_text_of_some_words_is_cut_between_signs(text: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(text)))
    cut = boundary(text, place)
    assert cut <= place
    if len(text) <= 64:
        assert not any(start < cut < end for start, end in signs(text))


@pytest.mark.parametrize(
    ("text", "found", "held"),
    [
        (r"Ren\u00e9 Dubois", r"Ren\u00", r"Ren\u00e9"),
        ("ada%40example.org", "40example.org", "%40example.org"),
        ("\x1b[1mAda Moorcroft\x1b[0m", "1mAda Moorcroft", "Ada Moorcroft"),
        ("\x1b[1mAda Moorcroft\x1b[0m", "Ada Moorcroft\x1b[", "Ada Moorcroft"),
        ("Ada Moorcroft\r\nTel", "Ada Moorcroft\r", "Ada Moorcroft"),
        ("Rene\u0301 Dubois", "Rene", "Rene\u0301"),
        ('"by\\tAda Moorcroft"', "tAda Moorcroft", "Ada Moorcroft"),
        ("&lt;Ada&gt;", "lt;Ada", "&lt;Ada"),
        ("Ada&nbsp;Moorcroft", "nbsp;Moorcroft", "Moorcroft"),
        ("x --- y", "---", None),
        ("x \x1b[31m y", "\x1b[31m", None),
        ("x &hellip; y", "&hellip;", None),
        ("x € y", "€", None),
        ("x 🙂 y", "🙂", "🙂"),
    ],
)
def test_a_letter_is_taken_in_and_a_blank_is_left(text: str, found: str, held: str | None) -> None:
    start = text.index(found)
    result = whole(text, [Span(start, start + len(found), "X")])
    assert [text[span.start : span.end] for span in result] == ([] if held is None else [held])


@pytest.fixture(scope="module")
def random_masker(tiny_base: Base) -> Masker:
    return Masker(random_tagger(tiny_base))


@settings(max_examples=100)
@given(text=TEXTS)
def test_the_masker_cuts_no_sign_whatever_the_weights(random_masker: Masker, text: str) -> None:
    assert_whole(text, random_masker.find(text))

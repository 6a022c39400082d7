"""A text of any length is masked section by section, with nothing lost, doubled or torn at their edges."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loredact.bases import Base
from loredact.document import Span
from loredact.masking import Masker
from loredact.masking import sections as module
from loredact.masking.sections import sections
from tests.conftest import random_tagger


@pytest.fixture(autouse=True)
def short_sections(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sections of some words, so that short texts have many."""
    monkeypatch.setattr(module, "CORE", 60)
    monkeypatch.setattr(module, "CONTEXT", 25)
    monkeypatch.setattr(module, "_SEARCH", 20)


BLOCKS = st.lists(st.text(st.sampled_from("ab \n\r\té👩"), max_size=70), max_size=12)


@given(BLOCKS)
def test_the_cores_tile_the_text(blocks: list[str]) -> None:
    whole = "".join(blocks)
    position = 0
    for section in sections(blocks):
        assert section.core_start == position
        assert section.text == whole[section.start : section.start + len(section.text)]
        position = section.core_end
    assert position == len(whole)
    assert section.last


@given(BLOCKS)
def test_sections_do_not_depend_on_how_the_text_arrives(blocks: list[str]) -> None:
    assert list(sections(blocks)) == list(sections(["".join(blocks)])) == list(sections("".join(blocks)))


def test_no_section_grows_with_the_text() -> None:
    assert max(len(section.text) for section in sections(["word " * 10_000])) <= 60 + 2 * 25


def test_a_core_ends_behind_a_line_break_where_there_is_one() -> None:
    text = "one two three\n" * 40
    assert all(text[section.core_end - 1] == "\n" for section in sections([text]))


def test_a_span_across_the_end_of_a_core_is_masked_once_and_whole() -> None:
    text = "x" * 300
    first, second, *_ = sections([text])
    crossing = Span(first.core_end - 4, first.core_end + 4, "NAME")
    assert first.own([crossing], 0) == [crossing]
    again = Span(crossing.start - second.start, crossing.end - second.start, "NAME")
    assert second.own([again], crossing.end) == []


def test_what_only_the_later_section_finds_is_masked_from_its_core_on() -> None:
    first, second, *_ = sections(["x" * 300])
    early = Span(0, first.core_end + 4 - second.start, "NAME")
    (left,) = second.own([early], 0)
    assert (left.start + second.start, left.end + second.start) == (first.core_end, first.core_end + 4)


@settings(max_examples=30, deadline=None)
@given(st.lists(BLOCKS, max_size=4))
def test_a_stream_is_masked_as_the_whole_texts_are(tiny_base: Base, texts: list[list[str]]) -> None:
    masker = Masker(random_tagger(tiny_base))
    streamed = "".join(masker.mask_stream(texts))
    assert streamed == "".join(masked.text for masked in masker.mask_many("".join(blocks) for blocks in texts))

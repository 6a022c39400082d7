"""A text of any length is masked chunk by chunk, with nothing lost, doubled or torn at their edges."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loredact.bases import Base
from loredact.document import Span
from loredact.masking import Masker
from loredact.masking import chunks as module
from loredact.masking.chunks import chunks
from tests.conftest import random_tagger


@pytest.fixture(autouse=True)
def short_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of some words, so that short texts have many."""
    monkeypatch.setattr(module, "CORE", 60)
    monkeypatch.setattr(module, "CONTEXT", 25)
    monkeypatch.setattr(module, "_SEARCH", 20)


BLOCKS = st.lists(st.text(st.sampled_from("ab \n\r\té👩"), max_size=70), max_size=12)


@given(BLOCKS)
def test_cores_of_chunks_tile_the_text(blocks: list[str]) -> None:
    whole = "".join(blocks)
    position = 0
    for chunk in chunks(blocks):
        assert chunk.core_start == position
        assert chunk.text == whole[chunk.start : chunk.start + len(chunk.text)]
        position = chunk.core_end
    assert position == len(whole)
    assert chunk.last


@given(BLOCKS)
def test_chunks_do_not_depend_on_how_the_text_arrives(blocks: list[str]) -> None:
    assert list(chunks(blocks)) == list(chunks(["".join(blocks)])) == list(chunks("".join(blocks)))


def test_chunk_does_not_grow_with_the_text() -> None:
    assert max(len(chunk.text) for chunk in chunks(["word " * 10_000])) <= 60 + 2 * 25


def test_core_ends_after_a_line_break_where_there_is_one() -> None:
    text = "one two three\n" * 40
    assert all(text[chunk.core_end - 1] == "\n" for chunk in chunks([text]))


def test_span_across_the_end_of_a_core_is_masked_once_and_whole() -> None:
    text = "x" * 300
    first, second, *_ = chunks([text])
    crossing = Span(first.core_end - 4, first.core_end + 4, "NAME")
    assert first.own([crossing], 0) == [crossing]
    again = Span(crossing.start - second.start, crossing.end - second.start, "NAME")
    assert second.own([again], crossing.end) == []


def test_span_that_only_the_later_chunk_finds_is_masked_from_its_core_on() -> None:
    first, second, *_ = chunks(["x" * 300])
    early = Span(0, first.core_end + 4 - second.start, "NAME")
    (left,) = second.own([early], 0)
    assert (left.start + second.start, left.end + second.start) == (first.core_end, first.core_end + 4)


@settings(max_examples=30, deadline=None)
@given(st.lists(BLOCKS, max_size=4))
def test_stream_of_texts_is_masked_as_the_whole_texts_are(tiny_base: Base, texts: list[list[str]]) -> None:
    masker = Masker(random_tagger(tiny_base))
    streamed = "".join(masker.mask_stream(texts))
    assert streamed == "".join(masked.text for masked in masker.mask_many("".join(blocks) for blocks in texts))

"""Tags, windows and rows hold what the text and its spans say."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from loredact.bases import Base
from loredact.document import Document, Span
from loredact.encoding import TagSet, encode, pack_windows, windows


def test_a_span_becomes_begin_inside_end_and_a_short_one_single(tiny_base: Base) -> None:
    tokenizer = Tokenizer.from_file(str(tiny_base.folder / "tokenizer.json"))
    text = "x Qqqq x"
    tags = TagSet(["P"])
    tokens = encode(tokenizer, text)
    names = [tags.names[tag] for tag in tags.write(tokens, [Span(0, 1, "P"), Span(2, 6, "P")])]
    assert names[0] == "S-P"
    inner = names[names.index("B-P") : names.index("E-P") + 1]
    assert inner == ["B-P", *["I-P"] * (len(inner) - 2), "E-P"]
    assert names[-1] == "O"


def test_offsets_are_code_points_without_the_white_space_around(tiny_base: Base) -> None:
    tokenizer = Tokenizer.from_file(str(tiny_base.folder / "tokenizer.json"))
    text = "Ada 👩🏽‍🚀  Erdős\r\n"
    tokens = encode(tokenizer, text)
    for start, end in zip(tokens.starts, tokens.ends, strict=True):
        assert 0 <= start <= end <= len(text)
        assert text[start:end] == text[start:end].strip()
    assert list(tokens.starts) == sorted(tokens.starts)
    assert list(tokens.ends) == sorted(tokens.ends)


def test_a_label_outside_the_set_is_left_out(tiny_base: Base, people: list[Document]) -> None:
    tokenizer = Tokenizer.from_file(str(tiny_base.folder / "tokenizer.json"))
    tags = TagSet(["PHONE"])
    written = tags.write(encode(tokenizer, people[0].text), people[0].spans)
    assert {tags.names[tag][2:] for tag in written if tag} == {"PHONE"}


@given(count=st.integers(0, 500), length=st.integers(2, 64), data=st.data(), causal=st.booleans())
def test_the_cores_of_windows_tile_the_text_and_lie_within_them(
    count: int, length: int, data: st.DataObject, causal: bool
) -> None:
    overlap = data.draw(st.integers(0, length - 1))
    made = windows(count, length, overlap, causal=causal)
    position = 0
    for window in made:
        assert window.core_start == position
        assert window.start <= window.core_start < window.core_end <= window.end
        assert len(window) <= length
        position = window.core_end
    assert position == count
    for earlier, later in pairwise(made):
        assert earlier.end - later.start >= overlap


@given(lengths=st.lists(st.integers(1, 30), max_size=40), row_tokens=st.integers(1, 64))
def test_rows_hold_every_window_once_the_shortest_first(lengths: list[int], row_tokens: int) -> None:
    items = [range(length) for length in lengths]
    rows = list(pack_windows(items, row_tokens))
    assert sorted(len(item) for row in rows for item in row.windows) == sorted(lengths)
    for row in rows:
        assert len(row) <= row_tokens or len(row.windows) == 1
        assert row.lengths == sorted(row.lengths)
        assert sum(row.lengths) == len(row)

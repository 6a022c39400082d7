"""Spans end where they should, within a token too; and nothing moves outwards."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from loredact.bases import Base
from loredact.decoding import Boundaries, fit_boundaries
from loredact.document import Span
from loredact.encoding import Tokens, encode

# One token a word, as a tokenizer gives them that joins marks.
TEXT = "Seen by A. Roy (born 1961). He left."
TOKENS = Tokens(
    ids=np.arange(9),
    starts=np.array([0, 5, 8, 11, 15, 16, 21, 25, 28]),
    ends=np.array([4, 7, 10, 14, 16, 20, 25, 27, 30]),
)
# "1961" and the marks ")." after it, of which the date's span takes the first.
YEAR = Span(21, 26, "DATE")


def test_boundaries_are_counted_as_the_share_of_a_token_that_belongs_to_a_span() -> None:
    boundaries = fit_boundaries([(TEXT, TOKENS, [YEAR])])
    assert boundaries.ends == {").": 1}


def test_boundaries_within_a_token_are_corrected() -> None:
    whole = Span(21, 27, "DATE", 0.7)
    (found,) = Boundaries(ends={").": 1}).apply(TEXT, TOKENS, [whole])
    assert (found.start, found.end, found.label, found.score) == (21, 26, "DATE", 0.7)


def test_boundaries_leave_a_token_whole_that_mostly_belongs_to_its_span() -> None:
    whole = Span(21, 27, "DATE")
    assert fit_boundaries([(TEXT, TOKENS, [whole]), (TEXT, TOKENS, [whole]), (TEXT, TOKENS, [YEAR])]).ends == {}


def test_boundaries_are_not_counted_beyond_white_space() -> None:
    text = "Ann -- Bob -- Eve"
    starts = np.array([0, 4, 7, 11, 14])
    tokens = Tokens(ids=np.arange(5), starts=starts, ends=starts + np.array([3, 2, 3, 2, 3]))
    assert fit_boundaries([(text, tokens, [Span(0, 4, "NAME"), Span(6, 11, "NAME")])]) == Boundaries()


def test_boundaries_keep_the_larger_share_on_a_tie() -> None:
    assert fit_boundaries([(TEXT, TOKENS, [Span(21, 27, "DATE")]), (TEXT, TOKENS, [YEAR])]).ends == {}


def test_boundaries_that_come_later_replace_earlier_ones() -> None:
    assert Boundaries(ends={").": 1, '.",': 2}).updated(Boundaries(ends={").": 2})).ends == {").": 2, '.",': 2}


def test_boundaries_are_corrected_where_a_real_tokenizer_joins_punctuation(real_base: Base) -> None:
    tokenizer = Tokenizer.from_file(str(real_base.folder / "tokenizer.json"))
    text = "The firm Roy S.A., of Lyon, was heard (on 3 May 1999)."
    name = Span(9, 17, "NAME")
    assert text[name.start : name.end] == "Roy S.A."
    tokens = encode(tokenizer, text)
    assert name.end not in tokens.ends
    boundaries = fit_boundaries([(text, tokens, [name])])
    token_whole = Span(9, 18, "NAME")
    assert boundaries.apply(text, tokens, [token_whole]) == [name]


@given(
    st.text(st.characters(codec="utf-8"), max_size=60),
    st.lists(st.integers(0, 60), max_size=20),
    st.dictionaries(st.text("().,\"'!", min_size=2, max_size=3), st.integers(0, 3)),
)
def test_boundaries_only_ever_move_inwards_and_leave_something(
    text: str, cuts: list[int], shares: dict[str, int]
) -> None:
    places = sorted({min(cut, len(text)) for cut in cuts} | {0, len(text)})
    starts, ends = np.array(places[:-1], dtype=np.int64), np.array(places[1:], dtype=np.int64)
    tokens = Tokens(np.zeros(len(starts), dtype=np.int64), starts, ends)
    spans = [Span(int(a), int(b), "X") for a, b in zip(starts[::2], ends[::2], strict=False)]
    for before, after in zip(spans, Boundaries(ends=shares, starts=shares).apply(text, tokens, spans), strict=True):
        assert before.start <= after.start < after.end <= before.end

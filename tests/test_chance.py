"""The margin: what may look personal by chance alone, in a text where nothing is sure, is not masked."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from loredact import Masker, train
from loredact.bases import Base
from loredact.decoding import decode, fit_margin, highest_evidence
from loredact.encoding import TagSet, Tokens
from loredact.errors import InputError
from loredact.spans import Document
from loredact.tagger import read_description
from loredact.tuning import Settings
from tests.test_training import quick

TAGS = TagSet(("PERSON",))


def tokens(count: int) -> Tokens:
    """One token a character."""
    starts = np.arange(count)
    return Tokens(starts.astype(np.int64), starts.astype(np.int64), (starts + 1).astype(np.int64))


def scores(count: int, personal: dict[int, float]) -> NDArray[np.float32]:
    """Tokens that are outside by 20 nats, but for some with so many nats for a person of one token."""
    result = np.full((count, 5), -20, dtype=np.float32)
    result[:, 0] = 0
    for token, nats in personal.items():
        result[token, 4] = nats
    return result


def found(count: int, personal: dict[int, float], margin: float | None = 0.0) -> list[int]:
    return [span.start for span in decode(scores(count, personal), tokens(count), TAGS, margin=margin)]


def test_what_is_told_by_little_counts_in_a_short_text_and_not_in_a_long_one() -> None:
    assert found(5, {2: 2.5}) == [2]
    assert found(200, {2: 2.5}) == []
    assert found(200, {2: 2.5}, margin=None) == [2]
    assert found(200, {2: 6.0}) == [2]


def test_something_sure_nearby_vouches_for_it() -> None:
    assert found(600, {100: 2.5, 150: 8.0}) == [100, 150]


def test_something_sure_far_off_does_not() -> None:
    assert found(600, {100: 2.5, 500: 8.0}) == [500]


def test_a_text_of_any_length_is_no_longer_than_what_is_around() -> None:
    assert found(100_000, {50_000: 6.5}) == [50_000]
    assert found(100_000, {50_000: 6.0}) == []


@given(st.lists(st.floats(-15, 15, width=32), min_size=1, max_size=800))
def test_evidence_is_the_log_odds_of_the_most_telling_token_less_the_log_of_how_many_are_around(
    nats: list[float],
) -> None:
    table = scores(len(nats), dict(enumerate(nats)))
    expected = -np.inf
    for span in decode(table, tokens(len(nats)), TAGS):
        for token in range(span.start, span.end):
            around = table[max(0, token - 256) : token + 257].astype(np.float64)
            odds = np.exp(around[:, 1:]).sum(axis=1)
            expected = max(expected, float(np.log(odds.max()) - np.log(len(around))))
    assert highest_evidence(table) == pytest.approx(expected)


@given(st.lists(st.floats(-15, 15, width=32), min_size=1, max_size=300), st.floats(-5, 5))
def test_a_wider_margin_only_takes_spans_away(nats: list[float], margin: float) -> None:
    personal = dict(enumerate(nats))
    kept = [set(found(len(nats), personal, wide)) for wide in (None, margin, margin + 1)]
    assert all(more >= fewer for more, fewer in pairwise(kept))
    highest = highest_evidence(scores(len(nats), personal))
    assert bool(kept[1]) == (highest >= margin and highest > -np.inf)


@given(st.lists(st.floats(-9, 9) | st.just(-np.inf), min_size=1), st.floats(0.001, 0.999))
def test_the_margin_that_is_learnt_leaves_as_many_as_were_asked_for_and_no_more(
    highest: list[float], share: float
) -> None:
    allowed = int(share * len(highest))
    margin = fit_margin(highest, share)
    if margin is None:
        assert sum(nats > -np.inf for nats in highest) <= allowed
        return
    left = sum(nats >= margin for nats in highest)
    assert left <= allowed
    # Fewer only where several texts are alike.
    assert left == allowed or sorted(highest)[-allowed] == sorted(highest)[-allowed - 1]


def test_training_learns_it_on_held_out_texts_without_personal_data(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    nobodys = [Document(f"Call it {number} or so, said the paper.") for number in range(40)]
    held_out = people[48:] + nobodys
    train(people[:48], tmp_path / "all", quick(tiny_base, epochs=2, recall=1.0), held_out=held_out)
    asked = quick(tiny_base, epochs=2, recall=1.0, false_alarms=0.1)
    train(people[:48], tmp_path / "few", asked, held_out=held_out)

    def alarms(folder: Path) -> int:
        return sum(map(bool, Masker.load(folder, rules=False).find_many(document.text for document in nobodys)))

    assert read_description(tmp_path / "all").margin is None
    assert read_description(tmp_path / "few").margin is not None
    assert alarms(tmp_path / "all") > 4 >= alarms(tmp_path / "few")


def test_too_few_texts_without_personal_data_to_tell_and_a_writer_are_refused(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    with pytest.raises(InputError, match=r"takes 100 held-out texts .* there are 0"):
        train(people[:48], tmp_path, quick(tiny_base, false_alarms=0.01), held_out=people[48:])
    with pytest.raises(ValueError, match="no scores"):
        Settings(decoder="generate", false_alarms=0.01)

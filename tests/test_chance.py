"""The margin: what may look personal by chance alone, in a text where nothing is sure, is not masked."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from loredact import Masker, train, train_into
from loredact.bases import Base
from loredact.decoding import decode, fit_margin, highest_evidence
from loredact.document import Document, Span
from loredact.encoding import TagSet, Tokens
from loredact.errors import InputError
from loredact.tagger import SharedBases, read_description
from loredact.training import Progress, Settings
from tests.conftest import random_tagger
from tests.test_training import quick

TAGS = TagSet(("PERSON",))
NOBODYS = [Document(f"Call it {number} or so, said the paper.") for number in range(40)]


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
    assert highest_evidence(table, TAGS) == pytest.approx(expected)


@given(st.lists(st.floats(-15, 15, width=32), min_size=1, max_size=300), st.floats(-5, 5))
def test_a_wider_margin_only_takes_spans_away(nats: list[float], margin: float) -> None:
    personal = dict(enumerate(nats))
    kept = [set(found(len(nats), personal, wide)) for wide in (None, margin, margin + 1)]
    assert all(more >= fewer for more, fewer in pairwise(kept))
    highest = highest_evidence(scores(len(nats), personal), TAGS)
    assert bool(kept[1]) == (highest >= margin and highest > -np.inf)


@given(st.lists(st.floats(-9, 9) | st.just(-np.inf), min_size=1), st.floats(0.001, 0.999))
def test_the_margin_that_is_learnt_leaves_as_many_as_were_asked_for_and_no_more(
    highest: list[float], share: float
) -> None:
    allowed = int(share * len(highest) + 1e-9)
    margin = fit_margin(highest, share)
    if margin is None:
        assert sum(nats > -np.inf for nats in highest) <= allowed
        return
    left = sum(nats >= margin for nats in highest)
    assert left <= allowed
    # Fewer only where several texts are alike.
    assert left == allowed or sorted(highest)[-allowed] == sorted(highest)[-allowed - 1]


def masked(folder: Path, documents: Sequence[Document]) -> int:
    """In how many documents something is found; in float32, in which the adapters here are trained, since in bfloat16 a
    merged adapter and one beside its base differ by as much as two texts do, which lie on both sides of the margin.
    """
    masker = Masker.load(folder, rules=False, compute="float32")
    return sum(map(bool, masker.find_many(document.text for document in documents)))


def test_training_learns_it_on_held_out_texts_without_personal_data(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    exact = {"epochs": 2, "recall": 0.9, "precision": "float32"}
    train(people[:48], quick(tiny_base, **exact), held_out=people[48:] + NOBODYS).save(tmp_path / "all")
    asked = quick(tiny_base, **exact, nobodys_masked=0.1)
    said: list[str] = []
    train(people[:48], asked, held_out=people[48:] + NOBODYS, progress=Progress(say=said.append)).save(tmp_path / "few")
    assert read_description(tmp_path / "all").margin is None
    about = read_description(tmp_path / "few")
    assert about.margin is not None
    assert not any("no margin" in line for line in said)
    assert masked(tmp_path / "all", NOBODYS) > 4 >= masked(tmp_path / "few", NOBODYS)
    assert about.figures["nobodys"] == {"documents": 40, "masked": masked(tmp_path / "few", NOBODYS)}
    characters, before = about.figures["characters"], read_description(tmp_path / "all").figures["characters"]
    assert characters["recall"] > 0.88
    assert characters["precision"] > before["precision"]


def test_where_so_few_cannot_be_had_at_that_recall_there_is_no_margin_and_it_is_said(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    # Texts about nobody that are the others word for word: whatever is found in those is found in these.
    same = [Document(document.text) for document in people[48:]] * 4
    said: list[str] = []
    asked = quick(tiny_base, epochs=2, recall=0.9, nobodys_masked=0.05)
    train(people[:48], asked, held_out=people[48:] + same, progress=Progress(say=said.append)).save(tmp_path)
    about = read_description(tmp_path)
    assert about.margin is None
    assert about.recall == 0.9
    assert any("no margin was found" in line for line in said)
    train(people[:48], quick(tiny_base, epochs=2, recall=0.9), held_out=people[48:] + same).save(tmp_path / "without")
    assert about.dial == read_description(tmp_path / "without").dial


def test_going_on_forgets_it_and_unlearns_nothing_that_it_kept_from_being_masked(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    tagger = random_tagger(tiny_base)
    texts = [document.text for document in people[:20]]
    assert any(tagger.find(texts))
    tagger.description = tagger.description.model_copy(update={"margin": 1e3})
    assert not any(tagger.find(texts))
    tagger.save(tmp_path / "old")
    new = [Document(text, (Span(0, 3, "NEW"),)) for text in texts]
    outcome = train_into(tmp_path / "on", new, Settings(epochs=1), start=tmp_path / "old", held_out=[])
    assert read_description(tmp_path / "on").margin is None
    assert outcome.report["data"]["spans"] > len(new)  # type: ignore[index]


def test_labels_that_nobody_looked_for_a_writer_and_too_few_texts_are_refused(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    with pytest.raises(InputError, match=r"takes 100 held-out texts .* there are 0"):
        train(people[:48], quick(tiny_base, nobodys_masked=0.01), held_out=people[48:])
    with pytest.raises(ValueError, match="no scores"):
        Settings(decoder="generate", nobodys_masked=0.01)
    random_tagger(tiny_base).save(tmp_path / "old")
    new = [Document(document.text, (Span(0, 3, "NEW"),)) for document in people[:20]]
    with pytest.raises(InputError, match="do not use labels that"):
        train(new, Settings(nobodys_masked=0.1), start=tmp_path / "old", held_out=people[48:] + NOBODYS)


def test_a_stream_and_a_shared_base_keep_to_it_too(tmp_path: Path, tiny_base: Base, people: list[Document]) -> None:
    tagger = random_tagger(tiny_base)
    evidence = [
        highest_evidence(scored.scores, tagger.tags) for scored in tagger.score(document.text for document in people)
    ]
    tagger.description = tagger.description.model_copy(update={"margin": float(np.median(evidence))})
    tagger.save(tmp_path)
    # In float32, where a base's own weights and one with the adapter beside it give the same but for the last digits;
    # in bfloat16 they differ by as much as two texts do, and texts lie on both sides of the margin.
    alone = Masker.load(tmp_path, compute="float32")
    shared = Masker.load(tmp_path, shared=SharedBases("float32"))
    texts = [document.text for document in people]
    found = list(alone.find_many(texts))
    assert 0 < sum(map(bool, found)) < len(people)
    assert [list(map(bool, spans)) for spans in shared.find_many(texts)] == [list(map(bool, spans)) for spans in found]
    assert list(alone.mask_stream([text] for text in texts)) == [masked.text for masked in alone.mask_many(texts)]

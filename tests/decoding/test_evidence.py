"""The evidence threshold: what may look personal by chance alone, in a text where nothing is sure, is not masked."""

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
from loredact.decoding import decode, fit_evidence_threshold, highest_evidence
from loredact.document import Document, Span
from loredact.encoding import TagSet, Tokens
from loredact.errors import InputError
from loredact.tagger import SharedBases, read_description
from loredact.training import Progress, Settings
from tests.conftest import random_tagger
from tests.test_training import quick

TAGS = TagSet(("PERSON",))
PII_FREE = [Document(f"Call it {number} or so, said the paper.") for number in range(40)]


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


def found(count: int, personal: dict[int, float], threshold: float | None = 0.0) -> list[int]:
    return [span.start for span in decode(scores(count, personal), tokens(count), TAGS, evidence_threshold=threshold)]


def test_evidence_threshold_lets_an_uncertain_span_count_in_a_short_text_and_not_in_a_long_one() -> None:
    assert found(5, {2: 2.5}) == [2]
    assert found(200, {2: 2.5}) == []
    assert found(200, {2: 2.5}, threshold=None) == [2]
    assert found(200, {2: 6.0}) == [2]


def test_evidence_threshold_is_met_by_a_certain_span_nearby() -> None:
    assert found(600, {100: 2.5, 150: 8.0}) == [100, 150]


def test_evidence_threshold_is_not_met_by_a_certain_span_far_off() -> None:
    assert found(600, {100: 2.5, 500: 8.0}) == [500]


def test_evidence_counts_the_tokens_around_alone_however_long_the_text_is() -> None:
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
def test_evidence_threshold_that_is_higher_only_takes_spans_away(nats: list[float], threshold: float) -> None:
    personal = dict(enumerate(nats))
    kept = [set(found(len(nats), personal, wide)) for wide in (None, threshold, threshold + 1)]
    assert all(more >= fewer for more, fewer in pairwise(kept))
    highest = highest_evidence(scores(len(nats), personal), TAGS)
    assert bool(kept[1]) == (highest >= threshold and highest > -np.inf)


@given(st.lists(st.floats(-9, 9) | st.just(-np.inf), min_size=1), st.floats(0.001, 0.999))
def test_evidence_threshold_leaves_as_many_false_positives_as_were_asked_for_and_no_more(
    highest: list[float], share: float
) -> None:
    allowed = int(share * len(highest) + 1e-9)
    threshold = fit_evidence_threshold(highest, share)
    if threshold is None:
        assert sum(nats > -np.inf for nats in highest) <= allowed
        return
    left = sum(nats >= threshold for nats in highest)
    assert left <= allowed
    # Fewer only where several texts are alike.
    assert left == allowed or sorted(highest)[-allowed] == sorted(highest)[-allowed - 1]


def masked(folder: Path, documents: Sequence[Document]) -> int:
    """In how many documents something is found; in float32, in which the adapters here are trained, since in bfloat16 a
    merged adapter and one beside its base differ by as much as two texts do, which lie on both sides of the threshold.
    """
    masker = Masker.load(folder, rules=False, compute="float32")
    return sum(bool(found.spans) for found in masker.find_many(documents))


def test_evidence_threshold_is_fitted_on_held_out_texts_without_personal_data(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    exact = {"epochs": 2, "recall": 0.9, "precision": "float32"}
    train(people[:48], quick(tiny_base, **exact), held_out=people[48:] + PII_FREE).save(tmp_path / "all")
    asked = quick(tiny_base, **exact, max_false_positive_rate=0.1)
    said: list[str] = []
    train(people[:48], asked, held_out=people[48:] + PII_FREE, progress=Progress(say=said.append)).save(
        tmp_path / "few"
    )
    assert read_description(tmp_path / "all").decoding.evidence_threshold is None
    about = read_description(tmp_path / "few")
    assert about.decoding.evidence_threshold is not None
    assert not any("no evidence threshold" in line for line in said)
    assert masked(tmp_path / "all", PII_FREE) > 4 >= masked(tmp_path / "few", PII_FREE)
    assert about.report["pii_free"] == {"documents": 40, "false_positives": masked(tmp_path / "few", PII_FREE)}
    characters, before = about.report["characters"], read_description(tmp_path / "all").report["characters"]
    assert characters["recall"] > 0.88
    assert characters["precision"] > before["precision"]


def test_evidence_threshold_that_cannot_be_had_at_that_recall_is_none_and_it_is_said(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    # PII-free texts that are the others word for word: whatever is found in those is found in these.
    same = [Document(document.text) for document in people[48:]] * 4
    said: list[str] = []
    asked = quick(tiny_base, epochs=2, recall=0.9, max_false_positive_rate=0.05)
    train(people[:48], asked, held_out=people[48:] + same, progress=Progress(say=said.append)).save(tmp_path)
    about = read_description(tmp_path)
    assert about.decoding.evidence_threshold is None
    assert about.decoding.recall == 0.9
    assert any("no evidence threshold was found" in line for line in said)
    train(people[:48], quick(tiny_base, epochs=2, recall=0.9), held_out=people[48:] + same).save(tmp_path / "without")
    assert about.decoding.operating_points == read_description(tmp_path / "without").decoding.operating_points


def test_evidence_threshold_is_forgotten_by_a_continued_run_that_unlearns_nothing_it_kept_from_being_masked(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    tagger = random_tagger(tiny_base)
    texts = [document.text for document in people[:20]]
    assert any(found.spans for found in tagger.find(people[:20]))
    tagger.description = tagger.description.changed(decoding={"evidence_threshold": 1e3})
    assert not any(found.spans for found in tagger.find(people[:20]))
    tagger.save(tmp_path / "old")
    new = [Document(text, (Span(0, 3, "NEW"),)) for text in texts]
    outcome = train_into(tmp_path / "on", new, Settings(epochs=1), start=tmp_path / "old", held_out=[])
    assert read_description(tmp_path / "on").decoding.evidence_threshold is None
    assert outcome.report["data"]["spans"] > len(new)


def test_false_positive_rate_is_refused_for_unused_labels_a_writer_and_too_few_texts(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    with pytest.raises(InputError, match=r"takes 100 held-out texts .* there are 0"):
        train(people[:48], quick(tiny_base, max_false_positive_rate=0.01), held_out=people[48:])
    with pytest.raises(ValueError, match="no scores"):
        Settings(decoder="generate", max_false_positive_rate=0.01)
    random_tagger(tiny_base).save(tmp_path / "old")
    new = [Document(document.text, (Span(0, 3, "NEW"),)) for document in people[:20]]
    with pytest.raises(InputError, match="do not use labels that"):
        train(new, Settings(max_false_positive_rate=0.1), start=tmp_path / "old", held_out=people[48:] + PII_FREE)


def test_evidence_threshold_holds_for_a_stream_and_a_shared_base_too(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    tagger = random_tagger(tiny_base)
    evidence = [
        highest_evidence(scored.scores, tagger.tags) for scored in tagger.score(document.text for document in people)
    ]
    tagger.description = tagger.description.changed(decoding={"evidence_threshold": float(np.median(evidence))})
    tagger.save(tmp_path)
    # In float32, where a base's own weights and one with the adapter beside it give the same but for the last digits;
    # in bfloat16 they differ by as much as two texts do, and texts lie on both sides of the threshold.
    alone = Masker.load(tmp_path, compute="float32")
    shared = Masker.load(tmp_path, shared=SharedBases("float32"))
    texts = [document.text for document in people]
    found = [bool(document.spans) for document in alone.find_many(texts)]
    assert 0 < sum(found) < len(people)
    assert [bool(document.spans) for document in shared.find_many(texts)] == found
    assert list(alone.mask_stream([text] for text in texts)) == [masked.text for masked in alone.mask_many(texts)]

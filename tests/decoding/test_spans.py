"""Decoding finds the best allowed sequence, and its scores are probabilities: both checked by trying them all."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from loredact.decoding import calibration_error, fit_temperature
from loredact.decoding.lattice import Segment, best_path, posteriors
from loredact.decoding.spans import log_softmax


def _allowed(sequence: tuple[int, ...]) -> list[Segment] | None:
    """The spans of a tag sequence, or None where BIOES does not allow it: the rules, written out a second way."""
    found: list[Segment] = []
    begun: tuple[int, int] | None = None
    for place, tag in enumerate(sequence):
        label, kind = divmod(tag - 1, 4)
        if tag == 0 or kind in (0, 3):
            if begun is not None:
                return None
            if tag and kind == 0:
                begun = (place, label)
            elif tag:
                found.append(Segment(place, place + 1, label))
        else:
            if begun is None or begun[1] != label:
                return None
            if kind == 2:
                found.append(Segment(begun[0], place + 1, label))
                begun = None
    return None if begun else found


def _scores(tokens: int, labels: int, seed: int) -> NDArray[np.float64]:
    scores = np.random.default_rng(seed).normal(scale=2.0, size=(tokens, 1 + 4 * labels)).astype(np.float32)
    return log_softmax(scores, 1.0)


@settings(deadline=None, max_examples=30)
@given(tokens=st.integers(1, 4), labels=st.integers(1, 2), seed=st.integers(0, 2**20))
def test_the_best_path_and_the_probabilities_are_those_found_by_trying_every_sequence(
    tokens: int, labels: int, seed: int
) -> None:
    log_p = _scores(tokens, labels, seed)
    total = 0.0
    best, best_score = None, -np.inf
    mass: dict[Segment, float] = {}
    for sequence in itertools.product(range(1 + 4 * labels), repeat=tokens):
        spans = _allowed(sequence)
        if spans is None:
            continue
        score = float(sum(log_p[place, tag] for place, tag in enumerate(sequence)))
        total += np.exp(score)
        for span in spans:
            mass[span] = mass.get(span, 0.0) + float(np.exp(score))
        if score > best_score:
            best, best_score = spans, score
    found = best_path(log_p)
    assert found == best
    expected = [mass[span] / total for span in found]
    assert posteriors(log_p, found) == pytest.approx(expected, abs=1e-9)


def test_scores_of_a_long_text_stay_probabilities() -> None:
    log_p = _scores(3000, 20, seed=3)
    found = best_path(log_p)
    assert len(found) > 100
    assert all(0.0 <= score <= 1.0 for score in posteriors(log_p, found))


def test_a_text_of_no_tokens_has_no_spans() -> None:
    assert best_path(np.zeros((0, 5))) == []


def test_the_temperature_undoes_scores_that_are_too_sure() -> None:
    random = np.random.default_rng(0)
    honest = random.normal(size=(4000, 5)).astype(np.float32)
    p = np.exp(log_softmax(honest, 1.0))
    tags = np.array([random.choice(5, p=row) for row in p])
    assert fit_temperature(honest * 3, tags) == pytest.approx(3.0, rel=0.1)
    assert fit_temperature(honest[:0], tags[:0]) == 1.0


def test_the_calibration_error_is_the_gap_between_score_and_share_right() -> None:
    assert calibration_error([0.75] * 4, [True, True, True, False]) == pytest.approx(0.0)
    assert calibration_error([0.95] * 4, [True, False, False, False]) == pytest.approx(0.7)
    assert calibration_error([], []) == 0.0

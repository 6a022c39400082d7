"""Calibration: a pure function of scores and gold documents, which gives a decoding that meets what was asked for."""

import numpy as np
import pytest

from loredact.decoding import OFFSETS, Decoding, Scored, calibrate
from loredact.decoding.calibration import evaluate_told, find_scored, is_pii_free
from loredact.document import Document, Span
from loredact.encoding import TagSet, Tokens

TAGS = TagSet(("PERSON",))
LENGTH = 60


def held_out(seed: int = 0) -> tuple[list[Scored], list[Document]]:
    """Documents of one token a character, a third of them PII-free, with scores that are mostly right."""
    random = np.random.default_rng(seed)
    scores, gold = [], []
    places = np.arange(LENGTH)
    for number in range(45):
        starts = () if number % 3 == 0 else (5, 30)
        spans = tuple(Span(start, start + 1, "PERSON") for start in starts)
        table = random.normal(size=(LENGTH, len(TAGS))).astype(np.float32)
        table[:, 0] += 6
        for start in starts:
            table[start, TAGS.tag("PERSON", 3)] += random.normal(7, 2)
        text = "x" * LENGTH
        scores.append(Scored(text, Tokens(places, places, places + 1), table))
        gold.append(Document(text, spans))
    return scores, gold


def test_calibrate_changes_nothing_and_gives_the_same_value_again() -> None:
    scores, gold = held_out()
    targets = Decoding(recall=0.9)
    before = [part.scores.copy() for part in scores]
    found = calibrate(scores, gold, TAGS, targets)
    assert targets == Decoding(recall=0.9)
    assert all(np.array_equal(part.scores, table) for part, table in zip(scores, before, strict=True))
    assert calibrate(scores, gold, TAGS, targets) == found
    assert tuple(point.offset for point in found.operating_points) == OFFSETS
    assert found.recall == 0.9
    assert found.evidence_threshold is None


@pytest.mark.parametrize("recall", [0.6, 0.9])
def test_calibrate_meets_a_recall_at_the_offset_that_it_gives(recall: float) -> None:
    scores, gold = held_out()
    found = calibrate(scores, gold, TAGS, Decoding(recall=recall))
    measured = evaluate_told(gold, find_scored(found, scores, gold, TAGS, found.offset), found.off)
    # Between two operating points the offset is interpolated.
    assert measured.characters.recall == pytest.approx(recall, abs=0.05)


def test_calibrate_keeps_false_positives_as_few_as_asked_for() -> None:
    scores, gold = held_out()
    shares = []
    for rate in (None, 0.1):
        found = calibrate(scores, gold, TAGS, Decoding(recall=0.9, max_false_positive_rate=rate))
        guesses = zip(find_scored(found, scores, gold, TAGS, found.offset), gold, strict=True)
        shares.append(np.mean([bool(guess.spans) for guess, document in guesses if is_pii_free(document)]))
    assert found.evidence_threshold is not None
    assert shares[0] > 0.1 >= shares[1]


def test_calibrate_asks_for_no_recall_that_is_out_of_reach() -> None:
    scores, gold = held_out()
    hidden = [Scored(part.text, part.tokens, np.where(np.arange(5) == 0, 900, part.scores)) for part in scores]
    assert calibrate(hidden, gold, TAGS, Decoding(recall=0.9)).recall is None

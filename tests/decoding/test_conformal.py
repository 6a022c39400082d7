"""A guaranteed recall holds on further documents of the same kind, and says what it would take where it cannot."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from loredact.bases import Base
from loredact.decoding import documents_needed, guarantee
from loredact.document import Document
from loredact.errors import InputError
from loredact.masking import Masker, guarantee_recall, missed_shares
from loredact.tagger import Tagger, read_description
from loredact.training import Settings, train_into
from tests.conftest import random_tagger

OFFSETS = tuple(float(offset) for offset in range(-4, 9))


def shares(count: int, seed: int) -> NDArray[np.float64]:
    """Missed shares of documents of two kinds: easy ones, and one in ten that needs a far higher offset."""
    random = np.random.default_rng(seed)
    needed = np.where(random.random(count) < 0.1, random.normal(5, 1.5, count), random.normal(-1, 1.5, count))
    missed: NDArray[np.float64] = np.clip(needed[:, None] - np.array(OFFSETS), 0, 1)
    return missed


def test_what_is_missed_in_further_documents_is_on_average_no_more_than_promised() -> None:
    for recall in (0.9, 0.95, 0.98):
        missed = []
        for seed in range(300):
            rows = shares(400, seed)
            at = OFFSETS.index(guarantee(rows[:200], OFFSETS, recall).offset)
            missed.append(rows[200:, at].mean())
        spread = np.std(missed) / np.sqrt(len(missed))
        assert np.mean(missed) <= 1 - recall + 2 * spread


def test_a_guarantee_takes_no_higher_offset_than_the_bound_needs() -> None:
    # Of 99 documents one is missed whole below an offset of 2: (1 + 1) / 100 is allowed at 0.98 and not above.
    rows = np.zeros((99, 3))
    rows[0] = (1.0, 1.0, 0.0)
    assert guarantee(rows, (0.0, 1.0, 2.0), 0.98).offset == 0.0
    assert guarantee(rows, (0.0, 1.0, 2.0), 0.985).offset == 2.0


def test_a_share_that_rises_again_at_a_higher_offset_counts_below_it_too() -> None:
    rows = np.zeros((99, 3))
    rows[:, 1] = 0.5
    assert guarantee(rows, (0.0, 1.0, 2.0), 0.98).offset == 2.0


@pytest.mark.parametrize(("recall", "count"), [(0.95, 19), (0.98, 49), (0.99, 99)])
def test_too_few_documents_are_told_how_many_are_missing(recall: float, count: int) -> None:
    assert documents_needed(recall) == count
    assert guarantee(np.zeros((count, 1)), (0.0,), recall).documents == count
    with pytest.raises(InputError, match=f"takes {count} held-out documents .* 1 are missing"):
        guarantee(np.zeros((count - 1, 1)), (0.0,), recall)


def test_a_recall_that_no_number_of_documents_reaches_is_refused() -> None:
    with pytest.raises(InputError, match="cannot be guaranteed"):
        guarantee(np.full((500, 2), 0.1), (0.0, 1.0), 0.95)
    with pytest.raises(InputError, match="between 0 and 1"):
        guarantee(np.zeros((500, 2)), (0.0, 1.0), 1.0)


def test_documents_without_personal_data_promise_nothing(tiny_base: Base, people: list[Document]) -> None:
    tagger = random_tagger(tiny_base)
    rows = missed_shares(tagger, [*people[:5], Document("Nothing here is of anybody.")], (-6.0, 0.0, 12.0))
    assert rows.shape == (5, 3)
    assert (rows[:, 0] >= rows[:, 2]).all()


def test_a_calibrated_adapter_finds_what_was_promised_where_nothing_is_asked_for(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    settings = Settings(base=str(tiny_base.folder), depth=2, window=48, overlap=4, epochs=4, learning_rate=0.005)
    train_into(tmp_path / "adapter", people, settings, held_out=[])
    found = guarantee_recall(tmp_path / "adapter", people, 0.9, tmp_path / "copy")
    assert read_description(tmp_path / "adapter").decoding.guarantees == ()
    decoding = read_description(tmp_path / "copy").decoding
    assert decoding.guarantees == (found,)
    assert decoding.offset == decoding.offset_for(recall=0.9) == found.offset
    masker, tagger = Masker.load(tmp_path / "copy"), Tagger.load(tmp_path / "copy")
    assert masker.find(people[0].text) == Masker(tagger, offset=found.offset).find(people[0].text)
    assert missed_shares(tagger, people, (found.offset,)).mean() <= 0.1
    with pytest.raises(InputError, match="ships with loredact"):
        guarantee_recall("default", people, 0.9)

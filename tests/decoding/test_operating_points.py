"""Operating points: an offset on the logit of `O` finds more or less, and what was measured gives the one asked for."""

from itertools import pairwise
from pathlib import Path

import pytest

from loredact import Settings, train, train_into
from loredact.bases import Base
from loredact.decoding import OperatingPoint, offset_for
from loredact.document import Document
from loredact.errors import InputError
from loredact.masking import Masker
from loredact.tagger import Tagger, read_description
from tests.conftest import random_tagger
from tests.test_training import quick

POINTS = [
    OperatingPoint(offset=-2, recall=0.90, precision=0.99),
    OperatingPoint(offset=0, recall=0.96, precision=0.97),
    OperatingPoint(offset=2, recall=0.98, precision=0.93),
    OperatingPoint(offset=4, recall=1.00, precision=0.80),
]


def test_offset_lies_between_the_points_around_the_figure_asked_for() -> None:
    assert offset_for(POINTS, recall=0.97) == pytest.approx(1.0)
    assert offset_for(POINTS, recall=0.99) == pytest.approx(3.0)
    assert offset_for(POINTS, precision=0.95) == pytest.approx(1.0)


def test_offset_is_zero_where_nothing_is_asked_for() -> None:
    assert offset_for(POINTS) == 0.0
    assert offset_for([]) == 0.0


def test_offset_for_a_figure_that_every_point_reaches_is_that_of_the_last_point() -> None:
    assert offset_for(POINTS, recall=0.5) == -2
    assert offset_for(POINTS, precision=0.5) == 4


def test_offset_for_a_figure_out_of_reach_is_refused_with_the_best_there_is() -> None:
    with pytest.raises(InputError, match=r"out of reach.*0\.9900"):
        offset_for(POINTS, precision=0.999)


def test_offset_for_nonsense_is_refused() -> None:
    with pytest.raises(InputError, match="above 0"):
        offset_for(POINTS, recall=1.2)
    with pytest.raises(InputError, match="not for both"):
        offset_for(POINTS, recall=0.9, precision=0.9)
    with pytest.raises(InputError, match="no operating points"):
        offset_for([], recall=0.9)


def test_offset_that_is_higher_never_masks_fewer_characters(tiny_base: Base, people: list[Document]) -> None:
    tagger: Tagger = random_tagger(tiny_base)
    texts = [document.text for document in people[:10]]
    masked = [
        sum(span.end - span.start for found in tagger.find(map(Document, texts), offset) for span in found.spans)
        for offset in (-50.0, 0.0, 50.0)
    ]
    assert masked[0] == 0
    assert masked[2] > 0.9 * sum(len(text.replace(" ", "")) for text in texts)
    assert all(low <= high for low, high in pairwise(masked))


def test_training_leaves_operating_points_that_a_masker_can_be_asked_for(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    train(people[:48], quick(tiny_base, epochs=2), held_out=people[48:]).save(tmp_path)
    points = read_description(tmp_path).decoding.operating_points
    assert [point.offset for point in points] == sorted(point.offset for point in points)
    assert points[-1].recall >= points[0].recall
    wanted = points[-1].recall
    found = list(Masker.load(tmp_path, recall=wanted).find_many(people[48:]))
    assert sum(len(document.spans) for document in found) > 0


def test_adapter_is_used_at_the_recall_it_was_set_to_where_nothing_is_asked_for(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    outcome = train_into(tmp_path, people[:48], quick(tiny_base, epochs=2, recall=0.9), held_out=people[48:])
    about = read_description(tmp_path).decoding
    assert about.recall == 0.9
    assert outcome.evaluation is not None
    texts = [document.text for document in people]
    assert list(Masker.load(tmp_path).find_many(texts)) == list(Masker.load(tmp_path, recall=0.9).find_many(texts))
    assert list(Masker.load(tmp_path).find_many(texts)) != list(Masker.load(tmp_path, recall=0.2).find_many(texts))


def test_recall_out_of_reach_becomes_the_highest_there_is(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    train(people[:48], quick(tiny_base, epochs=2, recall=1.0), held_out=people[48:]).save(tmp_path)
    about = read_description(tmp_path).decoding
    assert about.recall == max(point.recall for point in about.operating_points)
    Masker.load(tmp_path)


def test_recall_without_held_out_text_or_for_a_writer_is_refused(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    with pytest.raises(InputError, match="--eval"):
        train(people, quick(tiny_base, recall=0.9), held_out=[])
    with pytest.raises(ValueError, match="no operating points"):
        Settings(decoder="generate", recall=0.9)

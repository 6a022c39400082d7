"""The dial: a bias on `O` finds more or less, and the one asked for is taken from what was measured."""

from itertools import pairwise
from pathlib import Path

import pytest

from loredact import Settings, train, train_into
from loredact.bases import Base
from loredact.decoding import DialPoint, bias_for
from loredact.document import Document
from loredact.errors import InputError
from loredact.masking import Masker
from loredact.tagger import Tagger, read_description
from tests.conftest import random_tagger
from tests.test_training import quick

DIAL = [
    DialPoint(bias=-2, recall=0.90, precision=0.99),
    DialPoint(bias=0, recall=0.96, precision=0.97),
    DialPoint(bias=2, recall=0.98, precision=0.93),
    DialPoint(bias=4, recall=1.00, precision=0.80),
]


def test_the_bias_lies_between_the_points_around_the_figure_asked_for() -> None:
    assert bias_for(DIAL, recall=0.97) == pytest.approx(1.0)
    assert bias_for(DIAL, recall=0.99) == pytest.approx(3.0)
    assert bias_for(DIAL, precision=0.95) == pytest.approx(1.0)


def test_without_a_wish_there_is_no_bias() -> None:
    assert bias_for(DIAL) == 0.0
    assert bias_for([]) == 0.0


def test_a_figure_that_every_bias_reaches_gives_the_end_of_the_dial() -> None:
    assert bias_for(DIAL, recall=0.5) == -2
    assert bias_for(DIAL, precision=0.5) == 4


def test_a_figure_out_of_reach_is_refused_with_the_best_there_is() -> None:
    with pytest.raises(InputError, match=r"out of reach.*0\.9900"):
        bias_for(DIAL, precision=0.999)


def test_nonsense_is_refused() -> None:
    with pytest.raises(InputError, match="above 0"):
        bias_for(DIAL, recall=1.2)
    with pytest.raises(InputError, match="not for both"):
        bias_for(DIAL, recall=0.9, precision=0.9)
    with pytest.raises(InputError, match="no dial"):
        bias_for([], recall=0.9)


def test_a_higher_bias_never_masks_fewer_characters(tiny_base: Base, people: list[Document]) -> None:
    tagger: Tagger = random_tagger(tiny_base)
    texts = [document.text for document in people[:10]]
    masked = [
        sum(span.end - span.start for spans in tagger.find(texts, bias) for span in spans)
        for bias in (-50.0, 0.0, 50.0)
    ]
    assert masked[0] == 0
    assert masked[2] > 0.9 * sum(len(text.replace(" ", "")) for text in texts)
    assert all(low <= high for low, high in pairwise(masked))


def test_training_leaves_a_dial_that_the_masker_turns(tmp_path: Path, tiny_base: Base, people: list[Document]) -> None:
    train(people[:48], quick(tiny_base, epochs=2), held_out=people[48:]).save(tmp_path)
    dial = read_description(tmp_path).dial
    assert [point.bias for point in dial] == sorted(point.bias for point in dial)
    assert dial[-1].recall >= dial[0].recall
    wanted = dial[-1].recall
    found = list(Masker.load(tmp_path, recall=wanted).find_many(document.text for document in people[48:]))
    assert sum(map(len, found)) > 0


def test_an_adapter_is_used_at_the_recall_it_was_set_to_where_nothing_is_asked_for(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    outcome = train_into(tmp_path, people[:48], quick(tiny_base, epochs=2, recall=0.9), held_out=people[48:])
    about = read_description(tmp_path)
    assert about.recall == 0.9
    assert outcome.evaluation is not None
    texts = [document.text for document in people]
    assert list(Masker.load(tmp_path).find_many(texts)) == list(Masker.load(tmp_path, recall=0.9).find_many(texts))
    assert list(Masker.load(tmp_path).find_many(texts)) != list(Masker.load(tmp_path, recall=0.2).find_many(texts))


def test_a_recall_out_of_reach_becomes_the_highest_there_is(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    train(people[:48], quick(tiny_base, epochs=2, recall=1.0), held_out=people[48:]).save(tmp_path)
    about = read_description(tmp_path)
    assert about.recall == max(point.recall for point in about.dial)
    Masker.load(tmp_path)


def test_a_recall_without_held_out_text_or_for_a_writer_is_refused(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    with pytest.raises(InputError, match="--eval"):
        train(people, quick(tiny_base, recall=0.9), held_out=[])
    with pytest.raises(ValueError, match="no dial"):
        Settings(decoder="generate", recall=0.9)

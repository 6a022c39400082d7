"""The queue, agreement, and the same value elsewhere."""

import pytest

from loredact.studio.agreement import agreement
from loredact.studio.everywhere import free_places, occurrences
from loredact.studio.labelled import Layer
from loredact.studio.order import in_order


def test_the_least_sure_come_first_and_what_is_like_them_later() -> None:
    texts = [
        (1, "sure of it"),
        (2, "the patient lives here"),
        (3, "the patient lives here"),
        (4, "another one"),
    ]
    assert in_order(texts, "unsure", {1: 0.01, 2: 0.3, 3: 0.29, 4: 0.2}) == [2, 4, 1, 3]


def test_texts_without_a_doubt_come_last() -> None:
    assert in_order([(1, "a b"), (2, "c d"), (3, "e f")], "unsure", {3: 0.1}) == [3, 1, 2]


def test_chance_is_the_same_for_the_same_seed() -> None:
    texts = [(number, "") for number in range(50)]
    assert in_order(texts, "random", {}, 1) == in_order(texts, "random", {}, 1) != in_order(texts, "random", {}, 2)
    assert in_order(texts, "file", {}) == list(range(50))


def test_kappa_and_f1_are_those_worked_out_by_hand() -> None:
    # Ten characters: both say A on four, one alone says A on two, none on four. Observed 0.8; of A the one has 0.6 and
    # the other 0.4, so by chance 0.6 · 0.4 + 0.4 · 0.6 = 0.48; kappa = 0.32 / 0.52.
    found = agreement([("abcdefghij", [(0, 6, "A")], [(0, 4, "A")])])
    assert found.kappa == pytest.approx(0.32 / 0.52)
    assert found.f1 == 0
    assert agreement([("ab c", [(0, 2, "A")], [(0, 2, "A")])]).f1 == 1
    assert agreement([("ab c", [(0, 2, "A")], [(0, 2, "B")])]).kappa < 1


def test_a_value_is_found_as_whole_words_where_nothing_is_labelled() -> None:
    text = "Ann met Anna and Ann. Ann?"
    assert list(occurrences(text, "Ann")) == [(0, 3), (17, 20), (22, 25)]
    layer = Layer(1, "", spans=((8, 20, "X"),))
    assert free_places(text, layer, "Ann", "PERSON") == [(0, 3, "PERSON"), (22, 25, "PERSON")]
    assert list(occurrences("+44 1 (a) +44 1", "+44 1")) == [(0, 5), (10, 15)]

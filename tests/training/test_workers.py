"""Training parallel by data: threads share a step's windows, and the adapter is that of one thread."""

from itertools import chain, pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from loredact.bases import Base
from loredact.document import Document
from loredact.encoding import pack_windows
from loredact.lora import LoRAConfig
from loredact.tagger import Tagger
from loredact.training import train, workers
from loredact.training.examples import TagExample, cut
from loredact.training.learner import Gradients, Learner
from loredact.training.tagging import Tagging
from loredact.training.workers import share_out, usable_cores
from tests.conftest import describe
from tests.test_training import quick, wholes


def _example(length: int) -> TagExample:
    nothing = np.zeros(length, dtype=np.int64)
    return TagExample(nothing, nothing, nothing)


@given(st.lists(st.integers(1, 300), max_size=40), st.integers(1, 9))
def test_share_out_gives_each_window_to_one_part_and_keeps_their_order(lengths: list[int], count: int) -> None:
    windows = [_example(length) for length in sorted(lengths)]
    parts = share_out(windows, count)
    assert sorted(map(id, chain.from_iterable(parts))) == sorted(map(id, windows))
    assert len(parts) == min(count, len(windows))
    places = {id(window): place for place, window in enumerate(windows)}
    assert all(places[id(a)] < places[id(b)] for part in parts for a, b in pairwise(part))
    tokens = [sum(map(len, part)) for part in parts]
    # The last window that a part was given, the shortest, went to the one that had least.
    assert all(most - len(part[0]) <= min(tokens) for part, most in zip(parts, tokens, strict=True))


def test_threads_train_the_same_adapter_bit_for_bit_each_time(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    settings = quick(tiny_base, epochs=3, precision="float32")
    for name in ("a", "b"):
        train(people, settings, held_out=[], threads=3).save(tmp_path / name)
    weights = [(tmp_path / name / "adapter_model.safetensors").read_bytes() for name in "ab"]
    assert weights[0] == weights[1]


def _gradients(base: Base, people: list[Document], threads: int) -> Gradients:
    torch.manual_seed(0)
    tagger = Tagger.new(base, describe(base, ("PERSON", "PHONE"), window=48), LoRAConfig(rank=4), "float32")
    (batch, *_) = pack_windows(cut(wholes(people, tagger), 48), 300)
    return Learner(Tagging(tagger), threads=threads).gradients(batch.windows)


@pytest.mark.parametrize("threads", [2, 5, 40])
def test_threads_sum_to_the_gradients_of_one_as_closely_as_float32_sums(
    tiny_base: Base, people: list[Document], threads: int
) -> None:
    one, several = (_gradients(tiny_base, people, count) for count in (1, threads))
    torch.testing.assert_close(several.loss, one.loss, rtol=1e-5, atol=0)
    for ours, theirs in zip(several.tensors, one.tensors, strict=True):
        assert float((ours - theirs).norm()) <= 1e-5 * float(theirs.norm())


def test_dropout_is_drawn_by_one_thread_so_that_it_does_not_depend_on_their_order(tiny_base: Base) -> None:
    config = LoRAConfig(rank=4, dropout=0.1)
    tagger = Tagger.new(tiny_base, describe(tiny_base, ("PERSON",), window=48), config, "float32")
    assert Learner(Tagging(tagger), threads=2).workers is None


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({"cpu.max": "max 100000\n"}, 4),
        ({"cpu.max": "150000 100000\n"}, 2),
        ({"cpu.max": "900000 100000\n"}, 4),
        ({"cpu.max": "1000 100000\n"}, 1),
        ({"cpu/cpu.cfs_quota_us": "300000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 3),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, 4),
        ({"cpu.max": "nonsense"}, 4),
        ({}, 4),
    ],
)
def test_usable_cores_are_no_more_than_the_control_group_gives_time_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], cores: int
) -> None:
    (tmp_path / "cpu").mkdir()
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    monkeypatch.setattr(workers, "_CGROUP_2", tmp_path / "cpu.max")
    monkeypatch.setattr(workers, "_CGROUP_1", tmp_path / "cpu")
    monkeypatch.setattr(torch, "get_num_threads", lambda: 4)
    assert usable_cores() == cores

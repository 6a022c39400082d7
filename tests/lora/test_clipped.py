"""Each document's clipped gradient, from one backward pass over all of them, is what a pass of its own gives."""

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from torch import Tensor

from loredact.bases import Base
from loredact.document import Document
from loredact.errors import InputError
from loredact.lora import LoRAConfig, Tape, record
from loredact.lora.clipped import squared_norm
from loredact.tagger import Tagger
from loredact.training.examples import TagExample
from loredact.training.tagging import Tagging
from tests.conftest import describe, random_tagger


def windows_of(task: Tagging, documents: Sequence[Document]) -> tuple[list[TagExample], list[Tensor]]:
    """The windows of `documents` as they are packed, the shortest first, and each document's rows."""
    of = [(window, index) for index, windows in enumerate(task.by_document(documents)) for window in windows]
    of.sort(key=lambda pair: len(pair[0]))
    owners = np.repeat([index for _, index in of], [len(window) for window, _ in of])
    return [window for window, _ in of], [
        torch.from_numpy(np.flatnonzero(owners == index)) for index in range(len(documents))
    ]


def long_and_short(people: list[Document]) -> list[Document]:
    """Documents of one window and of several, one of a few tokens."""
    long = Document(" ".join(person.text for person in people[:4]), people[0].spans)
    return [people[1], long, Document("Ada."), people[2], long]


def test_clipped_gradients_are_those_of_one_backward_pass_a_document(tiny_base: Base, people: list[Document]) -> None:
    documents = long_and_short(people)
    plain = Tagging(random_tagger(tiny_base))
    names = [name for name, p in plain.network.named_parameters() if p.requires_grad]
    alone = []
    for document in documents:
        plain.network.zero_grad()
        windows, _ = windows_of(plain, [document])
        plain.loss(windows).backward()  # type: ignore[no-untyped-call]
        parameters = dict(plain.network.named_parameters())
        gradients = [parameters[name].grad for name in names]
        alone.append([g.clone() for g in gradients if g is not None])
    expected = torch.tensor([torch.cat([g.flatten() for g in each]).norm() for each in alone])

    task, tape = Tagging(random_tagger(tiny_base)), Tape()
    record(task.network, task.tagger.head_name, tape)
    windows, rows = windows_of(task, documents)
    task.loss(windows).backward()  # type: ignore[no-untyped-call]
    clip = float(expected.median())
    total, norms = tape.clipped(rows, clip)
    assert torch.allclose(norms.float(), expected, rtol=1e-5)
    parameters = dict(task.network.named_parameters())
    for place, name in enumerate(names):
        by_hand = sum(each[place] * min(1.0, clip / float(norm)) for each, norm in zip(alone, expected, strict=True))
        assert isinstance(by_hand, Tensor)
        difference = (total[parameters[name]] - by_hand).norm()
        assert difference <= 1e-4 * by_hand.norm(), name


@pytest.mark.parametrize("rows", [1, 3, 40])
def test_the_norm_is_the_same_by_either_way(rows: int) -> None:
    generator = torch.Generator().manual_seed(rows)
    left, right = torch.randn(rows, 12, generator=generator), torch.randn(rows, 9, generator=generator)
    expected = (left.t() @ right).norm() ** 2
    assert float(squared_norm(left, right)) == pytest.approx(float(expected), rel=1e-5)


def test_what_is_recorded_scores_as_before(tiny_base: Base, people: list[Document]) -> None:
    tagger, recorded = random_tagger(tiny_base), random_tagger(tiny_base)
    record(recorded.network, recorded.head_name, Tape())
    (before,), (after,) = tagger.score([people[0].text]), recorded.score([people[0].text])
    assert np.array_equal(before.scores, after.scores)


@pytest.mark.parametrize("config", [LoRAConfig(rank=4, dora=True), LoRAConfig(rank=4, dropout=0.1)])
def test_layers_that_are_no_plain_lora_are_refused(tiny_base: Base, config: LoRAConfig) -> None:
    tagger = Tagger.new(tiny_base, describe(tiny_base, ("PERSON",)), config, "float32")
    with pytest.raises(InputError, match="plain LoRA"):
        record(tagger.network, tagger.head_name, Tape())

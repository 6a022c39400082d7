"""A private run clips each document, adds the noise that was worked out, and says what it spent and what it assumes."""

import json
import sys
from pathlib import Path

import pytest
import torch
from pydantic import ValidationError

from loredact.bases import Base
from loredact.document import Document
from loredact.errors import InputError
from loredact.lora import LoRAConfig, read_tensors
from loredact.lora.files import WEIGHTS_FILE
from loredact.tagger import Tagger, read_description
from loredact.training import Settings, Training, accounting, private, train_into
from loredact.training.private import PrivateLearner
from tests.test_training import quick


def settings(base: Base, **changes: object) -> Settings:
    about = {"epsilon": 8.0, "documents": 20} | {
        name: changes.pop(name) for name in ("epsilon", "documents", "layers") if name in changes
    }
    return quick(base, private=about, **({"epochs": 2, "row_tokens": 64} | changes))


def learner_of(base: Base, people: list[Document], **changes: object) -> PrivateLearner:
    learner = Training(people, settings(base, **changes), held_out=[]).learner
    assert isinstance(learner, PrivateLearner)
    return learner


def test_a_private_run_spends_no_more_than_was_asked_and_says_what_it_assumes(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    train_into(tmp_path, people, settings(tiny_base), held_out=[])
    about = read_description(tmp_path)
    told = about.privacy
    assert 0 < told["epsilon"] <= 8
    assert (told["steps"], told["sampling"], told["delta"]) == (6, pytest.approx(1 / 3), 1e-5)
    assert told["assumed"]
    assert any("several documents" in line for line in told["not_covered"])
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["privacy"] == told
    # What an ordinary run keeps of its texts beside the weights.
    assert about.decoding.boundaries.ends == about.decoding.boundaries.starts == {}
    assert "losses" not in report
    assert report["data"].keys() == {"documents", "held_out_documents", "labels"}
    assert not (tmp_path / "loss.png").exists()


def test_nothing_is_held_out_of_a_private_run_but_what_is_given_to_measure_on(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    trained = train_into(tmp_path, people, settings(tiny_base))
    assert trained.evaluation is None
    assert read_description(tmp_path).decoding.operating_points == ()


def test_a_private_run_takes_its_random_numbers_from_no_seed(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    for name in "ab":
        train_into(tmp_path / name, people, settings(tiny_base, seed=1), held_out=[])
    weights = [(tmp_path / name / "adapter_model.safetensors").read_bytes() for name in "ab"]
    assert weights[0] != weights[1]


def test_the_noise_of_a_step_is_what_was_worked_out(tiny_base: Base, people: list[Document]) -> None:
    learner = learner_of(tiny_base, people)
    found = torch.cat([tensor.flatten() for tensor in learner.gradients([]).tensors])
    assert float(found.std()) == pytest.approx(learner.noise * 1.0 / 20, rel=0.05)
    assert float(found.mean()) == pytest.approx(0, abs=0.01)


def test_one_document_moves_a_step_by_no_more_than_its_share(
    tiny_base: Base, people: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    learner = learner_of(tiny_base, [*people, Document(" ".join(p.text for p in people[:9]), people[0].spans)])
    monkeypatch.setattr(private, "gaussian_like", torch.zeros_like)
    documents = learner._documents
    for index in (0, len(documents) - 1):  # the last is of several windows
        others = [window for windows in documents[20:30] for window in windows]
        together = sorted([*others, *documents[index]], key=len)
        without = torch.cat([t.flatten() for t in learner.gradients(sorted(others, key=len)).tensors])
        with_it = torch.cat([t.flatten() for t in learner.gradients(together).tensors])
        assert 0 < float((with_it - without).norm()) <= (1 + 1e-5) / 20


def test_the_rows_of_a_step_hold_each_document_whole(tiny_base: Base, people: list[Document]) -> None:
    learner = learner_of(tiny_base, people)
    drawn = next(learner.draws()).windows
    rows = learner._rows(drawn)
    owners = [{learner._document_of[id(window)] for window in row} for row in rows]
    assert sum(map(len, rows)) == len(drawn)
    assert len(set().union(*owners)) == sum(map(len, owners))
    assert all([len(window) for window in row] == sorted(map(len, row)) for row in rows)


def test_a_private_run_learns(
    tmp_path: Path, tiny_base: Base, people: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    # With next to no noise, which hides nothing: what is tested is that the clipped gradients are those of the loss.
    monkeypatch.setattr(private, "noise_for", lambda *_: 1e-3)
    monkeypatch.setattr(private, "spent", lambda *_: 100.0)
    train_into(tmp_path, people, settings(tiny_base, documents=60, epochs=60, learning_rate=0.01), held_out=[])
    tagger = Tagger.load(tmp_path)
    pairs = zip(people, tagger.find(people), strict=True)
    assert sum(len(set(person.spans) & set(guess.spans)) for person, guess in pairs) > 60


def test_only_the_upper_layers_of_a_private_run_learn(tmp_path: Path, tiny_base: Base, people: list[Document]) -> None:
    start, after = tmp_path / "start", tmp_path / "after"
    train_into(start, people, quick(tiny_base, epochs=1), held_out=[])
    train_into(after, people, settings(tiny_base, layers=1), held_out=[], start=start)
    before, now = (read_tensors(folder / WEIGHTS_FILE) for folder in (start, after))
    moved = {name for name in before if not torch.equal(before[name], now[name])}
    assert moved
    last = read_description(start).architecture.num_layers - 1
    assert all(f"layers.{last}." in name or "layers" not in name for name in moved)
    with pytest.raises(InputError, match="network has"):
        learner_of(tiny_base, people, layers=last + 2)


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "feature"},
        {"decoder": "generate"},
        {"minutes": 1.0, "epochs": 3},
        {"lora": LoRAConfig(rank=4, dora=True)},
        {"lora": LoRAConfig(rank=4, dropout=0.1)},
    ],
)
def test_what_cannot_be_private_is_refused(tiny_base: Base, changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="private"):
        settings(tiny_base, **changes)


def test_an_adapter_that_continues_plainly_from_a_private_one_is_not_called_private(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    train_into(tmp_path / "private", people, settings(tiny_base), held_out=[])
    train_into(tmp_path / "plain", people, quick(tiny_base, epochs=1), held_out=[], start=tmp_path / "private")
    assert read_description(tmp_path / "plain").privacy == {}


def test_without_its_library_a_private_run_says_what_to_install(
    tiny_base: Base, people: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    accounting.noise_for.cache_clear()
    monkeypatch.setitem(sys.modules, "dp_accounting", None)
    with pytest.raises(InputError, match="loredact\\[private\\]"):
        learner_of(tiny_base, people)

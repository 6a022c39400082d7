"""Each way to fine-tune trains what it says and nothing else, and its adapter masks as any other."""

from pathlib import Path

import numpy as np
import pytest
import torch

from loredact import Settings, train, train_into
from loredact.adapters.description import TRAINED_FILE
from loredact.bases import Base
from loredact.document import Document
from loredact.errors import AdapterError, InputError
from loredact.lora import LoRAConfig
from loredact.masking import Masker
from loredact.network import lowest_trained
from loredact.tagger import Method, Tagger
from loredact.training import DivergedError
from loredact.training.examples import TagExample
from loredact.training.features import Features
from tests.conftest import describe
from tests.test_training import quick

OTHERS: tuple[Method, ...] = ("feature", "head", "full")


def tagger_for(base: Base, method: Method, config: LoRAConfig | None = None) -> Tagger:
    torch.manual_seed(0)
    return Tagger.new(base, describe(base, ("PERSON", "PHONE")).changed(architecture={"method": method}), config)


def trained(tagger: Tagger) -> set[str]:
    return {name for name, parameter in tagger.network.named_parameters() if parameter.requires_grad}


def test_feature_based_trains_the_head_alone(tiny_base: Base) -> None:
    assert trained(tagger_for(tiny_base, "feature")) == {"score.weight", "score.bias"}


def test_fine_tuning_one_trains_the_last_layer_its_norm_and_the_head(tiny_base: Base) -> None:
    names = trained(tagger_for(tiny_base, "head"))
    assert {"score.weight", "score.bias", "model.norm.weight", "model.layers.1.mlp.down_proj.weight"} <= names
    assert all(name.startswith(("score.", "model.norm.", "model.layers.1.")) for name in names)


def test_fine_tuning_two_trains_everything(tiny_base: Base) -> None:
    tagger = tagger_for(tiny_base, "full")
    assert trained(tagger) == {name for name, _ in tagger.network.named_parameters()}


@pytest.mark.parametrize("method", OTHERS)
def test_a_method_learns_and_its_adapter_masks_the_same_once_loaded(
    tmp_path: Path, tiny_base: Base, people: list[Document], method: Method
) -> None:
    rate = {"feature": 0.05, "head": 0.01, "full": 0.005}[method]
    settings = quick(tiny_base, method=method, learning_rate=rate, epochs=20)
    outcome = train_into(tmp_path, people, settings, held_out=people[:12])
    losses = outcome.report["losses"]
    assert isinstance(losses, list)
    assert losses[-1] < 0.8 * losses[0]
    assert outcome.evaluation is not None
    found = evaluate_again(tmp_path, people[:12])
    assert found == pytest.approx(outcome.evaluation.strict.f1)


def evaluate_again(folder: Path, documents: list[Document]) -> float:
    from loredact.evaluation import evaluate

    return evaluate(documents, Masker.load(folder).find_many(documents)).strict.f1


def test_a_method_leaves_what_it_does_not_train_as_it_was(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    train(people, quick(tiny_base, method="head", epochs=2)).save(tmp_path)
    tuned, fresh = Tagger.load(tmp_path), tagger_for(tiny_base, "head")
    after = dict(tuned.network.named_parameters())
    for name, parameter in fresh.network.named_parameters():
        if not parameter.requires_grad:
            assert torch.equal(parameter, after[name]), name


@pytest.mark.parametrize(
    ("method", "targets", "place"),
    [("feature", None, 2), ("head", None, 1), ("full", None, 0), ("lora", r".*layers\.1\..*", 1), ("lora", ".*", 0)],
)
def test_layers_below_the_lowest_trained_one_are_computed_once_with_the_same_scores_and_gradients(
    tiny_base: Base, method: Method, targets: str | None, place: int
) -> None:
    config = None if targets is None else LoRAConfig(rank=4, targets=targets)
    tagger = tagger_for(tiny_base, method, config)
    assert lowest_trained(tagger.network) == place
    rng = np.random.default_rng(0)
    windows = [
        TagExample(
            rng.integers(0, 400, n),
            rng.integers(0, len(tagger.tags), n).astype(np.int64),
            np.zeros(n, dtype=np.int64),
        )
        for n in (5, 9, 9, 17)
    ]
    features = Features(tagger)
    tensors = [parameter for parameter in tagger.network.parameters() if parameter.requires_grad]
    plain = tagger.forward([window.ids for window in windows])
    gradients = torch.autograd.grad(plain.square().sum(), tensors)
    for order in (windows, windows[1:], windows):
        scores = features.scores(order)
        skipped = sum(len(window) for window in windows) - len(scores)
        torch.testing.assert_close(scores, plain[skipped:], rtol=1e-5, atol=1e-6)
    again = torch.autograd.grad(features.scores(windows).square().sum(), tensors)
    for ours, theirs in zip(again, gradients, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-6)


def test_going_on_by_another_method_is_refused(tmp_path: Path, tiny_base: Base, people: list[Document]) -> None:
    train(people, quick(tiny_base, method="full", epochs=1)).save(tmp_path / "full")
    with pytest.raises(InputError, match="give --method full"):
        train(people, quick(tiny_base, epochs=1), start=tmp_path / "full")


def test_an_adapter_whose_weights_are_missing_says_so(tmp_path: Path, tiny_base: Base, people: list[Document]) -> None:
    train(people, quick(tiny_base, method="feature", epochs=1)).save(tmp_path)
    (tmp_path / TRAINED_FILE).unlink()
    with pytest.raises(AdapterError, match=TRAINED_FILE):
        Tagger.load(tmp_path)


def test_a_rate_far_too_high_is_stopped_with_a_hint(tmp_path: Path, tiny_base: Base, people: list[Document]) -> None:
    settings = quick(tiny_base, method="full", learning_rate=1.0, epochs=40, precision="bfloat16")
    with pytest.raises(DivergedError, match="Lower the learning rate"):
        train(people, settings)


def test_every_method_has_a_rate_that_suits_it_unless_one_is_given() -> None:
    rates = {method: Settings(method=method).rate for method in (*OTHERS, "lora")}
    assert rates["full"] < rates["lora"] < rates["feature"]
    assert Settings(method="full", learning_rate=0.5).rate == 0.5

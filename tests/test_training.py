"""A run learns, can be stopped anywhere, and continues as if it had not been."""

import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from loredact import Settings, train, train_into
from loredact.bases import Base
from loredact.corpora import write_corpus
from loredact.decoding import Decoding
from loredact.document import Document, Span
from loredact.encoding import AllowedTags, TagSet, encode, pack_windows
from loredact.encoding.tags import BEGIN, END, INSIDE, SINGLE
from loredact.errors import AdapterError, BaseError, InputError
from loredact.evaluation import Evaluation, Figures, evaluate
from loredact.kernels import int8
from loredact.lora import LoRAConfig, detach
from loredact.masking import Masker
from loredact.network import prepare
from loredact.tagger import Tagger, read_description
from loredact.training import DivergedError, Progress, Training, folder
from loredact.training.checkpoint import FILE as CHECKPOINT_FILE
from loredact.training.examples import TagExample, cut, whole_examples
from loredact.training.folder import held
from loredact.training.learner import Learner
from loredact.training.tagging import Tagging
from loredact.training.task import require_same
from tests.conftest import describe

ADAPTER_FILES = ("adapter_model.safetensors", "adapter_config.json", "loredact.json")


def quick(base: Base, **changes: object) -> Settings:
    values: dict[str, object] = {
        "base": str(base.folder),
        "depth": 2,
        "window": 48,
        "overlap": 4,
        "row_tokens": 96,
        "epochs": 6,
        "learning_rate": 0.005,
        "lora": LoRAConfig(rank=8, alpha=16),
    }
    return Settings.model_validate(values | changes)


def wholes(documents: list[Document], tagger: Tagger) -> list[TagExample]:
    tokenised = [encode(tagger.tokenizer, document.text) for document in documents]
    return whole_examples(documents, tokenised, AllowedTags(tagger.tags))


def test_a_run_learns_what_the_labels_say_and_leaves_a_report(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    outcome = train_into(tmp_path, people, quick(tiny_base, epochs=40), held_out=people[:12])
    assert outcome.evaluation is not None
    assert outcome.evaluation.strict.f1 > 0.9
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["losses"][-1] < 0.2 * report["losses"][0]
    assert report["steps"] == len(report["losses"])
    assert (tmp_path / "loss.png").stat().st_size > 10_000
    assert not (tmp_path / CHECKPOINT_FILE).exists()
    masked = Masker.load(tmp_path).mask(people[0].text)
    assert masked.text == "Today we met [PERSON] on [PHONE]."
    assert all(span.score > 0.5 for span in masked.spans)


def test_a_run_in_bfloat16_learns_with_float32_adapter_weights(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    outcome = train_into(tmp_path, people, quick(tiny_base, precision="bfloat16", epochs=8), held_out=[])
    losses = outcome.report["losses"]
    assert isinstance(losses, list)
    assert losses[-1] < 0.7 * losses[0]
    assert {tensor.dtype for tensor in load_file(tmp_path / ADAPTER_FILES[0]).values()} == {torch.float32}


def test_the_base_itself_never_changes(tmp_path: Path, tiny_base: Base, people: list[Document]) -> None:
    train(people, quick(tiny_base)).save(tmp_path)
    tuned = Tagger.load(tmp_path)
    fresh = Tagger.new(tiny_base, tuned.description, tuned.config)
    frozen = {name: p for name, p in fresh.network.named_parameters() if not p.requires_grad}
    after = dict(tuned.network.named_parameters())
    assert frozen
    assert all(torch.equal(parameter, after[name]) for name, parameter in frozen.items())


def test_the_same_seed_gives_the_same_adapter_and_another_seed_another(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        train(people, quick(tiny_base, epochs=2, seed=seed)).save(tmp_path / name)
    weights = [(tmp_path / name / ADAPTER_FILES[0]).read_bytes() for name in "abc"]
    assert weights[0] == weights[1] != weights[2]


_SLOW_RUN = """
import sys, time
from loredact import Settings, read_corpus, train_into
from loredact.training import Progress, folder
folder._CHECKPOINT_SECONDS = 0.0
settings, watch = Settings.model_validate_json(sys.argv[3]), Progress(lambda step: time.sleep(0.05))
train_into(sys.argv[2], read_corpus(sys.argv[1]), settings, resume=True, progress=watch)
"""


@pytest.mark.parametrize(
    ("kill", "dropout"),
    [(signal.SIGKILL, 0.0), (signal.SIGINT, 0.0), (signal.SIGTERM, 0.0), (signal.SIGKILL, 0.2)],
)
def test_a_run_killed_midway_and_resumed_ends_with_the_same_adapter_bit_for_bit(
    tmp_path: Path, tiny_base: Base, people: list[Document], kill: signal.Signals, dropout: float
) -> None:
    corpus = tmp_path / "people.jsonl"
    write_corpus(corpus, people)
    settings = quick(tiny_base, lora=LoRAConfig(rank=8, dropout=dropout))
    train(people, settings).save(tmp_path / "unbroken")

    broken = tmp_path / "broken"
    command = [sys.executable, "-c", _SLOW_RUN, str(corpus), str(broken), settings.model_dump_json()]
    process = subprocess.Popen(command, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    deadline = time.monotonic() + 120
    while not (broken / CHECKPOINT_FILE).exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.4)
    process.send_signal(kill)
    process.wait(60)
    assert (broken / CHECKPOINT_FILE).exists(), "the run ended before it could be killed"
    # Ctrl-C and SIGTERM keep what was learnt as a usable adapter; SIGKILL leaves the checkpoint alone.
    assert (broken / "loredact.json").exists() == (kill != signal.SIGKILL)

    train_into(broken, people, settings, resume=True)
    for name in ADAPTER_FILES:
        assert (broken / name).read_bytes() == (tmp_path / "unbroken" / name).read_bytes(), name


def test_a_checkpoint_of_another_run_is_refused(tmp_path: Path, tiny_base: Base, people: list[Document]) -> None:
    into = tmp_path / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folder, "_CHECKPOINT_SECONDS", 0.0)
        steps = iter(range(3))
        with pytest.raises(StopIteration):
            train_into(into, people, quick(tiny_base), progress=Progress(lambda _: next(steps)))  # type: ignore[arg-type]
    with pytest.raises(InputError, match="other settings"):
        train_into(into, people, quick(tiny_base, seed=5), resume=True)
    with pytest.raises(InputError, match="other data"):
        train_into(into, people[1:], quick(tiny_base), resume=True)


def test_going_on_from_an_adapter_keeps_its_labels_and_adds_new_ones(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    train(people, quick(tiny_base, epochs=40)).save(tmp_path / "old")
    place = [Document(f"Ada lives in town {index}.", (Span(13, 17, "PLACE"),)) for index in range(10)]
    train(place, quick(tiny_base, epochs=1, learning_rate=1e-5), start=tmp_path / "old").save(tmp_path / "new")
    tagger = Tagger.load(tmp_path / "new")
    assert tagger.tags.labels == ("PERSON", "PHONE", "PLACE")
    assert Masker(tagger).mask(people[0].text).text == "Today we met [PERSON] on [PHONE]."


def test_a_run_can_be_watched_step_by_step_and_left_off_anywhere(tiny_base: Base, people: list[Document]) -> None:
    training = Training(people, quick(tiny_base), held_out=people[:8])
    losses = []
    for step in training.steps():
        losses.append(step.loss)
        if step.number == 5:
            break
    trained = training.finish()
    assert trained.stopped
    assert (trained.report["losses"], trained.report["steps"]) == (losses, 5)
    assert not trained.model.network.training
    assert list(trained.model.find(people[:1]))


def test_a_resumed_run_learns_the_labels_that_were_found_when_it_began(
    tmp_path: Path, tiny_base: Base, people: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    train(people, quick(tiny_base, epochs=20)).save(tmp_path / "old")
    verbs, settings = _verbs(people), quick(tiny_base, epochs=3)
    unbroken = train_into(tmp_path / "unbroken", verbs, settings, start=tmp_path / "old")
    monkeypatch.setattr(folder, "_CHECKPOINT_SECONDS", 0.0)
    steps = iter(range(3))
    broken = Progress(lambda _: next(steps))  # type: ignore[arg-type]
    with pytest.raises(StopIteration):
        train_into(tmp_path / "broken", verbs, settings, start=tmp_path / "old", progress=broken)
    # As on a processor that rounds otherwise: what the old adapter finds is not what it found.
    monkeypatch.setattr(Decoding, "spans", lambda *_: [])
    resumed = train_into(tmp_path / "broken", verbs, settings, start=tmp_path / "old", resume=True)
    assert resumed.report["losses"] == unbroken.report["losses"]
    assert resumed.report["data"] == unbroken.report["data"]
    weights = [(tmp_path / name / ADAPTER_FILES[0]).read_bytes() for name in ("unbroken", "broken")]
    assert weights[0] == weights[1]


def _verbs(people: list[Document]) -> list[Document]:
    """The texts in which someone is to be called, with that word labelled and nothing else."""
    called = [(person.text, person.text.index("call")) for person in people if "call" in person.text]
    return [Document(text, (Span(place, place + 4, "VERB"),)) for text, place in called]


def test_texts_that_name_a_new_label_alone_do_not_unlearn_the_old_ones(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    train(people, quick(tiny_base, epochs=40)).save(tmp_path / "old")
    verbs = _verbs(people)
    # At the rate for continuing: at that for a new adapter so small a network forgets or not by chance.
    train(verbs, quick(tiny_base, epochs=30, learning_rate=None), start=tmp_path / "old").save(tmp_path / "new")
    masker = Masker.load(tmp_path / "new")
    assert masker.mask(people[1].text).text == "Please [VERB] [PERSON] on [PHONE]."
    # Of texts without the new label none was learnt from, and the names and numbers in them are found as before.
    assert set(people[0].spans) <= set(masker.find(people[0].text))


def test_held_out_text_is_not_held_against_labels_that_nobody_looked_for_in_it(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    train(people, quick(tiny_base, epochs=40)).save(tmp_path / "old")
    verbs = _verbs(people)
    going_on = quick(tiny_base, epochs=20)
    outcome = train_into(tmp_path / "new", verbs, going_on, start=tmp_path / "old", held_out=verbs[:8])
    assert outcome.evaluation is not None
    # The names and numbers that it still finds there are not labelled, and not wrong either.
    assert outcome.evaluation.characters.predicted <= 1.2 * outcome.evaluation.characters.labelled
    assert outcome.evaluation.strict.f1 > 0.9
    # Where some of them are labelled, they count.
    outcome = train_into(tmp_path / "all", verbs, going_on, start=tmp_path / "old", held_out=people[:8])
    assert outcome.evaluation is not None
    assert outcome.evaluation.labels["PERSON"].predicted > 4


def test_an_adapter_that_finds_nothing_is_still_written(
    tmp_path: Path, tiny_base: Base, people: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Decoding, "spans", lambda *_: [])
    train(people, quick(tiny_base, epochs=1, recall=0.9), held_out=people[:8]).save(tmp_path)
    assert read_description(tmp_path).decoding.recall is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"depth": 1}, "depth: 1 cannot be had"),
        ({"window": 32}, "window: 32 cannot be had"),
        ({"lora": LoRAConfig(rank=3, alpha=16)}, "lora.rank: 3 cannot be had"),
        ({"lora": LoRAConfig(dropout=0.1)}, "lora.dropout: 0.1 cannot be had"),
        ({"lora": LoRAConfig(start="pissa")}, "lora.start: pissa cannot be had"),
    ],
)
def test_what_an_adapter_has_for_good_is_not_quietly_kept_where_another_is_asked_for(
    change: dict[str, object], message: str, tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    first = quick(tiny_base, epochs=1)
    train(people, first).save(tmp_path / "old")
    with pytest.raises(InputError, match=message):
        train(people, quick(tiny_base, epochs=1, **change), start=tmp_path / "old")


def test_an_alpha_that_follows_the_rank_is_not_one_that_was_asked_for() -> None:
    asked = Settings.model_validate({"lora": {"rank": 8}})
    require_same("mine", asked, {"lora": {"rank": 8, "alpha": 8.0}})
    assert asked.lora.alpha == 16


def test_the_report_of_a_run_that_went_on_tells_the_adapters_own_settings(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    train(people, quick(tiny_base, epochs=1, lora=LoRAConfig(rank=3))).save(tmp_path / "old")
    going_on = Settings(epochs=1, precision="float32")
    settings = train_into(tmp_path / "new", people, going_on, start=tmp_path / "old").report["settings"]
    assert isinstance(settings, dict)
    assert (settings["depth"], settings["window"], settings["lora"]["rank"]) == (2, 48, 3)


def test_going_on_has_rates_of_its_own_unless_one_is_asked_for() -> None:
    assert Settings(seed=3).continued(1) == Settings(seed=3, learning_rate=5e-4, head_ratio=4.0)
    assert Settings(head_ratio=2).continued(1).head_ratio == 2
    for asked in (Settings(learning_rate=2e-3), Settings(method="full"), Settings(decoder="generate")):
        assert asked.continued(1) == asked


def test_an_adapter_goes_on_and_masks_where_its_base_has_moved(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    shutil.copytree(tiny_base.folder, before)
    train(people, quick(replace(tiny_base, folder=before), epochs=1)).save(tmp_path / "old")
    before.rename(after)
    with pytest.raises(BaseError):
        Masker.load(tmp_path / "old")
    assert Masker.load(tmp_path / "old", base=str(after)).mask("").text == ""
    train(people, quick(replace(tiny_base, folder=after), epochs=1), start=tmp_path / "old").save(tmp_path / "new")
    assert Masker.load(tmp_path / "new").mask("").text == ""


def test_a_rate_that_diverges_is_stopped_with_a_hint(tmp_path: Path, tiny_base: Base, people: list[Document]) -> None:
    poisoned = quick(tiny_base, learning_rate=1.0, clip=1e30, epochs=400, precision="float32")
    with pytest.MonkeyPatch.context() as patch:
        # A loss that stops being a number is rare on so small a network: poison one weight midway.
        original = torch.optim.AdamW.step
        calls = iter(range(10**6))

        def step(self: torch.optim.AdamW, closure: None = None) -> None:
            original(self, closure)
            if next(calls) == 3:
                with torch.no_grad():
                    self.param_groups[0]["params"][0].fill_(float("nan"))

        patch.setattr(torch.optim.AdamW, "step", step)
        with pytest.raises(DivergedError, match="Lower the learning rate"):
            train(people, poisoned)


def test_a_run_leaves_nothing_of_an_earlier_one_of_another_method(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    train(people, quick(tiny_base, epochs=1), held_out=people[:10]).save(tmp_path)
    assert (tmp_path / "operating_points.png").exists()
    train(people, quick(tiny_base, epochs=1, method="full"), held_out=[]).save(tmp_path)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"loredact.json", "trained_weights.safetensors", "report.json", "loss.png"}
    train(people, quick(tiny_base, epochs=1), held_out=[]).save(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {*ADAPTER_FILES, "report.json", "loss.png"}
    assert Tagger.load(tmp_path).description.architecture.method == "lora"


def test_a_corpus_without_spans_is_refused(tmp_path: Path, tiny_base: Base) -> None:
    with pytest.raises(InputError, match="nothing to learn"):
        train([Document("no one here")], quick(tiny_base))


@pytest.mark.parametrize(
    ("change", "message"), [({"depth": 3}, "between 1 and 2"), ({"lora": LoRAConfig(rank=48)}, "rank 48")]
)
def test_settings_that_do_not_fit_the_base_are_refused(
    tmp_path: Path, tiny_base: Base, people: list[Document], change: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        train(people, quick(tiny_base, **change))


@pytest.mark.parametrize("change", [{"dora": True}, {"start": "pissa"}, {"rank_stabilised": True, "dropout": 0.1}])
def test_every_variant_of_lora_learns_and_its_adapter_loads_with_the_same_scores(
    tmp_path: Path, tiny_base: Base, people: list[Document], change: dict[str, object]
) -> None:
    lora = LoRAConfig.model_validate({"rank": 4, "alpha": 8, **change})
    settings = quick(tiny_base, lora=lora, epochs=18, b_ratio=4, precision="float32")
    outcome = train_into(tmp_path, people, settings, held_out=people[:12])
    losses = outcome.report["losses"]
    assert isinstance(losses, list)
    assert losses[-1] < 0.5 * losses[0]
    assert outcome.evaluation is not None
    again = evaluate(people[:12], Tagger.load(tmp_path, "float32").find(people[:12]))
    assert again.strict.f1 == pytest.approx(outcome.evaluation.strict.f1, abs=0.02)


def test_everything_can_be_trained_in_half_precision_with_weights_kept_exact(
    tiny_base: Base, people: list[Document]
) -> None:
    tagger = Tagger.new(tiny_base, describe(tiny_base, ("PERSON", "PHONE"), window=48), LoRAConfig(rank=2), "bfloat16")
    detach(tagger.network)
    tagger.network.requires_grad_(True)
    learner = Learner(Tagging(tagger))
    (row, *_) = pack_windows(cut(wholes(people, tagger), 48), 10**6)
    losses = [learner.step(row, 3e-3) for _ in range(12)]
    assert losses[-1] < 0.5 * losses[0]
    assert {tensor.dtype for tensor in learner.state().values()} == {torch.float32}
    before = {name: tensor.clone() for name, tensor in learner.state().items()}
    learner.step(row, 1e-3)
    learner.restore(before, 12)
    assert all(torch.equal(tensor, before[name]) for name, tensor in learner.state().items())


def test_a_step_on_a_real_base_goes_where_it_would_with_exact_weights(
    real_base: Base, people: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where frozen weights are in int8; elsewhere both are the same step."""
    torch.manual_seed(0)
    description = describe(real_base, ("PERSON", "PHONE"), window=64).changed(architecture={"num_layers": 6})
    tagger = Tagger.new(real_base, description, LoRAConfig(rank=4), "bfloat16")
    learner = Learner(Tagging(tagger))
    (row, *_) = pack_windows(cut(wholes(people, tagger), 64), 10**6)
    for _ in range(3):
        learner.step(row, 1e-3)

    def gradients() -> Tensor:
        learner.task.loss(row.windows).backward()  # type: ignore[no-untyped-call]
        found = [p.grad for p in tagger.network.parameters() if p.grad is not None]
        tagger.network.zero_grad()
        return torch.cat([gradient.flatten().float() for gradient in found])

    rounded = gradients()
    monkeypatch.setattr(int8, "compiled", lambda name, x: None)
    prepare(tagger.network)
    exact = gradients()
    assert torch.cosine_similarity(rounded, exact, dim=0) > 0.98
    assert float(rounded.norm()) == pytest.approx(float(exact.norm()), rel=0.1)


def test_each_epoch_cuts_a_long_document_elsewhere_and_learns_every_token_once(tiny_base: Base) -> None:
    text = " ".join(f"On day {day} Ada Lovelace called 555 0{day}." for day in range(40))
    spans = tuple(
        Span(found.start(), found.end(), "PERSON" if found[0][0] == "A" else "PHONE")
        for found in re.finditer(r"Ada Lovelace|555 \d+", text)
    )
    tagger = Tagger.new(tiny_base, describe(tiny_base, ("PERSON", "PHONE"), window=48), LoRAConfig(rank=2), "float32")
    (whole,) = wholes([Document(text, spans)], tagger)
    firsts = set()
    for epoch in range(6):
        windows = cut([whole], 48, epoch)
        assert max(map(len, windows)) <= 48
        assert np.concatenate([window.ids for window in windows]).tolist() == whole.ids.tolist()
        assert np.concatenate([window.tags for window in windows]).tolist() == whole.tags.tolist()
        firsts.add(len(windows[0]))
        # No window begins inside a span.
        assert all(tagger.tags.names[window.tags[0]][0] in "OBS" for window in windows)
    assert len(firsts) > 3


def test_spans_are_cut_only_where_they_are_longer_than_a_window() -> None:
    # As where the first window of an epoch is shorter than the span that a document begins with.
    inside, lengths = TagSet(["A"]), (40, 90, 1, 96, 7)
    tags = np.zeros(sum(lengths) + 40, dtype=np.int64)
    first = 0
    for length in lengths:
        place = [inside.tag("A", INSIDE)] * length
        place[0], place[-1] = inside.tag("A", BEGIN), inside.tag("A", END)
        tags[first : first + length] = place if length > 1 else inside.tag("A", SINGLE)
        first += length
    for count in (*range(first - 30, first + 1), len(tags)):
        for epoch in range(40):
            windows = cut([TagExample(np.arange(count), tags[:count], np.zeros(count, dtype=np.int64))], 96, epoch)
            assert max(map(len, windows)) <= 96
            assert np.concatenate([window.ids for window in windows]).tolist() == list(range(count))
            assert all(inside.names[window.tags[0]][0] in "OBS" for window in windows)
    long = np.full(200, inside.tag("A", INSIDE))
    assert sum(map(len, cut([TagExample(np.arange(200), long, np.zeros(200, dtype=np.int64))], 96, 3))) == 200


@pytest.mark.parametrize(("measured", "kept"), [((90, 88, 87), "last"), ((90, 40, 30), "best"), ((0, 0, 0), "last")])
def test_an_earlier_adapter_is_kept_only_where_it_was_better_beyond_chance(
    tmp_path: Path,
    tiny_base: Base,
    people: list[Document],
    monkeypatch: pytest.MonkeyPatch,
    measured: tuple[int, ...],
    kept: str,
) -> None:
    # What is measured is told here, each time of 100 spans, so that it is known which adapter is the one to keep.
    told = iter(measured)
    monkeypatch.setattr(
        "loredact.training.loop.evaluate",
        lambda *_: Evaluation(strict=Figures(next(told), predicted=100, labelled=100)),
    )
    states: list[dict[str, torch.Tensor]] = []
    look = Training._evaluate_quickly

    def remembering(self: Training) -> Evaluation:
        states.append({name: tensor.detach().clone() for name, tensor in self.tensors.items()})
        return look(self)

    monkeypatch.setattr(Training, "_evaluate_quickly", remembering)
    train(people, quick(tiny_base, evaluations=3, precision="float32"), held_out=people[:6]).save(tmp_path)
    adapter = dict(Tagger.load(tmp_path, "float32").network.named_parameters())
    expected = states[0 if kept == "best" else -1]
    assert all(torch.equal(adapter[name], tensor) for name, tensor in expected.items())


def test_a_document_that_fits_into_a_window_is_never_cut(tiny_base: Base) -> None:
    tagger = Tagger.new(tiny_base, describe(tiny_base, ("PERSON",), window=48), LoRAConfig(rank=2), "float32")
    documents = [Document("Ada Lovelace called.", (Span(0, 12, "PERSON"),))]
    whole = wholes(documents, tagger)
    assert all(len(cut(whole, 48, epoch)) == 1 for epoch in range(6))


def test_training_into_a_folder_that_another_run_trains_into_is_refused(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    into = tmp_path / "new" / "adapter"
    refused: list[str] = []

    def second(_: object) -> None:
        if not refused:
            with pytest.raises(InputError, match="Another run trains into") as caught:
                train_into(into, people, quick(tiny_base, epochs=1))
            refused.append(str(caught.value))

    train_into(into, people, quick(tiny_base, epochs=1), held_out=[], progress=Progress(second))
    assert refused
    assert {path.name for path in into.iterdir()} == {*ADAPTER_FILES, "report.json", "loss.png"}
    train_into(into, people, quick(tiny_base, epochs=1), held_out=[])


def test_training_goes_on_where_a_killed_run_left_its_lock(tmp_path: Path) -> None:
    code = "import sys, os\nfrom pathlib import Path\nfrom loredact.training.folder import held\n"
    code += "with held(Path(sys.argv[1])):\n    os.kill(os.getpid(), 9)\n"
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "a")], check=False)
    assert list((tmp_path / "a").iterdir())
    with held(tmp_path / "a"):
        pass
    assert not list((tmp_path / "a").iterdir())


def test_training_that_is_refused_leaves_no_folder(tmp_path: Path, tiny_base: Base, people: list[Document]) -> None:
    with pytest.raises(InputError, match="between 1 and 2"):
        train_into(tmp_path / "new" / "adapter", people, quick(tiny_base, depth=3))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("label", ["Zebulon Pike", "Z\x1b[31m", "Z" * 65])
def test_training_takes_names_alone_for_labels(tmp_path: Path, tiny_base: Base, label: str) -> None:
    documents = [Document("Ada", (Span(0, 3, "PERSON"),)), Document("Ada", (Span(0, 3, label),))]
    with pytest.raises(InputError, match="Label 2 is no name") as caught:
        train(documents, quick(tiny_base)).save(tmp_path)
    assert label not in str(caught.value)


@pytest.mark.parametrize("method", ["lora", "full"])
def test_weights_of_another_run_are_told_from_an_adapters_own(
    tmp_path: Path, tiny_base: Base, people: list[Document], method: str
) -> None:
    for name, seed in (("a", 0), ("b", 1)):
        train(people, quick(tiny_base, epochs=1, seed=seed, method=method), held_out=[]).save(tmp_path / name)
    weights = ADAPTER_FILES[0] if method == "lora" else "trained_weights.safetensors"
    shutil.copy(tmp_path / "b" / weights, tmp_path / "a" / weights)
    with pytest.raises(AdapterError, match="of another adapter"):
        Masker.load(tmp_path / "a")


class _FullDisk:
    """No file can grow beyond some kilobytes, as on a full disk."""

    def __init__(self) -> None:
        self.before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, self.before[1]))

    def empty(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, self.before)


def test_a_full_disk_during_a_run_is_told_and_the_run_goes_on(
    tmp_path: Path, tiny_base: Base, people: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "_CHECKPOINT_SECONDS", 0.0)
    disk, said, steps = _FullDisk(), list[str](), list[int]()

    def pulse(_: object) -> None:
        steps.append(1)
        disk.fill() if len(steps) < 4 else disk.empty()

    try:
        train_into(tmp_path, people, quick(tiny_base, epochs=2), held_out=[], progress=Progress(pulse, said.append))
    finally:
        disk.empty()
    told = [line for line in said if "no checkpoint could be written" in line]
    assert len(told) == 3
    assert "File too large" in told[0]
    assert Masker.load(tmp_path).mask("").text == ""


def test_a_full_disk_at_the_end_of_a_run_is_a_clear_error(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    disk = _FullDisk()
    try:
        with pytest.raises(InputError, match=r"could not be written to .*: File too large\. Make room there"):
            train_into(
                tmp_path, people, quick(tiny_base, epochs=1), held_out=[], progress=Progress(lambda _: disk.fill())
            )
    finally:
        disk.empty()
    assert not (tmp_path / "loredact.json").exists()


@pytest.mark.parametrize("held_out", [8, 0])
def test_a_run_that_learns_nothing_says_so_while_it_runs_and_in_its_report(
    tmp_path: Path, tiny_base: Base, people: list[Document], held_out: int
) -> None:
    said: list[str] = []
    settings = quick(tiny_base, epochs=2, learning_rate=1e-9)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Decoding, "spans", lambda *_: [])
        outcome = train_into(tmp_path, people, settings, held_out=people[:held_out], progress=Progress(say=said.append))
    assert sum("nothing is found yet" in line for line in said) >= 1
    note = str(outcome.report["note"])
    assert note.startswith("nothing learnt: of ")
    assert note in said
    assert json.loads((tmp_path / "report.json").read_text())["note"] == note
    assert "Ada" not in " ".join(said)


def test_a_label_that_is_never_found_is_told_in_the_report(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    told = [replace(person, spans=tuple(s for s in person.spans if s.label == "PERSON")) for person in people]
    outcome = train_into(tmp_path, told, quick(tiny_base, epochs=20), held_out=people[:8])
    assert outcome.report["note"] == "never found in held-out text, where they are labelled: PHONE"
    learnt = train_into(tmp_path, people, quick(tiny_base, epochs=20), held_out=people[:8])
    assert learnt.report["note"] == ""

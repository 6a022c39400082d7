"""The recipes of the adapters that ship: a chain of runs goes on where it stopped, and its mean lies halfway."""

from pathlib import Path

import pytest
import torch
from average import average, main
from chain import Chain, Run

from loredact import train
from loredact.bases import Base
from loredact.corpora.writing import as_line
from loredact.errors import InputError
from loredact.lora import LoRAConfig, lora_layers
from loredact.spans import Document
from loredact.tagger import Tagger, read_description
from loredact.tuning import Settings
from tests.test_training import quick

CHAIN = Chain(
    Settings(depth=1, lora=LoRAConfig(rank=4), epochs=1, evaluations=1),
    [
        Run(20, seed=0, rate=2e-3),
        Run(20, seed=1, rate=1e-3, start=(1,)),
        Run(40, seed=2, rate=1e-3, start=(1, 2), nobodys=0.7, row_tokens=256),
    ],
    keep=lambda document: document.extra["language"] == "en",
)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, real_base: Base) -> list[Path]:
    return CHAIN.train(None, tmp_path_factory.mktemp("chain"))


def test_what_was_trained_is_not_trained_again(runs: list[Path]) -> None:
    written = [(folder / "adapter_model.safetensors").stat().st_mtime_ns for folder in runs]
    assert CHAIN.train(None, runs[0].parent) == runs
    assert (runs[0].parent / "mean-of-1-2" / "adapter_model.safetensors").exists()  # where the third began
    assert [(folder / "adapter_model.safetensors").stat().st_mtime_ns for folder in runs] == written


def test_each_run_learns_from_other_documents_and_keeps_what_it_is_told_to(runs: list[Path]) -> None:
    first, second, third = (CHAIN.corpus(None, run) for run in CHAIN.runs)
    assert not {document.text for document in first} & {document.text for document in second}
    assert sum(not document.spans for document in third) > len(third) / 2
    assert all(document.extra["language"] == "en" for document in first + second + CHAIN.held_out(CHAIN.runs[0]))


def test_the_mean_lies_halfway_and_labels_that_were_new_in_the_second_stay_as_they_are(runs: list[Path]) -> None:
    first, second, mean = (Tagger.load(folder) for folder in (runs[0], runs[1], runs[1]))
    average([first], mean)
    for (_, one), (_, other), (_, middle) in zip(
        lora_layers(first.network), lora_layers(second.network), lora_layers(mean.network), strict=True
    ):
        torch.testing.assert_close(middle.lora_B, (one.lora_B + other.lora_B) / 2)
    known = len(first.tags)
    torch.testing.assert_close(mean.head.weight[:known], (first.head.weight + second.head.weight[:known]) / 2)
    torch.testing.assert_close(mean.head.weight[known:], second.head.weight[known:])


def test_of_three_a_row_of_the_head_is_the_mean_of_those_that_have_it(runs: list[Path]) -> None:
    first, second, third, mean = (Tagger.load(folder) for folder in (*runs, runs[2]))
    average([first, second], mean)
    heads = [tagger.head.weight for tagger in (first, second, third)]
    for row in range(len(mean.tags)):
        having = torch.stack([head[row] for head in heads if row < len(head)])
        torch.testing.assert_close(mean.head.weight[row], having.mean(0))


def test_adapters_of_which_there_is_no_mean_are_refused(
    tmp_path: Path, tiny_base: Base, people: list[Document]
) -> None:
    settings = Settings(base=str(tiny_base.folder), depth=2, window=48, overlap=4, row_tokens=96, epochs=1)
    lora = settings.model_copy(update={"lora": LoRAConfig(rank=2)})
    several = {
        "first": lora,
        "rank": settings.model_copy(update={"lora": LoRAConfig(rank=3)}),
        "alpha": settings.model_copy(update={"lora": LoRAConfig(rank=2, alpha=9)}),
        "causal": lora.model_copy(update={"attention": "causal"}),
        "full": settings.model_copy(update={"method": "full"}),
    }
    for name, asked in several.items():
        train(people, tmp_path / name, asked, held_out=[])
    first = Tagger.load(tmp_path / "first")
    for name in ("rank", "alpha", "causal", "full"):
        with pytest.raises(InputError):
            average([Tagger.load(tmp_path / name)], first)


def test_what_was_asked_of_the_last_is_asked_of_the_mean_as_far_as_the_text_can_tell_it(
    tmp_path: Path, tiny_base: Base, people: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    nobodys = [Document(f"Call it {number} or so, said the paper.") for number in range(40)]
    texts = {"few": people[48:] + nobodys[:2], "many": people[48:] + nobodys}
    asked = quick(tiny_base, epochs=2, recall=0.9, nobodys_masked=0.1)
    train(people[:48], tmp_path / "last", asked, held_out=texts["many"])
    for name, documents in texts.items():
        (tmp_path / f"{name}.jsonl").write_text("".join(map(as_line, documents)), encoding="utf-8")
        command = ["average.py", tmp_path / "last", tmp_path / "last", "--out", tmp_path / name]
        monkeypatch.setattr("sys.argv", [*map(str, command), "--eval", str(tmp_path / f"{name}.jsonl")])
        main()
    before, few, many = (read_description(tmp_path / name) for name in ("last", "few", "many"))
    assert before.margin is not None
    assert many.margin == pytest.approx(before.margin, rel=1e-3)
    assert many.figures["nobodys"] == before.figures["nobodys"]
    assert few.recall is not None
    assert few.nobodys_masked is None
    assert few.margin is None

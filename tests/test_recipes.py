"""The recipes of the adapters that ship: means lie halfway, cut adapters keep the lower layers, teachers are sure."""

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
import torch
from average import average, main
from default_adapter import _pieces
from fast_adapter import cut_adapter
from self_labelling import self_labelled

from loredact import train
from loredact.bases import Base
from loredact.corpora.writing import as_line
from loredact.document import Document, Span
from loredact.errors import InputError
from loredact.lora import LoRAConfig, lora_layers
from loredact.tagger import Tagger, read_description
from loredact.training import Settings
from tests.test_training import quick


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, tiny_base: Base, people: list[Document]) -> list[Path]:
    """Three adapters of one training, of which the later know a label more."""
    folder = tmp_path_factory.mktemp("runs")
    folders = [folder / name for name in ("first", "second", "third")]
    named = [replace(d, spans=tuple(s for s in d.spans if s.label == "PERSON")) for d in people]
    start = None
    for path, documents in zip(folders, (named, people, people), strict=True):
        train(documents, quick(tiny_base, epochs=2), held_out=[], start=start).save(path)
        start = path
    return folders


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
        train(people, asked, held_out=[]).save(tmp_path / name)
    first = Tagger.load(tmp_path / "first")
    for name in ("rank", "alpha", "causal", "full"):
        with pytest.raises(InputError):
            average([Tagger.load(tmp_path / name)], first)


def test_what_was_asked_of_the_last_is_asked_of_the_mean_as_far_as_the_text_can_tell_it(
    tmp_path: Path, tiny_base: Base, people: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    pii_free = [Document(f"Call it {number} or so, said the paper.") for number in range(40)]
    texts = {"few": people[48:] + pii_free[:2], "many": people[48:] + pii_free}
    asked = quick(tiny_base, epochs=2, recall=0.9, max_false_positive_rate=0.1)
    train(people[:48], asked, held_out=texts["many"]).save(tmp_path / "last")
    for name, documents in texts.items():
        (tmp_path / f"{name}.jsonl").write_text("".join(map(as_line, documents)), encoding="utf-8")
        command = ["average.py", tmp_path / "last", tmp_path / "last", "--out", tmp_path / name]
        monkeypatch.setattr("sys.argv", [*map(str, command), "--eval", str(tmp_path / f"{name}.jsonl")])
        main()
    before, few, many = (read_description(tmp_path / name) for name in ("last", "few", "many"))
    assert before.decoding.evidence_threshold is not None
    assert many.decoding.evidence_threshold == pytest.approx(before.decoding.evidence_threshold, rel=1e-3)
    assert many.report["pii_free"] == before.report["pii_free"]
    assert few.decoding.recall is not None
    assert few.decoding.max_false_positive_rate is None
    assert few.decoding.evidence_threshold is None


def test_a_cut_adapter_scores_with_the_lower_layers_of_the_whole_one(tmp_path: Path, runs: list[Path]) -> None:
    cut_adapter(runs[0], tmp_path, 1)
    whole, cut = Tagger.load(runs[0]), Tagger.load(tmp_path)
    assert cut.description.architecture.num_layers == 1
    layers = dict(lora_layers(whole.network))
    for name, layer in lora_layers(cut.network):
        torch.testing.assert_close(layer.lora_A, layers[name].lora_A)
    torch.testing.assert_close(cut.head.weight, whole.head.weight)


def test_a_teacher_labels_what_it_is_sure_of_and_leaves_the_rest_open(runs: list[Path], people: list[Document]) -> None:
    teacher = Tagger.load(runs[1])
    documents = list(self_labelled(teacher, [document.text for document in people]))
    assert [document.text for document in documents] == [document.text for document in people]
    for document, scored in zip(documents, teacher.score(d.text for d in documents), strict=True):
        certain = {(s.start, s.end, s.label) for s in teacher.decode(scored, off=()) if s.score >= 0.95}
        assert {(s.start, s.end, s.label) for s in document.spans} == certain
        for span in document.open_spans:
            assert all(span.end <= other.start or other.end <= span.start for other in document.spans)
    assert any(document.open_spans for document in documents)


def test_a_document_in_pieces_is_whole_and_cuts_no_span() -> None:
    text = "Ada came. Paul went.\nThey met Dr. Li. Nobody saw."
    document = Document(text, (Span(0, 3, "PERSON"), Span(30, 36, "PERSON")), annotated=frozenset({"PERSON"}))
    for seed in range(50):
        parts = list(_pieces(document, Random(seed)))
        assert sum(len(part.spans) for part in parts) == 2
        assert {part.text[s.start : s.end] for part in parts for s in part.spans} == {"Ada", "Dr. Li"}
        assert all(part.annotated == document.annotated for part in parts)
        assert "".join("".join(part.text.split()) for part in parts) == "".join(text.split())

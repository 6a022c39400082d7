"""LLaMA Factory's data and settings, both ways."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from loredact.bases import Base, find_base
from loredact.corpora import CorpusError, read_corpus, scan_corpus
from loredact.corpora.pairs import INSTRUCTION
from loredact.document import Document, Span
from loredact.errors import BaseError, InputError
from loredact.export import export_llamafactory
from loredact.lora import LoRAConfig
from loredact.training.settings import corpora, make_settings
from tests.conftest import write_lines

DOCUMENTS = [
    Document("Ada lives in London.", (Span(0, 3, "PERSON"), Span(13, 19, "LOCATION"))),
    Document("Nothing\nhere, naïve 👩🏽‍🚀."),
    Document("Call 0151 23, then Bob.", (Span(5, 12, "PHONE_NUMBER"), Span(19, 22, "PERSON"))),
]


def _export(documents: list[Document], out: Path, base: Base) -> list[int]:
    return export_llamafactory(
        documents, out, base=base.name, lora=LoRAConfig(rank=8, alpha=16), epochs=2, learning_rate=1e-4
    )


@pytest.mark.parametrize("name", ["alpaca.json", "sharegpt.json"])
def test_what_is_exported_reads_back_as_the_same_documents(name: str, tiny_base: Base, tmp_path: Path) -> None:
    assert _export(DOCUMENTS, tmp_path / "out", tiny_base) == []
    read = read_corpus(tmp_path / "out" / name)
    assert [(document.text, document.spans) for document in read] == [(d.text, d.spans) for d in DOCUMENTS]


def test_a_document_that_reads_back_otherwise_is_named(tiny_base: Base, tmp_path: Path) -> None:
    touching = Document("AdaBob", (Span(0, 3, "PERSON"), Span(3, 6, "PERSON")))
    assert _export([*DOCUMENTS, touching], tmp_path / "out", tiny_base) == [3]


def test_the_yaml_trains_the_same_thing_here(tiny_base: Base, tmp_path: Path) -> None:
    _export(DOCUMENTS, tmp_path / "out", tiny_base)
    said: list[str] = []
    settings = make_settings(tmp_path / "out" / "train.yaml", {"seed": 5}, said.append)
    assert settings.base == str(tiny_base.folder)
    assert (settings.lora.rank, settings.lora.alpha, settings.lora.targets) == (8, 16, "all-linear")
    assert (settings.epochs, settings.learning_rate, settings.seed, settings.method) == (2, 1e-4, 5, "lora")
    assert settings.decoder == "generate"
    (unused,) = said
    assert "cutoff_len" in unused
    assert "lora_rank" not in unused


def test_every_kind_of_lora_comes_back_from_the_yaml(tiny_base: Base, tmp_path: Path) -> None:
    names = ("q_proj", "v_proj")
    lora = LoRAConfig(rank=4, alpha=6, targets=names, rank_stabilised=True, dora=True, start="pissa", dropout=0.1)
    export_llamafactory(DOCUMENTS, tmp_path / "out", base=tiny_base.name, lora=lora, epochs=2, learning_rate=1e-4)
    assert make_settings(tmp_path / "out" / "train.yaml", {}).lora == lora


@pytest.mark.parametrize(
    "lora",
    [
        LoRAConfig(targets=r".*q_proj"),
        LoRAConfig(rank_pattern={"q_proj": 4}),
        LoRAConfig(alpha_pattern={"q_proj": 4}),
        LoRAConfig(alpha=0.5),
    ],
)
def test_a_lora_that_llama_factory_cannot_be_asked_for_is_refused(
    lora: LoRAConfig, tiny_base: Base, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="LLaMA Factory takes"):
        export_llamafactory(DOCUMENTS, tmp_path / "out", base=tiny_base.name, lora=lora, epochs=2, learning_rate=1e-4)
    assert not (tmp_path / "out").exists()


def test_without_data_the_corpora_are_those_that_the_yaml_names(tiny_base: Base, tmp_path: Path) -> None:
    _export(DOCUMENTS, tmp_path / "out", tiny_base)
    path = tmp_path / "out" / "train.yaml"
    assert corpora(None, path) == [tmp_path / "out" / "alpaca.json"]
    written = yaml.safe_load(path.read_text()) | {"dataset": "loredact_sharegpt, loredact_alpaca"}
    path.write_text(yaml.safe_dump(written))
    assert corpora(None, path) == [tmp_path / "out" / "sharegpt.json", tmp_path / "out" / "alpaca.json"]


def test_data_that_is_given_comes_before_what_the_yaml_names(tiny_base: Base, tmp_path: Path) -> None:
    _export(DOCUMENTS, tmp_path / "out", tiny_base)
    said: list[str] = []
    assert corpora("letters.jsonl", tmp_path / "out" / "train.yaml", said.append) == ["letters.jsonl"]
    assert "dataset" in said[0]


@pytest.mark.parametrize(
    ("entry", "wrong"),
    [
        (None, "tells of no letters"),
        ({"hf_hub_url": "somebody/letters"}, "is no file"),
        ({"file_name": "gone.json"}, "is no file"),
        ({"file_name": "letters.json", "columns": {"prompt": "text", "response": "masked"}}, "text, masked"),
    ],
)
def test_a_dataset_that_cannot_be_read_here_is_named(entry: object, wrong: str, tmp_path: Path) -> None:
    (tmp_path / "letters.json").write_text("[]")
    (tmp_path / "dataset_info.json").write_text(json.dumps({} if entry is None else {"letters": entry}))
    path = tmp_path / "train.yaml"
    path.write_text(yaml.safe_dump({"stage": "sft", "dataset": "letters", "dataset_dir": str(tmp_path)}))
    with pytest.raises(InputError, match=wrong):
        corpora(None, path)


@pytest.mark.parametrize(
    "written", ["stage: sft\n", "epochs: 3\n", "stage: sft\ndataset: letters\ndataset_dir: gone\n"]
)
def test_without_data_and_without_a_dataset_it_says_what_to_give(written: str, tmp_path: Path) -> None:
    path = tmp_path / "train.yaml"
    path.write_text(written)
    with pytest.raises(InputError, match=r"DATA|dataset_info\.json"):
        corpora(None, path)


@pytest.mark.parametrize(
    ("written", "name", "value"),
    [
        ({"lora_rank": 4}, "alpha", 8),
        ({"lora_rank": "4"}, "alpha", 8),
        ({"lora_target": "q_proj, v_proj"}, "targets", ("q_proj", "v_proj")),
        ({"lora_target": ["q_proj", "v_proj"]}, "targets", ("q_proj", "v_proj")),
        ({"use_rslora": True}, "rank_stabilised", True),
        ({"use_dora": True}, "dora", True),
        ({"pissa_init": True}, "start", "pissa"),
    ],
)
def test_each_kind_of_lora_is_taken_over(written: dict[str, Any], name: str, value: object, tmp_path: Path) -> None:
    path = tmp_path / "train.yaml"
    path.write_text(yaml.safe_dump({"stage": "sft", "finetuning_type": "lora", **written}))
    assert getattr(make_settings(path, {}).lora, name) == value


def test_a_tagger_can_be_trained_by_such_a_file_too(tmp_path: Path) -> None:
    path = tmp_path / "train.yaml"
    path.write_text("stage: sft\nfinetuning_type: full\n")
    settings = make_settings(path, {"decoder": "tags"})
    assert (settings.decoder, settings.method) == ("tags", "full")
    with pytest.raises(InputError, match="a generator is trained by lora alone"):
        make_settings(path, {})


def test_a_key_that_is_missing_is_what_llama_factory_takes_it_for(tmp_path: Path) -> None:
    path = tmp_path / "train.yaml"
    path.write_text("stage: sft\n")
    settings = make_settings(path, {})
    assert (settings.lora.rank, settings.lora.alpha, settings.lora.targets) == (8, 16, "all-linear")
    assert (settings.learning_rate, settings.epochs, settings.warm_up, settings.seed) == (5e-5, 3, 0, 42)


@pytest.mark.parametrize("written", ["finetuning_type: freeze", "stage: dpo"])
def test_a_kind_of_fine_tuning_that_is_not_here_is_refused(written: str, tmp_path: Path) -> None:
    path = tmp_path / "train.yaml"
    path.write_text(written + "\n")
    with pytest.raises(InputError, match=written):
        make_settings(path, {})


@pytest.mark.parametrize(
    "row",
    [
        {"instruction": "Mask it.", "input": "Ada is ill.", "output": "[PERSON] is ill."},
        {"instruction": f"{INSTRUCTION}\nAda is ill.", "output": "[PERSON] is ill."},
        {
            "messages": [
                {"role": "user", "content": "Ada is ill."},
                {"role": "assistant", "content": "[PERSON] is ill."},
            ]
        },
        {
            "conversations": [
                {"from": "system", "value": "You mask."},
                {"from": "human", "value": "Ada is ill."},
                {"from": "gpt", "value": "[PERSON] is ill."},
            ]
        },
    ],
)
def test_each_layout_of_a_pair_is_read(row: dict[str, object], tmp_path: Path) -> None:
    (document,) = read_corpus(write_lines(tmp_path / "pairs.jsonl", [row]))
    assert (document.text, document.spans) == ("Ada is ill.", (Span(0, 3, "PERSON"),))


def test_a_pair_that_does_not_fit_is_told_by_its_line_and_left_out(tmp_path: Path) -> None:
    secret = "Zebulon"
    good: dict[str, object] = {"instruction": "Mask.", "input": "Ada is ill.", "output": "[PERSON] is ill."}
    bad: dict[str, object] = {"instruction": "Mask.", "input": f"{secret} is ill.", "output": "[PERSON] was well."}
    path = write_lines(tmp_path / "pairs.jsonl", [good, bad, good])
    said: list[str] = []
    assert len(read_corpus(path, said.append)) == 2
    assert len(said) == 1
    assert ":2: output" in said[0]
    assert secret not in said[0]
    with pytest.raises(CorpusError):
        read_corpus(write_lines(tmp_path / "bad.jsonl", [bad]))


def test_a_conversation_without_an_answer_is_a_problem_of_the_corpus(tmp_path: Path) -> None:
    row: dict[str, object] = {"conversations": [{"from": "human", "value": "Ada"}]}
    reading = scan_corpus(write_lines(tmp_path / "pairs.jsonl", [row]))
    assert [problem.reason for problem in reading.problems] == ["nothing said by the assistant"]
    assert not reading.problems[0].left_out


def test_dataset_info_names_both_files(tiny_base: Base, tmp_path: Path) -> None:
    _export(DOCUMENTS, tmp_path / "out", tiny_base)
    info = json.loads((tmp_path / "out" / "dataset_info.json").read_text())
    assert all((tmp_path / "out" / entry["file_name"]).exists() for entry in info.values())


def test_the_base_is_spoken_to_as_its_own_chat_template_has_it(real_base: Base, tmp_path: Path) -> None:
    _export(DOCUMENTS, tmp_path / "out", real_base)
    written = yaml.safe_load((tmp_path / "out" / "train.yaml").read_text())
    assert written["template"] == "smollm2"
    assert written["default_system"] == "You are a helpful AI assistant named SmolLM, trained by Hugging Face"


def test_no_pair_is_cut(tiny_base: Base, tmp_path: Path) -> None:
    long = Document("Ada is ill. " * 100, (Span(0, 3, "PERSON"),))
    _export([*DOCUMENTS, long], tmp_path / "out", tiny_base)
    assert yaml.safe_load((tmp_path / "out" / "train.yaml").read_text())["cutoff_len"] > 800


def test_a_base_that_writes_no_text_is_refused(tiny_folder: Path, tmp_path: Path) -> None:
    base = tmp_path / "base"
    base.mkdir()
    for file in tiny_folder.iterdir():
        (base / file.name).write_bytes(file.read_bytes().replace(b"LlamaForCausalLM", b"LlamaModel"))
    with pytest.raises(BaseError, match="does not write text"):
        _export(DOCUMENTS, tmp_path / "out", find_base(str(base)))
    assert not (tmp_path / "out").exists()

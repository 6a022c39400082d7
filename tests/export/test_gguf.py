"""What is written as GGUF computes what the adapter does: read by Transformers, tensor by tensor, and by llama.cpp."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from gguf import GGUFReader
from torch import Tensor
from transformers import AutoModelForCausalLM, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM

from loredact import lora
from loredact.bases import Base, find_base
from loredact.encoding import read_tokenizer
from loredact.errors import AdapterError, BaseError, InputError
from loredact.export import export_gguf
from loredact.generator import ConstrainedGenerator, GeneratorArchitecture, GeneratorBase, GeneratorDescription
from loredact.lora import LoRAConfig
from tests.conftest import TINY, random_tagger

TEXT = "Ada Lovelace lives in London, née Łukasz 👩‍🔬\n\n  12 34 56."


CHAT = (
    "{% for said in messages %}<{{ said.role }}>{{ said.content }}</>{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)


@pytest.fixture
def chat_base(tiny_folder: Path, tmp_path: Path) -> Base:
    """The tiny Llama with a chat template."""
    shutil.copytree(tiny_folder, tmp_path / "base")
    return _with_template(tmp_path / "base")


def _with_template(folder: Path) -> Base:
    about = {"tokenizer_class": "PreTrainedTokenizerFast", "chat_template": CHAT}
    (folder / "tokenizer_config.json").write_text(json.dumps(about))
    return find_base(str(folder))


def _adapter(base: Base, folder: Path, **options: Any) -> Tensor:
    """Save an adapter with random weights in `folder`; gives the logits of the base with it on `TEXT`."""
    torch.manual_seed(3)
    network = AutoModelForCausalLM.from_pretrained(base.folder, dtype=torch.float32)
    config = LoRAConfig(rank=8, alpha=16, **options)
    lora.attach(network, config)
    with torch.no_grad():
        for layer in lora.lora_weights(network).values():
            layer.b.normal_(std=0.05)
        folder.mkdir()
        lora.save_adapter(folder, network, config, base=str(base.folder), task="CAUSAL_LM")
        logits: Tensor = network(torch.tensor([_ids(base)])).logits[0]
    return logits


def _ids(base: Base) -> list[int]:
    ids: list[int] = read_tokenizer(base.folder / "tokenizer.json").encode(TEXT, add_special_tokens=False).ids
    return ids


def _tensors(path: Path) -> dict[str, Tensor]:
    return {tensor.name: torch.tensor(np.array(tensor.data)).float() for tensor in GGUFReader(path).tensors}


def test_transformers_reads_the_merged_model_and_gives_the_same_logits(chat_base: Base, tmp_path: Path) -> None:
    expected = _adapter(chat_base, tmp_path / "adapter", rank_pattern={"down_proj": 4})
    files = export_gguf(tmp_path / "adapter", tmp_path / "out")
    assert [file.name for file in files] == ["adapter.gguf", "model.gguf"]
    read = AutoModelForCausalLM.from_pretrained(tmp_path / "out", gguf_file="model.gguf", dtype=torch.float32)
    assert isinstance(read, LlamaForCausalLM)
    with torch.no_grad():
        logits = read(torch.tensor([_ids(chat_base)])).logits[0]
    # The matrices were rounded to float16.
    torch.testing.assert_close(logits, expected, atol=5e-3, rtol=0)


@pytest.mark.parametrize("options", [{}, {"rank_stabilised": True, "rank_pattern": {"q_proj": 4}}])
def test_base_and_adapter_together_are_the_merged_model(
    chat_base: Base, tmp_path: Path, options: dict[str, Any]
) -> None:
    _adapter(chat_base, tmp_path / "adapter", **options)
    export_gguf(tmp_path / "adapter", tmp_path / "out", with_base=True)
    base, adapter, merged = (_tensors(tmp_path / "out" / f"{name}.gguf") for name in ("base", "adapter", "model"))
    alpha = GGUFReader(tmp_path / "out" / "adapter.gguf").fields["adapter.lora.alpha"].contents()
    assert base.keys() == merged.keys()
    adapted = {name.removesuffix(".lora_a") for name in adapter if name.endswith(".lora_a")}
    assert len(adapted) == 14  # seven in each of two layers
    for name, weight in base.items():
        if name in adapted:
            a, b = adapter[f"{name}.lora_a"], adapter[f"{name}.lora_b"]
            weight += alpha / len(a) * b @ a  # noqa: PLW2901
        torch.testing.assert_close(weight, merged[name], atol=1e-3, rtol=1e-3)


def test_a_dora_adapter_is_merged_alone(chat_base: Base, tmp_path: Path) -> None:
    _adapter(chat_base, tmp_path / "adapter", dora=True)
    assert [file.name for file in export_gguf(tmp_path / "adapter", tmp_path / "out")] == ["model.gguf"]


def test_a_qwen_is_written_without_turning_its_rows(tiny_folder: Path, tmp_path: Path) -> None:
    torch.manual_seed(4)
    Qwen2ForCausalLM(Qwen2Config(**TINY, tie_word_embeddings=False)).save_pretrained(tmp_path / "base")
    (tmp_path / "base" / "tokenizer.json").write_bytes((tiny_folder / "tokenizer.json").read_bytes())
    base = _with_template(tmp_path / "base")
    expected = _adapter(base, tmp_path / "adapter")
    export_gguf(tmp_path / "adapter", tmp_path / "out")
    read = AutoModelForCausalLM.from_pretrained(tmp_path / "out", gguf_file="model.gguf", dtype=torch.float32)
    with torch.no_grad():
        logits = read(torch.tensor([_ids(base)])).logits[0]
    torch.testing.assert_close(logits, expected, atol=5e-3, rtol=0)


def test_llama_cpp_gives_the_same_tokens_and_the_same_best_token_at_each_place(real_base: Base, tmp_path: Path) -> None:
    llama: Any = pytest.importorskip("llama_cpp", reason="llama-cpp-python is not installed: docs/how-to/engines.md")
    expected = _adapter(real_base, tmp_path / "adapter").numpy()
    export_gguf(tmp_path / "adapter", tmp_path / "out", with_base=True)
    ids = _ids(real_base)
    for model, adapter in (("model", None), ("base", str(tmp_path / "out" / "adapter.gguf"))):
        path = str(tmp_path / "out" / f"{model}.gguf")
        engine = llama.Llama(path, lora_path=adapter, logits_all=True, n_ctx=256, n_threads=1, verbose=False)
        assert engine.tokenize(TEXT.encode()) == ids
        engine.eval(ids)
        logits = np.array(engine.scores[: len(ids)])
        # llama.cpp multiplies float16 by float16.
        np.testing.assert_allclose(logits, expected, atol=0.25)
        assert (logits.argmax(1) == expected.argmax(1)).mean() > 0.9


def test_what_has_no_place_in_gguf_is_refused(chat_base: Base, tmp_path: Path) -> None:
    random_tagger(chat_base).save(tmp_path / "tagger")
    with pytest.raises(AdapterError, match="token classification head"):
        export_gguf(tmp_path / "tagger", tmp_path / "out")
    _adapter(chat_base, tmp_path / "adapter")
    with pytest.raises(InputError, match="already"):
        export_gguf(tmp_path / "adapter", tmp_path)
    assert not (tmp_path / "out").exists()


def test_a_tokenizer_that_llama_cpp_would_cut_otherwise_is_refused(chat_base: Base, tmp_path: Path) -> None:
    file = chat_base.folder / "tokenizer.json"
    text = file.read_text()
    assert '"use_regex": true' in text
    file.write_text(text.replace('"use_regex": true', '"use_regex": false'))
    _adapter(chat_base, tmp_path / "adapter")
    with pytest.raises(BaseError, match="tokenizer"):
        export_gguf(tmp_path / "adapter", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_writer_of_some_of_the_layers_is_a_model_of_as_many(chat_base: Base, tmp_path: Path) -> None:
    about = GeneratorDescription(
        base=GeneratorBase(name=chat_base.name, fingerprint=chat_base.fingerprint),
        architecture=GeneratorArchitecture(num_layers=1),
    )
    ConstrainedGenerator.new(chat_base, about, LoRAConfig(rank=4), "float32").save(tmp_path / "adapter")
    export_gguf(tmp_path / "adapter", tmp_path / "out")
    reader = GGUFReader(tmp_path / "out" / "model.gguf")
    assert reader.fields["llama.block_count"].contents() == 1
    assert not [tensor.name for tensor in reader.tensors if tensor.name.startswith("blk.1.")]

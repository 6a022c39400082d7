"""An adapter is PEFT's own files: PEFT loads it and scores the same. On another base it is refused."""

from pathlib import Path

import numpy as np
import pytest
import torch
from peft import PeftModel
from torch import nn
from transformers import AutoModelForTokenClassification, LlamaConfig, LlamaForCausalLM

from loredact.adapters.description import decoder_of
from loredact.bases import Base, find_base
from loredact.document import Document
from loredact.errors import AdapterError
from loredact.lora import LoRAConfig
from loredact.tagger import Tagger, read_description
from tests.conftest import describe, edit, random_tagger

TEXT = "Patient Ada Lovelace, born on 10 December 1815 in London, was seen by Dr Erdős. " * 3


def _peft_scores(tagger: Tagger, folder: Path) -> np.ndarray:
    """Tag scores by Transformers and PEFT alone."""
    about = tagger.description.architecture
    config = {"num_labels": len(tagger.tags), "num_hidden_layers": about.num_layers}
    # Eager, since Transformers' fused attention looks back only, whatever the configuration says.
    network = AutoModelForTokenClassification.from_pretrained(
        tagger.base.folder, **config, dtype=torch.float32, attn_implementation="eager"
    )
    network.config.is_causal = about.attention == "causal"
    wrapped = PeftModel.from_pretrained(network, folder).eval()
    ids = torch.tensor([tagger.tokenizer.encode(TEXT, add_special_tokens=False).ids])
    with torch.no_grad():
        scores: np.ndarray = wrapped(input_ids=ids).logits[0].numpy()
    return scores


@pytest.mark.parametrize("attention", ["causal", "both"])
def test_peft_loads_an_adapter_and_gives_the_same_scores(tmp_path: Path, tiny_base: Base, attention: str) -> None:
    # Weights of this size keep float32 from amplifying its own rounding.
    tagger = random_tagger(tiny_base, attention=attention, std=0.1)
    tagger.description = tagger.description.changed(architecture={"window": 512})
    tagger.save(tmp_path)
    (ours,) = tagger.score([TEXT])
    np.testing.assert_allclose(ours.scores, _peft_scores(tagger, tmp_path), atol=1e-5)


def test_peft_gives_the_same_scores_on_the_real_base(tmp_path: Path, real_base: Base) -> None:
    torch.manual_seed(3)
    about = describe(real_base, ("PERSON", "DATE"), window=512).changed(architecture={"num_layers": 4})
    tagger = Tagger.new(real_base, about, LoRAConfig(rank=8, alpha=16), "float32")
    for name, parameter in tagger.network.named_parameters():
        if name.endswith("lora_B"):
            nn.init.normal_(parameter, std=0.02)
    tagger.save(tmp_path)
    (ours,) = tagger.score([TEXT])
    np.testing.assert_allclose(ours.scores, _peft_scores(tagger, tmp_path), atol=1e-4)


def test_a_saved_adapter_loads_with_the_same_scores(tmp_path: Path, tiny_base: Base) -> None:
    tagger = random_tagger(tiny_base)
    tagger.save(tmp_path)
    (before,), (after,) = tagger.score([TEXT]), Tagger.load(tmp_path, "float32").score([TEXT])
    np.testing.assert_array_equal(before.scores, after.scores)


def test_windows_packed_in_one_row_score_as_each_would_alone(tiny_base: Base, people: list[Document]) -> None:
    tagger = random_tagger(tiny_base)
    texts = [document.text for document in people[:9]] + ["Ada", TEXT]
    for text, scored in zip(texts, tagger.score(texts), strict=True):
        (alone,) = tagger.score([text])
        np.testing.assert_allclose(scored.scores, alone.scores, atol=1e-5)


def test_an_adapter_on_another_base_is_refused_and_names_the_one_it_wants(tmp_path: Path, tiny_base: Base) -> None:
    other = tmp_path / "other"
    LlamaForCausalLM(LlamaConfig.from_pretrained(tiny_base.folder)).save_pretrained(other)
    (other / "tokenizer.json").write_bytes((tiny_base.folder / "tokenizer.json").read_bytes())
    random_tagger(tiny_base).save(tmp_path / "adapter")
    assert find_base(str(other)).fingerprint != tiny_base.fingerprint
    with pytest.raises(AdapterError, match=tiny_base.fingerprint[:12]):
        Tagger.load(tmp_path / "adapter", base=str(other))


@pytest.mark.parametrize("name", ["loredact.json", "adapter_config.json", "adapter_model.safetensors"])
def test_a_missing_or_damaged_file_is_named(tmp_path: Path, tiny_base: Base, name: str) -> None:
    random_tagger(tiny_base).save(tmp_path)
    (tmp_path / name).write_bytes(b"damaged")
    with pytest.raises(AdapterError, match=name):
        Tagger.load(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(AdapterError, match=name):
        Tagger.load(tmp_path)


@pytest.mark.parametrize("missing", ["r", "lora_alpha", "target_modules"])
def test_settings_of_peft_that_lack_something_are_told(tmp_path: Path, tiny_base: Base, missing: str) -> None:
    random_tagger(tiny_base).save(tmp_path)
    edit(tmp_path / "adapter_config.json", **{missing: None})
    with pytest.raises(AdapterError, match="missing or wrong"):
        Tagger.load(tmp_path)


def test_an_adapter_of_another_depth_is_refused(tmp_path: Path, tiny_base: Base) -> None:
    random_tagger(tiny_base).save(tmp_path)
    edit(tmp_path / "loredact.json", architecture__num_layers=1)
    with pytest.raises(AdapterError, match="another base or depth"):
        Tagger.load(tmp_path)


def test_a_description_by_hand_beside_pefts_files_need_not_name_the_decoder(tmp_path: Path) -> None:
    (tmp_path / "adapter_config.json").write_text('{"task_type": "CAUSAL_LM"}')
    (tmp_path / "loredact.json").write_text('{"base": "smollm2-135m-instruct"}')
    assert decoder_of(tmp_path) == "generate"


def test_a_format_that_is_no_number_is_told_as_not_valid(tmp_path: Path) -> None:
    (tmp_path / "loredact.json").write_text('{"format": "newest"}')
    with pytest.raises(AdapterError, match=r"is not valid, in: .*format"):
        read_description(tmp_path)

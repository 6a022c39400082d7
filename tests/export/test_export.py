"""What is exported gives the same scores and spans as the adapter it was made of."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForTokenClassification, AutoTokenizer, pipeline

from loredact import Masker
from loredact.adapters import find_adapter
from loredact.bases import Base
from loredact.decoding import Scored
from loredact.encoding import TagSet, encode
from loredact.errors import InputError
from loredact.export import export_hf, export_onnx
from loredact.tagger import Tagger
from tests.conftest import random_tagger

TEXTS = [
    "Please call Ms. Ada Lovelace, born on 10 December 1815 in London (tel. +44 20 7946 0018).",
    "The invoice is due.",
    "Sehr geehrter Herr Müller-Lüdenscheidt, Ihre Kundennummer ist KD-448812.",
]


# Both sides are in float32 and sum in other orders, as the processor has it: each was 2e-5 at most from what float64
# gives, with AVX2 and with AVX-512, and scores of another network or another window are 1e-2 away or more.
ROUNDED = 1e-4


@pytest.mark.parametrize("attention", ["causal", "both"])
def test_transformers_gives_the_same_scores(tiny_base: Base, tmp_path: Path, attention: str) -> None:
    random_tagger(tiny_base, attention=attention).save(tmp_path / "adapter")
    export_hf(tmp_path / "adapter", tmp_path / "model")
    tagger = Tagger.load(tmp_path / "adapter", "float32")
    model = AutoModelForTokenClassification.from_pretrained(tmp_path / "model").eval()
    assert list(model.config.id2label.values()) == tagger.tags.names
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "model")
    # Shorter than a window; together, so that the shorter are padded.
    texts = [text[:12] for text in TEXTS]
    batch = tokenizer(texts, return_tensors="pt", padding=True)
    with torch.no_grad():
        logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits.numpy()
    for scored, row in zip(tagger.score(texts), logits, strict=True):
        np.testing.assert_allclose(row[: len(scored.tokens)], scored.scores, rtol=0, atol=ROUNDED)


def test_a_pipeline_finds_what_the_adapter_that_ships_finds(multilingual_base: Base, tmp_path: Path) -> None:
    export_hf(find_adapter("default"), tmp_path / "model")
    run = pipeline("token-classification", model=str(tmp_path / "model"), batch_size=3)
    tagger = Tagger.load(find_adapter("default"), "float32")
    for scored, entities in zip(tagger.score(TEXTS), run(TEXTS), strict=True):
        best = [tagger.tags.names[tag] for tag in scored.scores.argmax(1)]
        expected = [
            (int(start), int(end), name)
            for start, end, name in zip(scored.tokens.starts, scored.tokens.ends, best, strict=True)
            if name != "O"
        ]
        # A pipeline's offsets take the white space before a word along.
        found = [(e["start"], e["end"], e["entity"]) for e in entities]
        assert [(end, name) for _, end, name in found] == [(end, name) for _, end, name in expected]


def test_the_encoder_runs_in_transformers_and_onnx_runtime_without_tokens_of_its_own(
    fast_base: Base, tmp_path: Path
) -> None:
    pytest.importorskip("onnxscript", reason="the extra `onnx` is not installed")
    runtime: Any = pytest.importorskip("onnxruntime", reason="the extra `onnx` is not installed")
    tagger = random_tagger(fast_base, std=0.1)
    tagger.description = tagger.description.changed(architecture={"window": 64})
    tagger.save(tmp_path / "adapter")
    export_hf(tmp_path / "adapter", tmp_path / "model")
    export_onnx(tmp_path / "adapter", tmp_path / "onnx")
    model = AutoModelForTokenClassification.from_pretrained(tmp_path / "model").eval()
    session = runtime.InferenceSession(tmp_path / "onnx" / "model.onnx")
    batch = AutoTokenizer.from_pretrained(tmp_path / "model")(TEXTS, return_tensors="pt", padding=True)
    with torch.no_grad():
        by_transformers = model(**batch).logits.numpy()
    (by_onnx,) = session.run(["logits"], {name: tensor.numpy() for name, tensor in batch.items()})
    scored = Tagger.load(tmp_path / "adapter", "float32").score(TEXTS)
    for ours, first, second, mask in zip(scored, by_transformers, by_onnx, batch["attention_mask"], strict=True):
        assert int(mask.sum()) == len(ours.tokens)
        np.testing.assert_allclose(first[: len(ours.tokens)], ours.scores, rtol=0, atol=ROUNDED)
        np.testing.assert_allclose(second[: len(ours.tokens)], ours.scores, rtol=0, atol=ROUNDED)


def test_onnx_runtime_finds_the_same_spans(multilingual_base: Base, tmp_path: Path) -> None:
    pytest.importorskip("onnxscript", reason="the extra `onnx` is not installed")
    runtime: Any = pytest.importorskip("onnxruntime", reason="the extra `onnx` is not installed")
    export_onnx(find_adapter("default"), tmp_path / "model")
    session = runtime.InferenceSession(tmp_path / "model" / "model.onnx")
    names = json.loads((tmp_path / "model" / "config.json").read_text())["id2label"]
    tagger = Tagger.load(find_adapter("default"), "float32")
    assert list(names.values()) == list(tagger.tags.names)
    tags = TagSet(tagger.description.architecture.labels)
    masker = Masker(tagger, rules=False)
    for text in TEXTS:
        tokens = encode(tagger.tokenizer, text)
        inputs = {"input_ids": tokens.ids[None], "attention_mask": np.ones_like(tokens.ids)[None]}
        (logits,) = session.run(["logits"], inputs)
        scored = Scored(text, tokens, logits[0])
        assert tagger.description.decoding.spans(scored, tags) == masker.find(text)


def test_what_is_there_is_not_written_over(tiny_base: Base, tmp_path: Path) -> None:
    random_tagger(tiny_base).save(tmp_path / "adapter")
    for export in (export_hf, export_onnx):
        with pytest.raises(InputError, match="already"):
            export(tmp_path / "adapter", tmp_path)

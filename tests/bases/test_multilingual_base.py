"""The multilingual encoder: converted from blocks of four bits, its tokens give back the text in any script."""

import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from tokenizers import Tokenizer
from transformers import AutoModelForTokenClassification

from loredact.bases import Base
from loredact.bases.blocks_file import convert_blocks
from loredact.bases.fingerprint import fingerprint
from loredact.encoding import encode, read_tokenizer
from loredact.errors import BaseError
from loredact.lora import LoRAConfig
from loredact.network import default_depth, longest_window
from loredact.tagger import Tagger
from tests.conftest import describe

TEXT = "Sehr geehrte Frau Dr. Müller,\n\nam 3.3.2024 kam Zoë O’Brien um ２０７ Uhr.\r\nМария Иванова, 李小龙 😀"


@pytest.fixture(scope="module")
def tokenizer(multilingual_base: Base) -> Tokenizer:
    return read_tokenizer(multilingual_base.folder / "tokenizer.json")


def test_the_base_is_converted_whole(multilingual_base: Base) -> None:
    assert fingerprint(multilingual_base.folder) == multilingual_base.fingerprint
    assert (default_depth(multilingual_base), longest_window(multilingual_base)) == (12, 512)
    with safe_open(multilingual_base.folder / "model.safetensors", framework="pt") as file:
        words = file.get_slice("embeddings.word_embeddings.weight")
        assert words.get_shape() == [250_037, 384]
        assert len(list(file.keys())) == 197


def test_the_converted_network_scores_as_transformers_does(multilingual_base: Base) -> None:
    about = describe(multilingual_base, ("PERSON",), window=512).changed(architecture={"num_layers": 12})
    torch.manual_seed(1)
    tagger = Tagger.new(multilingual_base, about, LoRAConfig(), "float32")
    theirs = AutoModelForTokenClassification.from_pretrained(
        multilingual_base.folder, num_labels=5, dtype=torch.float32
    ).eval()
    theirs.load_state_dict({**theirs.state_dict(), **tagger.head.state_dict(prefix="classifier.")})
    for text, scored in zip([TEXT, "Ada"], tagger.score([TEXT, "Ada"]), strict=True):
        ids = torch.from_numpy(encode(tagger.tokenizer, text).ids)[None]
        with torch.no_grad():
            expected = theirs(input_ids=ids).logits[0].numpy()
        np.testing.assert_allclose(scored.scores, expected, atol=2e-4)


def test_tokens_stand_where_their_words_do(tokenizer: Tokenizer) -> None:
    tokens = encode(tokenizer, TEXT)
    words = [TEXT[start:end] for start, end in zip(tokens.starts, tokens.ends, strict=True)]
    assert "".join(words) == "".join(TEXT.split())
    assert "Müller" in words
    assert "２０７" in words


def test_a_line_end_is_a_token_and_a_space_is_none(tokenizer: Tokenizer) -> None:
    lines, spaces = encode(tokenizer, "Ada\nPaul"), encode(tokenizer, "Ada Paul")
    assert len(lines) == len(spaces) + 1
    assert [*lines.ids[:1], *lines.ids[2:]] == list(spaces.ids)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60))
def test_tokens_of_any_text_are_in_order_and_within_it(tokenizer: Tokenizer, text: str) -> None:
    tokens = encode(tokenizer, text)
    assert (tokens.starts <= tokens.ends).all()
    assert (np.diff(tokens.starts) >= 0).all()
    assert (np.diff(tokens.ends) >= 0).all()
    assert not len(tokens) or 0 <= tokens.starts[0] <= tokens.ends[-1] <= len(text)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"E5S1",
        b"GGUF" + bytes(64),
        b"E5S1" + struct.pack("<I7ifi", 1, 384, 12, 12, 1536, 250_037, 512, 2, 1e-12, 32),
    ],
)
def test_a_file_of_another_form_is_refused_and_nothing_is_written(tmp_path: Path, data: bytes) -> None:
    model = tmp_path / "model.bin"
    model.write_bytes(data)
    with pytest.raises(BaseError):
        convert_blocks(model, tmp_path / "converted")
    assert not (tmp_path / "converted").exists()

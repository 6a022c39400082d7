"""The encoder of the fast tier: it scores as Transformers does, and its lower-cased tokens give spans of the text."""

import unicodedata

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from transformers import AutoModelForTokenClassification

from loredact.bases import DEFAULT_BASE, FAST_BASE, Base
from loredact.bases.fingerprint import fingerprint
from loredact.bases.identity import BASE_FILE
from loredact.bases.wheel import MODEL_FILES
from loredact.decoding import decode
from loredact.document import Document, Span, span_problems
from loredact.encoding import encode, read_tokenizer
from loredact.errors import InputError
from loredact.kernels import call
from loredact.lora import LoRAConfig, lora_layers, merge_and_unload
from loredact.network import default_depth, has_int8_matmuls, longest_window, masks_in_int8, pack_weights
from loredact.tagger import Tagger
from loredact.training import Settings
from loredact.training.tagging import new_tagger
from tests.conftest import describe, random_tagger

TEXT = "Please call Ms. Ada Lovelace, born on 10 December 1815 in London, about the ÉCOLE (tel. +44 20 7946 0018). "


@pytest.fixture(scope="module")
def tagger(fast_base: Base) -> Tagger:
    return random_tagger(fast_base, std=0.1)


def test_only_the_model_and_its_tokenizer_are_unpacked(fast_base: Base) -> None:
    assert {path.name for path in fast_base.folder.iterdir()} == {*MODEL_FILES, BASE_FILE}
    assert fingerprint(fast_base.folder) == fast_base.fingerprint


def test_packed_windows_score_as_transformers_scores_each_alone(fast_base: Base) -> None:
    about = describe(fast_base, ("PERSON",), window=512).changed(architecture={"num_layers": 6})
    torch.manual_seed(1)
    tagger = Tagger.new(fast_base, about, LoRAConfig(), "float32")
    theirs = AutoModelForTokenClassification.from_pretrained(fast_base.folder, num_labels=5, dtype=torch.float32).eval()
    theirs.load_state_dict({**theirs.state_dict(), **tagger.head.state_dict(prefix="classifier.")})
    texts = [TEXT, TEXT * 3, "Ada"]
    for text, scored in zip(texts, tagger.score(texts), strict=True):
        ids = torch.from_numpy(encode(tagger.tokenizer, text).ids)[None]
        with torch.no_grad():
            expected = theirs(input_ids=ids).logits[0].numpy()
        np.testing.assert_allclose(scored.scores, expected, atol=1e-4)


def test_packed_weights_give_the_same_scores(fast_base: Base) -> None:
    about = describe(fast_base, ("PERSON",), window=512).changed(architecture={"num_layers": 6})
    tagger = Tagger.new(fast_base, about, LoRAConfig(), "float32")
    # The last is too long for attention to be in one call with the rest.
    texts = [TEXT, "Ada", TEXT * 2, TEXT * 12]
    before = [next(tagger.score([text])) for text in texts] + list(tagger.score(texts[:3]))
    merge_and_unload(tagger.network)
    pack_weights(tagger.network)
    after = [next(tagger.score([text])) for text in texts] + list(tagger.score(texts[:3]))
    for ours, theirs in zip(after, before, strict=True):
        np.testing.assert_allclose(ours.scores, theirs.scores, atol=2e-5)


def test_all_linear_adapts_the_layers_and_neither_pooler_nor_head(tagger: Tagger) -> None:
    adapted = [name for name, _ in lora_layers(tagger.network)]
    # Queries, keys, values, the attention's output, and the two products after it.
    assert len(adapted) == 6 * tagger.description.architecture.num_layers
    assert all(".encoder.layer." in name for name in adapted)
    assert not any("pooler" in name for name, _ in tagger.network.named_modules())


def test_the_same_text_gives_the_same_scores_in_training_too(tagger: Tagger) -> None:
    ids = [encode(tagger.tokenizer, TEXT).ids]
    tagger.network.train()
    with torch.no_grad():
        first, second = tagger.forward(ids), tagger.forward(ids)
    tagger.network.eval()
    torch.testing.assert_close(first, second, rtol=0, atol=0)


def test_all_of_an_encoders_layers_are_used_and_two_fifths_of_a_language_models(
    fast_base: Base, real_base: Base
) -> None:
    assert default_depth(fast_base) == 6
    assert real_base.name == DEFAULT_BASE
    assert default_depth(real_base) == 12


def test_a_window_beyond_the_base_is_refused(fast_base: Base, people: list[Document]) -> None:
    assert longest_window(fast_base) == 512
    with pytest.raises(InputError, match="at most 512"):
        new_tagger(people, Settings(base=FAST_BASE, window=513), lambda step: None)


def test_a_text_is_never_cut_nor_padded(fast_base: Base) -> None:
    """The tokenizer's own file says to cut at 128 tokens and to pad to as many."""
    tokenizer = read_tokenizer(fast_base.folder / "tokenizer.json")
    tokens = encode(tokenizer, "word " * 1000)
    assert len(tokens) == 1000
    assert len(encode(tokenizer, "word")) == 1


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("İstanbul İZMİR", ["İstanbul", "İ", "Z", "MİR"]),
        ("Cafe\u0301 bar", ["Cafe\u0301", "bar"]),
        ("naïve ÉCOLE", ["naïve", "ÉCOLE"]),
        ("日本 ok", ["日", "本", "ok"]),
        ("Ada\u200b, Eve", ["Ada\u200b", ",", "Eve"]),
        ("🤷🏽 Ada", ["🤷🏽", "Ada"]),
    ],
)
def test_tokens_are_the_texts_own_characters_though_the_model_reads_them_plain(
    fast_base: Base, text: str, tokens: list[str]
) -> None:
    found = encode(read_tokenizer(fast_base.folder / "tokenizer.json"), text)
    assert [text[start:end] for start, end in zip(found.starts, found.ends, strict=True)] == tokens


_LETTERS = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from("aZ9 .\n\tİıßſé\u0301\u0307\u0345\u00ad\u200b\u200d\ufeffﬁ日한กÅ\u0000\u2028🤷🏽"),
    ),
    max_size=60,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=_LETTERS)
def test_whatever_the_text_no_character_within_a_word_is_left_out(fast_base: Base, text: str) -> None:
    """Between two tokens there is white space or what stands before the first token, and never part of a span."""
    tokens = encode(read_tokenizer(fast_base.folder / "tokenizer.json"), text)
    assert list(tokens.starts) == sorted(tokens.starts)
    assert list(tokens.ends) == sorted(tokens.ends)
    for end, start in zip(tokens.ends[:-1], tokens.starts[1:], strict=True):
        between = text[end:start]
        assert not between or between[0].isspace()
        assert not any(unicodedata.category(character)[0] in "LN" for character in between)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(_LETTERS, max_size=4))
def test_what_is_found_are_spans_of_the_text(tagger: Tagger, texts: list[str]) -> None:
    for found in tagger.find(map(Document, texts)):
        assert span_problems(found.text, found.spans) == []


def test_tags_written_on_its_tokens_read_back_as_the_same_spans(fast_base: Base, tagger: Tagger) -> None:
    text = "Dr. José Álvarez-İpek (Cafe\u0301 Zoë) wrote on 3 May."
    spans = [Span(text.index(name), text.index(name) + len(name), "PERSON") for name in ("José Álvarez-İpek", "Zoë")]
    tokens = encode(tagger.tokenizer, text)
    written = tagger.tags.write(tokens, spans)
    scores = np.full((len(tokens), len(tagger.tags)), -20.0, dtype=np.float32)
    scores[np.arange(len(tokens)), written] = 20.0
    found = [(span.start, span.end, span.label) for span in decode(scores, tokens, tagger.tags)]
    assert found == [(span.start, span.end, span.label) for span in spans]


def test_an_encoder_masks_in_int8_where_there_are_matmuls_for_it_and_a_language_model_only_when_asked(
    fast_base: Base, tiny_base: Base
) -> None:
    assert masks_in_int8(None, fast_base) == has_int8_matmuls()
    assert not masks_in_int8(None, tiny_base)
    assert not masks_in_int8("bfloat16", fast_base)
    if has_int8_matmuls():
        assert masks_in_int8("int8", tiny_base)
    with call.using({}):  # such as without a compiler
        assert not masks_in_int8(None, fast_base)
        with pytest.raises(InputError, match="Masking in int8 needs"):
            masks_in_int8("int8", fast_base)

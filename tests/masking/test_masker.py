"""Whatever the weights and whatever the text: outside the spans, the text comes out as it went in."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from loredact import Settings, train
from loredact.bases import Base
from loredact.document import Document, Masked
from loredact.errors import InputError
from loredact.masking import Masker
from loredact.tagger import Tagger
from tests.conftest import random_tagger

# All of Unicode but surrogates, with the awkward parts more often than chance would bring them.
AWKWARD = st.sampled_from(
    [
        "👩🏽‍🚀",
        "e\u0301",
        "שלום",
        "مرحبا",
        "\r\n",
        "\r",
        "\u200b",
        "\u200d",
        "\x00",
        "\ufeff",
        "\u2028",
        "  ",
        "Ada ",
        "12 34",
        "<|im_end|>",
    ]
)
TEXTS = st.lists(st.one_of(AWKWARD, st.text(st.characters(codec="utf-8"), max_size=8)), max_size=30).map("".join)


@pytest.fixture(scope="module")
def random_masker(tiny_base: Base) -> Masker:
    return Masker(random_tagger(tiny_base))


@pytest.fixture(scope="module")
def causal_masker(tiny_base: Base) -> Masker:
    return Masker(random_tagger(tiny_base, attention="causal"))


def _assert_untouched(text: str, masked: Masked) -> None:
    """Take the masks out again, by the spans alone, and compare what is left, character for character."""
    position = out = 0
    for span in masked.spans:
        gap = text[position : span.start]
        assert masked.text[out : out + len(gap)] == gap
        out += len(gap)
        mask = f"[{span.label}]"
        assert masked.text[out : out + len(mask)] == mask
        out += len(mask)
        assert position <= span.start < span.end <= len(text)
        assert 0.0 <= span.score <= 1.0
        position = span.end
    assert masked.text[out:] == text[position:]


@settings(deadline=None, max_examples=150)
@given(text=TEXTS)
@example(text="")
@example(text="\x00")
@example(text="👩🏽‍🚀" * 40)
def test_text_outside_the_spans_is_untouched_by_random_weights(random_masker: Masker, text: str) -> None:
    _assert_untouched(text, random_masker.mask(text))


@pytest.fixture(scope="module")
def trained_masker(tmp_path_factory: pytest.TempPathFactory, tiny_base: Base, people: list[Document]) -> Masker:
    folder = tmp_path_factory.mktemp("trained")
    settings = Settings(base=str(tiny_base.folder), depth=2, epochs=30, row_tokens=96, learning_rate=5e-3)
    train(people, settings, held_out=[]).save(folder)
    return Masker.load(folder)


@settings(deadline=None, max_examples=100)
@given(before=TEXTS, after=TEXTS)
def test_text_outside_the_spans_is_untouched_by_a_trained_adapter(
    trained_masker: Masker, before: str, after: str
) -> None:
    text = f"{before}Please call Ada Lovelace on 12 34 56.{after}"
    _assert_untouched(text, trained_masker.mask(text))


@settings(deadline=None, max_examples=50)
@given(text=TEXTS)
def test_text_outside_the_spans_is_untouched_when_attention_looks_back_only(causal_masker: Masker, text: str) -> None:
    _assert_untouched(text, causal_masker.mask(text))


def test_random_masker_does_find_spans(random_masker: Masker, people: list[Document]) -> None:
    """Without this, the tests above could pass on a masker that never masks."""
    assert sum(len(random_masker.find(document.text)) for document in people) > 50


def test_text_of_a_megabyte_is_untouched(random_masker: Masker) -> None:
    text = ("Ada Lovelace 👩🏽‍🚀 lives in London.\r\n" * 30_000)[: 1 << 20]
    masked = random_masker.mask(text)
    assert len(masked.spans) > 1000
    _assert_untouched(text, masked)


def test_lone_surrogates_are_refused_with_their_place(random_masker: Masker) -> None:
    with pytest.raises(InputError, match="offset 4"):
        random_masker.mask("Ada \ud800")


def test_mask_many_gives_texts_in_order_and_as_one_by_one(random_masker: Masker, people: list[Document]) -> None:
    texts = [document.text for document in people] + ["", people[0].text * 20]
    together = [masked.text for masked in random_masker.mask_many(iter(texts))]
    assert together == [random_masker.mask(text).text for text in texts]


def test_mask_many_takes_texts_lazily(random_masker: Masker) -> None:
    taken = []

    def texts() -> Iterator[str]:
        for number in range(1_000_000):
            taken.append(number)
            yield "Ada Lovelace " * 500

    next(random_masker.mask_many(texts()))
    assert len(taken) < 100


def test_empty_texts_fill_a_batch_like_others(tiny_base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loredact.tagger.tagger._ALONE_CHARACTERS", 30)
    monkeypatch.setattr(Tagger, "_threads", 1)
    taken: list[int] = []

    def texts() -> Iterator[Document]:
        for number in range(1_000):
            taken.append(number)
            yield Document("")

    assert next(random_tagger(tiny_base).find(texts())) == Document("")
    assert len(taken) == 30


def test_threads_find_what_one_thread_finds_and_leave_pytorchs_setting_as_it_was(
    tiny_base: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loredact.tagger.tagger._BATCH_CHARACTERS", 300)
    masker = Masker(random_tagger(tiny_base))
    texts = [f"Ada {number} met Bob Smith on 07 14 {number}." for number in range(200)]
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        alone = list(masker.find_many(texts))
        torch.set_num_threads(3)
        assert list(masker.find_many(texts)) == alone
        few = masker.find_many(texts)
        next(few)
        del few  # nobody waits for what is not asked for
        assert torch.get_num_threads() == 3
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(torch.get_num_threads).result() == 3
    finally:
        torch.set_num_threads(before)
    assert sum(len(document.spans) for document in alone) > 100


def test_error_in_one_of_several_threads_reaches_the_caller(tiny_base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loredact.tagger.tagger._BATCH_CHARACTERS", 30)
    masker = Masker(random_tagger(tiny_base))
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        with pytest.raises(InputError, match="surrogate"):
            list(masker.find_many(["Ada Lovelace met Bob Smith.", *["Ada Lovelace met Bob."] * 9, "\ud800"]))
    finally:
        torch.set_num_threads(before)

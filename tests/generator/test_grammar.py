"""The grammar allows the text with labels in place of parts of it, whatever the weights."""

import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from loredact import operators
from loredact.errors import BaseError
from loredact.generator.generate import Generated, generate, spans_of
from loredact.generator.grammar import LONGEST, LONGEST_LABEL, Grammar
from loredact.generator.vocabulary import Vocabulary
from loredact.operators import Replace

LABELS = ("PERSON", "PHONE", "P")


def byte_level() -> Tokenizer:
    """A byte-level vocabulary in which tokens run from text into labels and out of them."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=450, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    words = "Ada met [PERSON]. Then [PHONE], [[P]] 😀😀 and [PERSON][PHONE] in Łódź. lives on 12 34 PERSON PHONE"
    tokenizer.train_from_iterator([words] * 20, trainer)
    tokenizer.add_special_tokens([AddedToken("<end>", special=True)])
    return tokenizer


TOKENIZER = byte_level()
(END,) = TOKENIZER.get_added_tokens_decoder()
VOCABULARY = Vocabulary(TOKENIZER, frozenset([END]))
SIZE = TOKENIZER.get_vocab_size()

PIECES = ("[PERSON]", "[P]", " Ada", " 12", "[[", "]", " ", "\x04", "\U000fffff", "😀", "👩‍👩‍👧", "PHONE]")
texts = st.one_of(
    st.text(max_size=40),
    st.text(st.sampled_from(" [](PERSON)P.\nAda😀é̈\u200d"), max_size=40),
    st.lists(st.sampled_from(PIECES), max_size=12).map("".join),
)


def random_logs(seed: int, fed: list[int], towards: float = 0.0) -> NDArray[np.float32]:
    """Log-probabilities of random weights behind `fed`: the same for the same tokens. `towards` is for brackets."""
    generator = np.random.default_rng([seed, zlib.crc32(np.array(fed, dtype=np.int64).tobytes())])
    logits = generator.normal(size=SIZE).astype(np.float32) * 3
    for token, part in VOCABULARY.parts.items():
        if b"[" in part or b"]" in part:
            logits[token] += towards
    logs: NDArray[np.float32] = logits - np.logaddexp.reduce(logits)
    return logs


def towards_one(token: int) -> NDArray[np.float32]:
    """What a model is given to say that is nearly sure of `token`."""
    row = np.zeros((1, SIZE), dtype=np.float32)
    row[0, token] = 9
    return row


def generated_by(
    text: str, labels: tuple[str, ...] | None, seed: int, towards: float, draft: int
) -> tuple[Generated, int]:
    """What weights of that `seed` write, and in how many passes."""
    generation = generate(text, labels, [1, 2, 3], VOCABULARY, draft)
    fed: list[int] = []
    passes = 0
    request = next(generation)
    while True:
        fed = [*fed[: request.keep], *request.ids]
        rows = np.stack(
            [random_logs(seed, fed[: len(fed) - back], towards) for back in range(request.rows - 1, -1, -1)]
        )
        passes += 1
        try:
            request = generation.send(rows)
        except StopIteration as done:
            return done.value, passes


@given(texts, st.sampled_from([LABELS, None]), st.integers(0, 10_000), st.sampled_from([0.0, 4.0]))
@settings(max_examples=150, deadline=None)
def test_grammar_keeps_what_is_not_masked_character_for_character(
    text: str, labels: tuple[str, ...] | None, seed: int, towards: float
) -> None:
    generated, _ = generated_by(text, labels, seed, towards, draft=8)
    spans = spans_of(text, generated)
    assert operators.apply(Replace(), text, spans).text.encode() == generated.data
    assert all(span.label in LABELS for span in spans) or labels is None
    assert all(text[span.start : span.end].strip() for span in spans)
    assert all(0 <= span.score <= 1 for span in spans)


@given(texts, st.sampled_from([LABELS, None]), st.integers(0, 10_000), st.integers(1, 20))
@settings(max_examples=100, deadline=None)
def test_draft_changes_only_the_number_of_passes(
    text: str, labels: tuple[str, ...] | None, seed: int, draft: int
) -> None:
    slow, steps = generated_by(text, labels, seed, 2.0, draft=0)
    fast, passes = generated_by(text, labels, seed, 2.0, draft)
    assert fast == slow
    assert passes <= steps == len(slow.logs)


@given(texts, st.sampled_from([LABELS, None]), st.integers(0, 10_000))
@settings(max_examples=100, deadline=None)
def test_allowed_tokens_are_those_that_continue_an_open_parse(
    text: str, labels: tuple[str, ...] | None, seed: int
) -> None:
    grammar = Grammar(text, labels)
    state = grammar.begin
    generator = np.random.default_rng(seed)
    for _ in range(12):
        allowed = VOCABULARY.allowed(grammar, state)
        each = {token for token in range(SIZE) if VOCABULARY.may_follow(token, grammar, state)}
        assert allowed
        assert allowed == each
        token = int(generator.choice(sorted(allowed)))
        if token in VOCABULARY.ends:
            break
        after = grammar.follow(state, VOCABULARY.parts[token])
        assert after is not None
        state = after


def test_token_may_run_from_the_text_into_a_label_and_out_of_it() -> None:
    text = "Ada met Bob."
    grammar = Grammar(text, LABELS)
    met = grammar.follow(grammar.begin, b"Ada met")
    assert met is not None
    assert grammar.follow(met, b" [") is not None
    assert grammar.follow(met, b" [PERSON].") is not None
    assert grammar.follow(met, b" [PERSON]!") is None
    assert grammar.follow(met, b" [PERSONS") is None


def test_label_stands_for_text_that_neither_begins_nor_ends_with_white_space() -> None:
    grammar = Grammar("a b", ("P",))
    for output, fits in (("[P]", True), ("[P] b", True), ("a [P]", True), ("a[P]", False), ("[P]b", False)):
        state = grammar.follow(grammar.begin, output.encode())
        assert (state is not None and grammar.is_end(state)) == fits, output
    done = grammar.follow(grammar.begin, b"a b")
    assert done is not None
    assert grammar.follow(done, b"[") is None


def test_masked_text_and_unknown_labels_have_a_longest_length() -> None:
    text = "a" * (LONGEST + 1) + "."
    grammar = Grammar(text, None)
    masked = grammar.follow(grammar.begin, b"[P]")
    assert masked is not None
    assert not grammar.is_end(masked)
    assert grammar.follow(masked, b".") is None
    assert grammar.follow(masked, b"a.") is not None
    assert grammar.follow(grammar.begin, b"[" + b"P" * LONGEST_LABEL + b"]") is not None
    assert grammar.follow(grammar.begin, b"[" + b"P" * (LONGEST_LABEL + 1)) is None
    assert grammar.follow(grammar.begin, b"[1]") is None


def test_copied_text_takes_one_pass_per_draft() -> None:
    text = "Ada met Bob. Then Ada met Bob."
    ids = VOCABULARY.copy(text)[0].tolist()
    generation = generate(text, LABELS, [0], VOCABULARY, draft=100)
    request = next(generation)
    assert request.ids[1:] == ids
    rows = np.zeros((request.rows, SIZE), dtype=np.float32)
    for row, token in zip(rows, [*ids, next(iter(VOCABULARY.ends))], strict=True):
        row[token] = 1
    with pytest.raises(StopIteration) as done:
        generation.send(rows)
    assert spans_of(text, done.value.value) == []


def test_text_spelt_like_a_special_token_is_text() -> None:
    ids, _ = VOCABULARY.copy("a<end>b")
    assert not VOCABULARY.ends & set(ids.tolist())


def test_vocabulary_without_a_letter_or_a_bracket_is_refused() -> None:
    bracket = next(token for token, part in VOCABULARY.parts.items() if part == b"]")
    with pytest.raises(BaseError, match="ASCII"):
        Vocabulary(TOKENIZER, frozenset([END, bracket]))


def test_characters_that_no_token_writes_stay_in_the_text() -> None:
    lacking = {token for token, part in VOCABULARY.parts.items() if part in {b"\x04", b"\xf4"}}
    vocabulary = Vocabulary(TOKENIZER, frozenset([END, *lacking]))
    text = "\x04A\x04da m\x04et \U0010ffffBob.\x04"
    generation = generate(text, LABELS, [0], vocabulary, draft=0)
    next(generation)
    for token in vocabulary.spell(b"[PERSON] met [P]."):
        generation.send(towards_one(token))
    with pytest.raises(StopIteration) as done:
        generation.send(towards_one(END))
    spans = spans_of(text, done.value.value)
    assert operators.apply(Replace(), text, spans).text == "\x04[PERSON] m\x04et \U0010ffff[P].\x04"

"""A generator learns to write masked texts, its adapter is PEFT's, and whatever its weights it cannot change a text."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from peft import LoraConfig, PeftModel, get_peft_model
from tokenizers import AddedToken
from transformers import AutoModelForCausalLM

from loredact import Settings, operators, train, train_into
from loredact.bases import Base, find_base
from loredact.document import Document, Span
from loredact.encoding import read_tokenizer
from loredact.errors import AdapterError, BaseError, InputError
from loredact.generator import ConstrainedGenerator, GeneratorArchitecture, GeneratorBase, GeneratorDescription, chunks
from loredact.generator.generate import spans_of
from loredact.lora import LoRAConfig
from loredact.masking import Masker
from loredact.network import KeyValueCache
from loredact.operators import Replace
from loredact.tagger import Tagger
from loredact.training.writing import Writing
from tests.conftest import random_tagger

TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
TEXTS = [
    "Please call Ada Lovelace on 12 34 56.",
    "",
    "x",
    "Paul Erdős met [PERSON] and 😀😀 [[PHONE]] in Łódź.\n\n",
    "שלום 👩🏽‍🚀 e\u0301\u200d <|im_end|> 12 34",
    "Today we met Emmy Noether on 01 02 56. " * 3,
]


@pytest.fixture(scope="session")
def chat_base(tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Base:
    """The tiny Llama as an instruction model: with a chat template and tokens for it."""
    folder = tmp_path_factory.mktemp("chat") / "base"
    shutil.copytree(tiny_folder, folder)
    tokenizer = read_tokenizer(folder / "tokenizer.json")
    marks = ["<|im_start|>", "<|im_end|>"]
    tokenizer.add_special_tokens([AddedToken(mark, special=True) for mark in marks])
    tokenizer.save(str(folder / "tokenizer.json"))
    about = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": marks[1], "chat_template": TEMPLATE}
    (folder / "tokenizer_config.json").write_text(json.dumps(about))
    network = AutoModelForCausalLM.from_pretrained(folder)
    network.resize_token_embeddings(tokenizer.get_vocab_size())
    with torch.no_grad():
        # So that scores can lie far apart: embeddings and head are frozen under LoRA.
        network.get_input_embeddings().weight.mul_(8)
    network.save_pretrained(folder)
    return find_base(str(folder))


def random_generator(
    base: Base, labels: tuple[str, ...] | None = ("PERSON", "PHONE"), seed: int = 7
) -> ConstrainedGenerator:
    """A generator with random LoRA that likes brackets: random weights would hardly ever open a label."""
    torch.manual_seed(seed)
    about = GeneratorDescription(
        base=GeneratorBase(name=base.name, fingerprint=base.fingerprint),
        architecture=GeneratorArchitecture(labels=labels),
    )
    generator = ConstrainedGenerator.new(base, about, LoRAConfig(rank=4, alpha=8), "float32")
    with torch.no_grad():
        for parameter in generator.network.parameters():
            if parameter.requires_grad:
                parameter.normal_(std=0.5)
        head = generator.network.lm_head.weight.clone()
        for token, part in generator.vocabulary.parts.items():
            head[token] *= 2 if b"[" in part or b"]" in part else 1
        generator.network.lm_head.weight = torch.nn.Parameter(head, requires_grad=False)
    return generator


def quick(base: Base, **changes: object) -> Settings:
    values: dict[str, object] = {
        "base": str(base.folder),
        "decoder": "generate",
        "row_tokens": 1000,
        "epochs": 25,
        "learning_rate": 0.006,
        "precision": "float32",
        "lora": LoRAConfig(rank=16, alpha=32),
    }
    return Settings.model_validate(values | changes)


@pytest.fixture(scope="module")
def trained(chat_base: Base, people: list[Document], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("generator")
    # At 0.01 for 40 epochs it was chance whether it had learnt by then: 9 to 60 of the 60 texts came out right, by seed
    # and instruction set. At 0.006 for 60 it was 58 to 60; ten more are for the processors that were not tried.
    outcome = train_into(folder, people, quick(chat_base, epochs=70, learning_rate=0.006), held_out=people[:6])
    losses = outcome.report["losses"]
    assert isinstance(losses, list)
    assert losses[-1] < 0.2 * losses[0]
    return folder


# --- learning


def test_generator_learns_from_labelled_text_and_the_masker_loads_it(trained: Path, people: list[Document]) -> None:
    masker = Masker.load(trained, rules=False)
    masked = masker.mask(people[0].text)
    assert masked.text == "Today we met [PERSON] on [PHONE]."
    assert [(s.start, s.end, s.label) for s in masked.spans] == [(s.start, s.end, s.label) for s in people[0].spans]
    assert all(0 < span.score <= 1 for span in masked.spans)
    about = json.loads((trained / "loredact.json").read_text())
    assert about["architecture"]["decoder"] == "generate"
    assert about["architecture"]["labels"] == ["PERSON", "PHONE"]
    assert about["report"]["strict"]["f1"] > 0.5


@pytest.mark.parametrize("label", ["2FA", "-ID", "_X"])
def test_label_that_the_grammar_cannot_hold_is_refused_before_training(
    label: str, chat_base: Base, tmp_path: Path
) -> None:
    documents = [Document("Ada is here", (Span(0, 3, label),))]
    with pytest.raises(InputError, match=label):
        train(documents, quick(chat_base), held_out=documents)


def test_loss_counts_only_the_tokens_of_the_answer(chat_base: Base, people: list[Document]) -> None:
    generator = random_generator(chat_base)
    task = Writing(generator)
    examples = sorted(task.examples(people[:5]), key=len)
    with torch.no_grad():
        loss = task.loss(examples)
        expected = torch.zeros(())
        for example in examples:
            logits = generator.network.lm_head(generator.hidden([example.ids]))
            answer = torch.from_numpy(example.ids[example.answer :])
            before = logits[example.answer - 1 : -1]
            expected += torch.nn.functional.cross_entropy(before, answer, reduction="sum")
    torch.testing.assert_close(loss, expected, rtol=1e-5, atol=1e-4)
    tokenizer = generator.prompt.tokenizer
    asked = tokenizer.decode(examples[0].ids[: examples[0].answer].tolist(), skip_special_tokens=False)
    assert asked.endswith("<|im_end|>\n<|im_start|>assistant\n")
    assert examples[0].ids[-1] == generator.prompt.end


def test_training_continues_from_a_generator_and_keeps_its_labels(
    tmp_path: Path, chat_base: Base, trained: Path, people: list[Document]
) -> None:
    added = Document(people[0].text, (Span(13, 25, "PATIENT"),))
    train([added], quick(chat_base, epochs=1), held_out=[], start=trained).save(tmp_path)
    assert ConstrainedGenerator.load(tmp_path).description.architecture.labels == ("PERSON", "PHONE", "PATIENT")


def test_generator_is_refused_where_a_tagger_is_needed(trained: Path) -> None:
    with pytest.raises(AdapterError, match="tag head"):
        Tagger.load(trained)


def test_tagger_is_refused_where_a_generator_is_needed(
    tmp_path: Path, tiny_base: Base, chat_base: Base, people: list[Document]
) -> None:
    random_tagger(tiny_base).save(tmp_path / "tagger")
    with pytest.raises(AdapterError, match="of a tagger"):
        train(people, quick(chat_base), start=tmp_path / "tagger")


def test_generator_has_no_operating_points(trained: Path) -> None:
    with pytest.raises(InputError, match="no operating points"):
        Masker.load(trained, recall=0.99)


def test_command_line_masks_with_a_generator(tmp_path: Path, trained: Path, people: list[Document]) -> None:
    (tmp_path / "letter.txt").write_text(people[0].text)
    command = [sys.executable, "-m", "loredact", "mask", str(tmp_path / "letter.txt"), "--adapter", str(trained)]
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stdout.decode() == "Today we met [PERSON] on [PHONE]."


def test_base_model_without_a_chat_template_is_refused(tmp_path: Path, tiny_base: Base, people: list[Document]) -> None:
    with pytest.raises(BaseError, match="chat template"):
        train(people, quick(tiny_base))


def test_window_that_does_not_fit_the_base_model_is_refused(
    tmp_path: Path, chat_base: Base, people: list[Document]
) -> None:
    with pytest.raises(InputError, match="too long"):
        train(people, quick(chat_base, window=2000))


def test_generator_is_trained_by_lora_only(chat_base: Base) -> None:
    with pytest.raises(ValueError, match="lora alone"):
        quick(chat_base, method="full")


# --- reading behind a cache


def test_decode_steps_with_a_key_value_cache_give_what_one_pass_gives(chat_base: Base) -> None:
    generator = random_generator(chat_base)
    rng = np.random.default_rng(3)
    texts = [rng.integers(0, 300, length) for length in (7, 30, 12)]
    cache = KeyValueCache(4)
    found: list[list[torch.Tensor]] = [[], [], []]
    with torch.no_grad():
        whole = [generator.hidden([ids]) for ids in texts]
        # Parts of unequal length, one slot left out now and then, and one that forgets and reads again.
        for slots, parts in (((0, 1, 2), (3, 10, 1)), ((1, 2), (20, 6)), ((0, 2), (4, 5))):
            if slots == (1, 2):
                generator.decode_step(cache, [1], [[5, 6, 7]])
                cache.lengths[1] = 10
            ids = [
                texts[slot][cache.lengths[slot] : cache.lengths[slot] + part].tolist()
                for slot, part in zip(slots, parts, strict=True)
            ]
            hiddens = torch.split_with_sizes(generator.decode_step(cache, slots, ids), list(parts))
            for slot, hidden in zip(slots, hiddens, strict=True):
                found[slot].append(hidden)
    for expected, own in zip(whole, found, strict=True):
        torch.testing.assert_close(torch.cat(own), expected, rtol=1e-4, atol=1e-5)


# --- writing


@pytest.mark.parametrize("labels", [("PERSON", "PHONE"), None])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_drafts_and_batches_do_not_change_what_is_generated(
    chat_base: Base, labels: tuple[str, ...] | None, seed: int
) -> None:
    generator = random_generator(chat_base, labels, seed)
    step_by_step = [generator.generate([text], draft=0, at_once=1)[0] for text in TEXTS]
    together = generator.generate(TEXTS, draft=7, at_once=3)
    assert [written.data for written in together] == [written.data for written in step_by_step]
    for ours, theirs in zip(together, step_by_step, strict=True):
        np.testing.assert_allclose(ours.logs, theirs.logs, rtol=1e-3, atol=1e-3)


@pytest.fixture(scope="module")
def generators(chat_base: Base, trained: Path) -> list[ConstrainedGenerator]:
    return [
        random_generator(chat_base),
        random_generator(chat_base, None, 8),
        ConstrainedGenerator.load(trained, "float32"),
    ]


@settings(deadline=None, max_examples=25)
@given(
    texts=st.lists(
        st.one_of(
            st.text(st.characters(codec="utf-8"), max_size=20),
            st.text(st.sampled_from(" [](PERSON)P.\nAda😀é̈\u200d\r"), max_size=30),
        ),
        min_size=1,
        max_size=4,
    ),
    which=st.integers(0, 2),
)
def test_text_outside_the_spans_is_unchanged_whatever_the_weights(
    generators: list[ConstrainedGenerator], texts: list[str], which: int
) -> None:
    generator = generators[which]
    for text, written in zip(texts, generator.generate(texts), strict=True):
        spans = spans_of(text, written)
        kept = "".join(text[place] for place in written.places)
        assert kept == text
        assert operators.apply(Replace(), text, spans).text.encode() == written.data
    for found in generator.find(map(Document, texts)):
        ends = [0, *(span.end for span in found.spans)]
        pairs = zip(ends, found.spans, strict=False)
        assert all(end <= span.start < span.end <= len(found.text) for end, span in pairs)


def test_random_generator_does_mask(generators: list[ConstrainedGenerator]) -> None:
    """Without this, the tests above could pass on a generator that never masks."""
    assert sum(len(found.spans) for found in generators[0].find(map(Document, TEXTS))) > 3


def test_long_text_is_masked_chunk_by_chunk(trained: Path, people: list[Document]) -> None:
    text = " ".join(document.text for document in people[:40])
    generator = ConstrainedGenerator.load(trained, "float32")
    generator.description = generator.description.changed(architecture={"window": 24})
    (found,) = generator.find([Document(text)])
    assert sum(span.label == "PERSON" for span in found.spans) > 20
    tokens = generator.prompt.tokens(text)
    parts = chunks(text, tokens, 24)
    assert "".join(text[start:end] for start, end in parts) == text
    assert all(len(generator.prompt.tokens(text[start:end])) <= 26 for start, end in parts)
    assert all(text[end - 1] == " " for _, end in parts[:-1])


# --- adapters that others trained, and ours elsewhere


def test_adapter_of_peft_masks_as_it_is(tmp_path: Path, chat_base: Base) -> None:
    network = AutoModelForCausalLM.from_pretrained(chat_base.folder)
    torch.manual_seed(5)
    config = LoraConfig(task_type="CAUSAL_LM", r=4, target_modules=["q_proj", "down_proj"], init_lora_weights=False)
    theirs = get_peft_model(network, config).eval()
    theirs.save_pretrained(tmp_path)
    generator = ConstrainedGenerator.load(tmp_path, "float32")
    ids = generator.prompt.ask("Ada met Paul.")
    with torch.no_grad():
        expected = theirs(input_ids=torch.from_numpy(ids)[None]).logits[0]
        found = generator.network.lm_head(generator.hidden([ids]))
    torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-3)
    text = "Ada met Paul on 12 34 56."
    masked = Masker.load(tmp_path).mask(text)
    assert operators.apply(Replace(), text, masked.spans).text == masked.text


def test_loredact_json_beside_an_adapter_of_peft_gives_instruction_and_labels(tmp_path: Path, chat_base: Base) -> None:
    random_generator(chat_base).save(tmp_path)
    (tmp_path / "loredact.json").write_text('{"decoder": "generate", "instruction": "Mask this:", "labels": ["X"]}')
    generator = ConstrainedGenerator.load(tmp_path)
    assert generator.description.architecture.labels == ("X",)
    assert "Mask this:\nAda" in generator.prompt.tokenizer.decode(generator.prompt.ask("Ada").tolist())


def test_generator_for_another_base_model_is_refused(tmp_path: Path, chat_base: Base, real_base: Base) -> None:
    random_generator(chat_base).save(tmp_path)
    with pytest.raises(AdapterError, match="another one"):
        ConstrainedGenerator.load(tmp_path, base=real_base.name)
    (tmp_path / "loredact.json").unlink()
    with pytest.raises(AdapterError, match="this base wants"):
        ConstrainedGenerator.load(tmp_path, base=real_base.name)


def test_generator_adapter_loads_in_peft_with_the_same_scores(tmp_path: Path, chat_base: Base) -> None:
    generator = random_generator(chat_base)
    generator.save(tmp_path)
    theirs = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(chat_base.folder), tmp_path).eval()
    ids = generator.prompt.ask("Ada met Paul.")
    with torch.no_grad():
        expected = theirs.base_model.model.model(input_ids=torch.from_numpy(ids)[None]).last_hidden_state[0]
        torch.testing.assert_close(generator.hidden([ids]), expected, rtol=1e-3, atol=1e-3)


def test_generator_scores_that_are_not_finite_stop_it(chat_base: Base) -> None:
    generator = random_generator(chat_base)
    generator.network.lm_head.weight.data[5] = float("nan")
    with pytest.raises(AdapterError, match="not finite"):
        list(generator.find([Document(TEXTS[0])]))


def test_generator_trained_with_another_chat_template_is_refused(chat_base: Base, tmp_path: Path) -> None:
    random_generator(chat_base).save(tmp_path / "adapter")
    base = shutil.copytree(chat_base.folder, tmp_path / "base")
    ConstrainedGenerator.load(tmp_path / "adapter", base=str(base))
    about = json.loads((base / "tokenizer_config.json").read_text())
    other = {**about, "chat_template": TEMPLATE.replace("assistant", "user")}
    (base / "tokenizer_config.json").write_text(json.dumps(other))
    with pytest.raises(AdapterError, match="another chat template"):
        ConstrainedGenerator.load(tmp_path / "adapter", base=str(base))

"""A writer learns to write masked texts, its adapter is PEFT's, and whatever its weights it cannot change a text."""

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
from loredact.generator import Writer, WriterDescription, stretches
from loredact.generator.writing import spans_of
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


def random_writer(base: Base, labels: tuple[str, ...] | None = ("PERSON", "PHONE"), seed: int = 7) -> Writer:
    """A writer with random LoRA that likes brackets: random weights would hardly ever open a label."""
    torch.manual_seed(seed)
    about = WriterDescription(base=base.name, fingerprint=base.fingerprint, labels=labels)
    writer = Writer.new(base, about, LoRAConfig(rank=4, alpha=8), "float32")
    with torch.no_grad():
        for parameter in writer.network.parameters():
            if parameter.requires_grad:
                parameter.normal_(std=0.5)
        head = writer.network.lm_head.weight.clone()
        for token, part in writer.vocabulary.parts.items():
            head[token] *= 2 if b"[" in part or b"]" in part else 1
        writer.network.lm_head.weight = torch.nn.Parameter(head, requires_grad=False)
    return writer


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
    folder = tmp_path_factory.mktemp("writer")
    # At 0.01 for 40 epochs it was chance whether it had learnt by then: 9 to 60 of the 60 texts came out right, by seed
    # and instruction set. At 0.006 for 60 it was 58 to 60; ten more are for the processors that were not tried.
    outcome = train_into(folder, people, quick(chat_base, epochs=70, learning_rate=0.006), held_out=people[:6])
    losses = outcome.report["losses"]
    assert isinstance(losses, list)
    assert losses[-1] < 0.2 * losses[0]
    return folder


# --- learning


def test_a_writer_learns_from_labelled_text_and_the_masker_sees_which_kind_it_is(
    trained: Path, people: list[Document]
) -> None:
    masker = Masker.load(trained, rules=False)
    masked = masker.mask(people[0].text)
    assert masked.text == "Today we met [PERSON] on [PHONE]."
    assert [(s.start, s.end, s.label) for s in masked.spans] == [(s.start, s.end, s.label) for s in people[0].spans]
    assert all(0 < span.score <= 1 for span in masked.spans)
    about = json.loads((trained / "loredact.json").read_text())
    assert about["decoder"] == "generate"
    assert about["labels"] == ["PERSON", "PHONE"]
    assert about["figures"]["strict"]["f1"] > 0.5


@pytest.mark.parametrize("label", ["2FA", "-ID", "_X"])
def test_a_label_that_a_writer_cannot_write_is_refused_before_it_learns(
    label: str, chat_base: Base, tmp_path: Path
) -> None:
    documents = [Document("Ada is here", (Span(0, 3, label),))]
    with pytest.raises(InputError, match=label):
        train(documents, quick(chat_base), held_out=documents)


def test_the_loss_is_that_of_the_answers_tokens_alone(chat_base: Base, people: list[Document]) -> None:
    writer = random_writer(chat_base)
    task = Writing(writer)
    examples = sorted(task.examples(people[:5]), key=len)
    with torch.no_grad():
        loss = task.loss(examples)
        expected = torch.zeros(())
        for example in examples:
            logits = writer.network.lm_head(writer.hidden([example.ids]))
            answer = torch.from_numpy(example.ids[example.answer :])
            before = logits[example.answer - 1 : -1]
            expected += torch.nn.functional.cross_entropy(before, answer, reduction="sum")
    torch.testing.assert_close(loss, expected, rtol=1e-5, atol=1e-4)
    tokenizer = writer.prompt.tokenizer
    asked = tokenizer.decode(examples[0].ids[: examples[0].answer].tolist(), skip_special_tokens=False)
    assert asked.endswith("<|im_end|>\n<|im_start|>assistant\n")
    assert examples[0].ids[-1] == writer.prompt.end


def test_a_run_goes_on_from_a_writer_and_keeps_its_labels(
    tmp_path: Path, chat_base: Base, trained: Path, people: list[Document]
) -> None:
    added = Document(people[0].text, (Span(13, 25, "PATIENT"),))
    train([added], quick(chat_base, epochs=1), held_out=[], start=trained).save(tmp_path)
    assert Writer.load(tmp_path).description.labels == ("PERSON", "PHONE", "PATIENT")


def test_a_writer_is_refused_where_a_tagger_is_needed(trained: Path) -> None:
    with pytest.raises(AdapterError, match="tag head"):
        Tagger.load(trained)


def test_a_tagger_is_refused_where_a_writer_is_needed(
    tmp_path: Path, tiny_base: Base, chat_base: Base, people: list[Document]
) -> None:
    random_tagger(tiny_base).save(tmp_path / "tagger")
    with pytest.raises(AdapterError, match="of a tagger"):
        train(people, quick(chat_base), start=tmp_path / "tagger")


def test_no_recall_can_be_asked_of_a_writer(trained: Path) -> None:
    with pytest.raises(InputError, match="no dial"):
        Masker.load(trained, recall=0.99)


def test_the_command_line_masks_with_a_writer(tmp_path: Path, trained: Path, people: list[Document]) -> None:
    (tmp_path / "letter.txt").write_text(people[0].text)
    command = [sys.executable, "-m", "loredact", "mask", str(tmp_path / "letter.txt"), "--adapter", str(trained)]
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stdout.decode() == "Today we met [PERSON] on [PHONE]."


def test_a_base_without_a_chat_template_is_refused(tmp_path: Path, tiny_base: Base, people: list[Document]) -> None:
    with pytest.raises(BaseError, match="chat template"):
        train(people, quick(tiny_base))


def test_a_window_that_does_not_fit_the_base_is_refused(
    tmp_path: Path, chat_base: Base, people: list[Document]
) -> None:
    with pytest.raises(InputError, match="too long"):
        train(people, quick(chat_base, window=2000))


def test_no_method_but_lora_trains_a_writer(chat_base: Base) -> None:
    with pytest.raises(ValueError, match="lora alone"):
        quick(chat_base, method="full")


# --- reading behind a memory


def test_reading_on_from_a_memory_gives_what_reading_it_all_gives(chat_base: Base) -> None:
    writer = random_writer(chat_base)
    rng = np.random.default_rng(3)
    texts = [rng.integers(0, 300, length) for length in (7, 30, 12)]
    memory = KeyValueCache(4)
    found: list[list[torch.Tensor]] = [[], [], []]
    with torch.no_grad():
        whole = [writer.hidden([ids]) for ids in texts]
        # Parts of unequal length, one slot left out now and then, and one that forgets and reads again.
        for slots, parts in (((0, 1, 2), (3, 10, 1)), ((1, 2), (20, 6)), ((0, 2), (4, 5))):
            if slots == (1, 2):
                writer.read(memory, [1], [[5, 6, 7]])
                memory.lengths[1] = 10
            ids = [
                texts[slot][memory.lengths[slot] : memory.lengths[slot] + part].tolist()
                for slot, part in zip(slots, parts, strict=True)
            ]
            hiddens = torch.split_with_sizes(writer.read(memory, slots, ids), list(parts))
            for slot, hidden in zip(slots, hiddens, strict=True):
                found[slot].append(hidden)
    for expected, own in zip(whole, found, strict=True):
        torch.testing.assert_close(torch.cat(own), expected, rtol=1e-4, atol=1e-5)


# --- writing


@pytest.mark.parametrize("labels", [("PERSON", "PHONE"), None])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_drafts_and_company_change_nothing(chat_base: Base, labels: tuple[str, ...] | None, seed: int) -> None:
    writer = random_writer(chat_base, labels, seed)
    step_by_step = [writer.write([text], draft=0, at_once=1)[0] for text in TEXTS]
    together = writer.write(TEXTS, draft=7, at_once=3)
    assert [written.data for written in together] == [written.data for written in step_by_step]
    for ours, theirs in zip(together, step_by_step, strict=True):
        np.testing.assert_allclose(ours.logs, theirs.logs, rtol=1e-3, atol=1e-3)


@pytest.fixture(scope="module")
def writers(chat_base: Base, trained: Path) -> list[Writer]:
    return [random_writer(chat_base), random_writer(chat_base, None, 8), Writer.load(trained, "float32")]


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
def test_what_is_not_masked_is_untouched_whatever_the_weights(
    writers: list[Writer], texts: list[str], which: int
) -> None:
    writer = writers[which]
    for text, written in zip(texts, writer.write(texts), strict=True):
        spans = spans_of(text, written)
        kept = "".join(text[place] for place in written.places)
        assert kept == text
        assert operators.apply(Replace(), text, spans).text.encode() == written.data
    for text, spans in zip(texts, writer.find(texts), strict=True):
        ends = [0, *(span.end for span in spans)]
        assert all(end <= span.start < span.end <= len(text) for end, span in zip(ends, spans, strict=False))


def test_random_weights_do_mask(writers: list[Writer]) -> None:
    """Without this, the tests above could pass on a writer that never masks."""
    assert sum(map(len, writers[0].find(TEXTS))) > 3


def test_a_long_text_is_written_stretch_by_stretch(trained: Path, people: list[Document]) -> None:
    text = " ".join(document.text for document in people[:40])
    writer = Writer.load(trained, "float32")
    writer.description = writer.description.model_copy(update={"window": 24})
    (spans,) = writer.find([text])
    assert sum(span.label == "PERSON" for span in spans) > 20
    tokens = writer.prompt.tokens(text)
    parts = stretches(text, tokens, 24)
    assert "".join(text[start:end] for start, end in parts) == text
    assert all(len(writer.prompt.tokens(text[start:end])) <= 26 for start, end in parts)
    assert all(text[end - 1] == " " for _, end in parts[:-1])


# --- adapters that others trained, and ours elsewhere


def test_an_adapter_of_peft_masks_as_it_is(tmp_path: Path, chat_base: Base) -> None:
    network = AutoModelForCausalLM.from_pretrained(chat_base.folder)
    torch.manual_seed(5)
    config = LoraConfig(task_type="CAUSAL_LM", r=4, target_modules=["q_proj", "down_proj"], init_lora_weights=False)
    theirs = get_peft_model(network, config).eval()
    theirs.save_pretrained(tmp_path)
    writer = Writer.load(tmp_path, "float32")
    ids = writer.prompt.ask("Ada met Paul.")
    with torch.no_grad():
        expected = theirs(input_ids=torch.from_numpy(ids)[None]).logits[0]
        found = writer.network.lm_head(writer.hidden([ids]))
    torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-3)
    text = "Ada met Paul on 12 34 56."
    masked = Masker.load(tmp_path).mask(text)
    assert operators.apply(Replace(), text, masked.spans).text == masked.text


def test_a_file_beside_it_says_what_an_adapter_of_peft_does_not(tmp_path: Path, chat_base: Base) -> None:
    random_writer(chat_base).save(tmp_path)
    (tmp_path / "loredact.json").write_text('{"decoder": "generate", "instruction": "Mask this:", "labels": ["X"]}')
    writer = Writer.load(tmp_path)
    assert writer.description.labels == ("X",)
    assert "Mask this:\nAda" in writer.prompt.tokenizer.decode(writer.prompt.ask("Ada").tolist())


def test_an_adapter_for_another_base_is_refused(tmp_path: Path, chat_base: Base, real_base: Base) -> None:
    random_writer(chat_base).save(tmp_path)
    with pytest.raises(AdapterError, match="another one"):
        Writer.load(tmp_path, base=real_base.name)
    (tmp_path / "loredact.json").unlink()
    with pytest.raises(AdapterError, match="this base wants"):
        Writer.load(tmp_path, base=real_base.name)


def test_our_adapter_loads_in_peft_with_the_same_scores(tmp_path: Path, chat_base: Base) -> None:
    writer = random_writer(chat_base)
    writer.save(tmp_path)
    theirs = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(chat_base.folder), tmp_path).eval()
    ids = writer.prompt.ask("Ada met Paul.")
    with torch.no_grad():
        expected = theirs.base_model.model.model(input_ids=torch.from_numpy(ids)[None]).last_hidden_state[0]
        torch.testing.assert_close(writer.hidden([ids]), expected, rtol=1e-3, atol=1e-3)


def test_a_writers_scores_that_are_not_finite_write_nothing_and_say_so(chat_base: Base) -> None:
    writer = random_writer(chat_base)
    writer.network.lm_head.weight.data[5] = float("nan")
    with pytest.raises(AdapterError, match="not finite"):
        list(writer.find([TEXTS[0]]))


def test_a_writer_behind_another_chat_template_is_refused(chat_base: Base, tmp_path: Path) -> None:
    random_writer(chat_base).save(tmp_path / "adapter")
    base = shutil.copytree(chat_base.folder, tmp_path / "base")
    Writer.load(tmp_path / "adapter", base=str(base))
    about = json.loads((base / "tokenizer_config.json").read_text())
    other = {**about, "chat_template": TEMPLATE.replace("assistant", "user")}
    (base / "tokenizer_config.json").write_text(json.dumps(other))
    with pytest.raises(AdapterError, match="another chat template"):
        Writer.load(tmp_path / "adapter", base=str(base))

"""Shared by the tests: a tiny random Llama built on the spot, the real base, and the corpora where they are at hand."""

import gzip
import json
import os
from pathlib import Path

import pytest
import torch
from hypothesis import settings
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM

from loredact.bases import DEFAULT_BASE, FAST_BASE, MULTILINGUAL_BASE, Base, find_base
from loredact.document import Document, Span
from loredact.errors import BaseError
from loredact.lora import LoRAConfig
from loredact.tagger import Description, Tagger

# How long an example takes says what else the machine does, and nothing of what is tested.
settings.register_profile("without a deadline", deadline=None)
settings.load_profile("without a deadline")

CORPORA = Path(os.environ.get("LOREDACT_CORPORA", Path(__file__).parents[2] / "shared" / "data"))

# What computes, and so depends on the processor: `make test-processors` runs these under each instruction set.
NUMERICAL = (
    "bases/test_fast_base.py",
    "decoding/test_evidence.py",
    "export/test_export.py",
    "generator/",
    "kernels/",
    "lora/",
    "masking/test_masker.py",
    "network/",
    "tagger/test_shared.py",
    "test_training.py",
    "training/",
)

# The sizes of a tiny network, for the tokenizer of `tiny_folder`.
TINY = {
    "vocab_size": 400,
    "hidden_size": 48,
    "intermediate_size": 96,
    "num_hidden_layers": 2,
    "num_attention_heads": 6,
    "num_key_value_heads": 2,
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.relative_to(here).as_posix().startswith(NUMERICAL):
            item.add_marker(pytest.mark.numerical)


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_base(tmp_path_factory.mktemp("tiny")).folder


def make_tiny_base(folder: Path) -> Base:
    """A Llama of two layers with random weights and a byte-level tokenizer of 400 tokens, written into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(
        ["Ada Lovelace lives in London and Paul Erdős in Budapest, call 12 34 56."] * 20, trainer
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    torch.manual_seed(1)
    LlamaForCausalLM(LlamaConfig(**TINY, head_dim=8, tie_word_embeddings=True)).save_pretrained(folder)
    return find_base(str(folder))


@pytest.fixture(scope="session")
def tiny_base(tiny_folder: Path) -> Base:
    return find_base(str(tiny_folder))


@pytest.fixture(scope="session")
def real_base() -> Base:
    """SmolLM2-135M-Instruct, fetched on first use."""
    return _found_or_skipped(DEFAULT_BASE)


@pytest.fixture(scope="session")
def fast_base() -> Base:
    """The encoder all-MiniLM-L6-v2, fetched on first use."""
    return _found_or_skipped(FAST_BASE)


@pytest.fixture(scope="session")
def multilingual_base() -> Base:
    """The encoder multilingual-e5-small, fetched on first use."""
    return _found_or_skipped(MULTILINGUAL_BASE)


def _found_or_skipped(name: str) -> Base:
    try:
        return find_base(name)
    except BaseError as error:
        pytest.skip(f"the base {name} cannot be had: {error}")


@pytest.fixture(scope="session")
def adapter(tiny_base: Base, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The adapter of a `random_tagger`, on the tiny base."""
    folder = tmp_path_factory.mktemp("adapter")
    random_tagger(tiny_base).save(folder)
    return folder


@pytest.fixture(scope="session")
def people() -> list[Document]:
    """Sixty short texts, each with a name and a number."""
    names = ("Ada Lovelace", "Paul Erdős", "Emmy Noether", "José Álvarez", "Li Wei", "Søren K")
    documents = []
    for index in range(60):
        name, number = names[index % len(names)], f"{index:02d} {index + 7:02d} 56"
        before = "Please call " if index % 2 else "Today we met "
        text = f"{before}{name} on {number}."
        start = len(before)
        then = start + len(name) + 4
        spans = (Span(start, start + len(name), "PERSON"), Span(then, then + len(number), "PHONE"))
        documents.append(Document(text, spans))
    return documents


@pytest.fixture(scope="session")
def corpora() -> Path:
    if not (CORPORA / "MANIFEST.md").exists():
        pytest.skip(f"the labelled corpora are not at {CORPORA}; set LOREDACT_CORPORA to their folder")
    return CORPORA


def describe(base: Base, labels: tuple[str, ...], *, attention: str = "both", window: int = 16) -> Description:
    return Description.model_validate(
        {
            "base": {"name": base.name, "fingerprint": base.fingerprint},
            "architecture": {
                "labels": labels,
                "num_layers": 2,
                "attention": attention,
                "window": window,
                "overlap": 4,
            },
        }
    )


def random_tagger(
    base: Base, labels: tuple[str, ...] = ("PERSON", "PHONE"), *, attention: str = "both", std: float = 0.3
) -> Tagger:
    """A tagger whose every weight is random, LoRA's B too, so that it finds spans all over the place."""
    torch.manual_seed(7)
    tagger = Tagger.new(base, describe(base, labels, attention=attention), LoRAConfig(rank=4, alpha=8), "float32")
    with torch.no_grad():
        for parameter in tagger.network.parameters():
            if parameter.requires_grad:
                parameter.normal_(std=std)
    return tagger


def edit(path: Path, **changes: object) -> None:
    """Change what a JSON file of an adapter says, by hand: the digests in its `loredact.json` are set aside.

    `decoding__recall=1` changes what stands under `recall` in the part `decoding`.
    """
    data = json.loads(path.read_text())
    for name, value in changes.items():
        *parts, last = name.split("__")
        inner = data
        for part in parts:
            inner = inner[part]
        inner[last] = value
    path.write_text(json.dumps(data))
    about = path.parent / "loredact.json"
    if about.exists():
        about.write_text(json.dumps(json.loads(about.read_text()) | {"digests": None}))


def write_lines(path: Path, rows: list[dict[str, object]]) -> Path:
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path

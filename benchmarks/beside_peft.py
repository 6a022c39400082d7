"""What a corpus teaches the same base here, and by Transformers' Trainer with PEFT: how good each is on text not seen.

    python benchmarks/beside_peft.py TRAIN --test TEST [--epochs 3] [--depth 12] [--json]

Both sides have the same layers of the same base, LoRA of the same rank, scale and place, the same learning rate (chosen
for ours, and not tuned for theirs), number of epochs and documents; those with spans that overlap are left out of both.
`loredact` is what `loredact train` and `loredact evaluate` do with their defaults, without the rules: attention both
ways, 512 tokens a step, windows that overlap where text is measured. `peft` is what one writes by the book: causal
attention as the base has it, a token-classification head with its dropout, BIO tags, as many windows a step as make
about 512 tokens; a token's tag is the likeliest one, and a span goes on over I- of its label and begins at any other
tag, white space left off its ends; bfloat16 by autocast where ours has it. Nothing is chosen on TEST, and no state but
the last is looked at.
"""

import argparse
import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import nn

from loredact import Masker
from loredact.bases import find_base
from loredact.cli.console import progress, say
from loredact.corpora import scan_corpus
from loredact.document import Document, Span
from loredact.encoding import encode, read_tokenizer
from loredact.evaluation import Evaluation, evaluate
from loredact.network import best_precision
from loredact.training import Progress, Settings, train

CPU = torch.device("cpu")
IGNORED = -100  # no loss on tokens of this label
# PEFT's own `all-linear` would take the head as well.
LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def by_loredact(
    documents: Sequence[Document], measured: Sequence[Document], settings: Settings
) -> tuple[list[Document], float]:
    """What is found in `measured`, and the seconds that training took."""
    with tempfile.TemporaryDirectory() as folder, progress("loredact") as bar:
        began = time.perf_counter()
        watch = Progress(lambda step: bar(step.done, f"{step.loss:.3f}"))
        train(documents, settings, held_out=[], progress=watch).save(folder)
        seconds = time.perf_counter() - began
        return list(Masker.load(folder, rules=False).find_many(measured)), seconds


def by_peft(
    documents: Sequence[Document], measured: Sequence[Document], settings: Settings
) -> tuple[list[Document], float]:
    """The same with Transformers' Trainer and PEFT."""
    from peft import LoraConfig, TaskType, get_peft_model
    from transformers import AutoModelForTokenClassification, Trainer, TrainingArguments

    began = time.perf_counter()
    base = find_base(settings.base)
    tokenizer = read_tokenizer(base.folder / "tokenizer.json")
    labels = sorted({span.label for document in documents for span in document.spans})
    names = ["O", *(f"{prefix}-{label}" for label in labels for prefix in "BI")]
    rows = [row for document in documents for row in windows_of(document, tokenizer, names, settings.window)]
    windows_a_step = max(1, round(settings.row_tokens * len(rows) / sum(len(row["input_ids"]) for row in rows)))
    torch.manual_seed(settings.seed)
    plain: nn.Module = AutoModelForTokenClassification.from_pretrained(
        base.folder,
        num_labels=len(names),
        num_hidden_layers=settings.depth,
        dtype=torch.float32,
    )
    config = LoraConfig(
        task_type=TaskType.TOKEN_CLS, r=settings.lora.rank, lora_alpha=settings.lora.alpha, target_modules=LINEAR
    )
    network = get_peft_model(plain, config)
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir=folder,
            per_device_train_batch_size=windows_a_step,
            num_train_epochs=settings.epochs,
            learning_rate=settings.rate,
            lr_scheduler_type="linear",
            warmup_steps=settings.warm_up,
            weight_decay=settings.weight_decay,
            max_grad_norm=settings.clip,
            optim="adamw_torch_fused",
            bf16=best_precision(CPU) == "bfloat16",
            use_cpu=True,
            seed=settings.seed,
            remove_unused_columns=False,
            save_strategy="no",
            report_to=[],
        )
        with contextlib.redirect_stdout(sys.stderr):  # Trainer prints its log
            Trainer(model=network, args=arguments, train_dataset=rows, data_collator=padded).train()
        seconds = time.perf_counter() - began
    network.eval()
    return [d.with_spans(greedy(d.text, network, tokenizer, names, settings.window)) for d in measured], seconds


def windows_of(document: Document, tokenizer: Tokenizer, names: Sequence[str], window: int) -> list[dict[str, Any]]:
    """Token ids and tags of a document, `window` tokens at a time."""
    tokens = encode(tokenizer, document.text)
    tags = np.zeros(len(tokens), dtype=np.int64)
    for span in document.spans:
        inside = [i for i in range(len(tokens)) if tokens.starts[i] < span.end and span.start < tokens.ends[i]]
        for place, index in enumerate(inside):
            tags[index] = names.index(f"{'I' if place else 'B'}-{span.label}")
    cuts = range(0, len(tokens), window)
    return [
        {"input_ids": tokens.ids[at : at + window].tolist(), "labels": tags[at : at + window].tolist()} for at in cuts
    ]


def padded(rows: Sequence[dict[str, Any]]) -> dict[str, torch.Tensor]:
    """A batch, its rows filled up to the longest."""
    longest = max(len(row["input_ids"]) for row in rows)

    def filled(values: Callable[[dict[str, Any]], list[int]], filler: int) -> torch.Tensor:
        return torch.tensor([values(row) + [filler] * (longest - len(row["input_ids"])) for row in rows])

    return {
        "input_ids": filled(lambda row: row["input_ids"], 0),
        "labels": filled(lambda row: row["labels"], IGNORED),
        "attention_mask": filled(lambda row: [1] * len(row["input_ids"]), 0),
    }


@torch.inference_mode()
def greedy(text: str, network: nn.Module, tokenizer: Tokenizer, names: Sequence[str], window: int) -> list[Span]:
    """The spans that the likeliest tag of each token gives."""
    tokens = encode(tokenizer, text)
    tags: list[str] = []
    for at in range(0, len(tokens), window):
        with torch.autocast("cpu", torch.bfloat16, enabled=best_precision(CPU) == "bfloat16"):
            scores = network(input_ids=torch.from_numpy(tokens.ids[at : at + window])[None]).logits[0]
        tags += [names[index] for index in scores.argmax(-1).tolist()]
    stretches: list[tuple[int, int, str]] = []
    for index, (tag, before) in enumerate(zip(tags, ["O", *tags[:-1]], strict=True)):
        if tag == "O":
            continue
        start, end, label = int(tokens.starts[index]), int(tokens.ends[index]), tag[2:]
        if tag[0] == "I" and before != "O" and before[2:] == label:
            stretches[-1] = (stretches[-1][0], end, label)
        else:
            stretches.append((start, end, label))
    return [span for start, end, label in stretches for span in without_white_space(text, start, end, label)]


def without_white_space(text: str, start: int, end: int, label: str) -> list[Span]:
    """The span without the white space at its ends; none where there is nothing else."""
    written = text[start:end]
    first, past = start + len(written) - len(written.lstrip()), start + len(written.rstrip())
    return [Span(first, past, label)] if first < past else []


def figures(evaluation: Evaluation, seconds: float) -> dict[str, float]:
    """What is printed of a side."""
    characters = evaluation.characters
    return {
        "strict_f1": evaluation.strict.f1,
        "found": characters.recall,
        "precision": characters.precision,
        "seconds": seconds,
    }


def main() -> None:
    """Train both sides, measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("training", metavar="TRAIN")
    parser.add_argument("--test", required=True)
    parser.add_argument("--epochs", type=float, default=3.0)
    parser.add_argument("--depth", type=int, default=12)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    documents = scan_corpus(arguments.training).documents
    measured = scan_corpus(arguments.test).documents
    say(f"{len(documents)} documents to learn from, {len(measured)} to measure on")
    settings = Settings(epochs=arguments.epochs, depth=arguments.depth)
    results = {}
    for name, side in (("loredact", by_loredact), ("peft", by_peft)):
        say(name)
        found, seconds = side(documents, measured, settings)
        results[name] = figures(evaluate(measured, found), seconds)
    if arguments.json:
        print(json.dumps(results, indent=2))
        return
    print(f"{'':12}{'strict F1':>12}{'found':>10}{'precision':>12}{'training':>12}")
    for name, each in results.items():
        row = f"{name:12}{each['strict_f1']:>12.3f}{each['found']:>10.1%}{each['precision']:>12.1%}"
        print(f"{row}{each['seconds']:>10.0f} s")


if __name__ == "__main__":
    main()

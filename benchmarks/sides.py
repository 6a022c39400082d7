"""One side of `training.py`, in a process of its own: it trains when told to, and says how fast and in how much memory.

Started as `python benchmarks/sides.py JSON`, with a `Task`. It writes one JSON object a line: first `{"ready": true}`,
then, for each line `go` on standard input, tokens and seconds of about as many seconds as `Task.seconds`, and after the
end of the input its peak memory and the losses of all its steps.
"""

import contextlib
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from loredact.adapters.description import BaseModelReference
from loredact.bases import find_base
from loredact.corpora import read_corpus
from loredact.document import Document
from loredact.encoding import AllowedTags, PackedBatch, TagSet, encode, pack_windows, read_tokenizer
from loredact.lora import LoRAConfig
from loredact.network import Attention
from loredact.tagger import Architecture, Description, Tagger
from loredact.training.examples import TagExample, cut, epoch_batches, whole_examples
from loredact.training.learner import Learner
from loredact.training.report import peak_memory_mb
from loredact.training.tagging import Tagging

RATE = 1e-3
LORA = LoRAConfig(rank=16, alpha=32)


@dataclass(frozen=True)
class Task:
    """What a side is to do.

    `side` is `loredact`, `full` (our own loop, everything trainable), `peft` or `trainer-full` (Transformers' Trainer).
    `start` is a folder with the adapter that LoRA sides start from; `precision` is Trainer's, and ours is what loredact
    chooses on this processor. With `windows` a step is that many windows in the corpus's order, the same for every
    side; without it each side has its own: batches of `row_tokens` tokens, or `batch` windows grouped by length.
    `threads` is how many cores loredact trains on, None for all.
    """

    side: str
    corpus: str
    documents: int
    base: str
    depth: int
    start: str
    precision: str = "bfloat16"
    window: int = 256
    row_tokens: int = 1024
    batch: int = 8
    windows: int = 0
    threads: int | None = None
    attention: Attention = "causal"
    warm_up: int = 2
    seconds: float = 5.0

    def to_json(self) -> str:
        return json.dumps(asdict(self))


def corpus(task: Task) -> list[Document]:
    """The first documents of the task's corpus."""
    return read_corpus(task.corpus)[: task.documents]


def tag_set(documents: list[Document]) -> TagSet:
    """The tags of the documents' labels."""
    return TagSet(sorted({span.label for document in documents for span in document.spans}))


def windows_of(task: Task, documents: list[Document]) -> list[TagExample]:
    """What every side is trained on."""
    tokenizer = read_tokenizer(find_base(task.base).folder / "tokenizer.json")
    tokenised = [encode(tokenizer, document.text) for document in documents]
    return cut(whole_examples(documents, tokenised, AllowedTags(tag_set(documents))), task.window)


def new_tagger(task: Task, documents: list[Document]) -> Tagger:
    """An untrained tagger for `documents`, which looks back only where Trainer's side does."""
    base = find_base(task.base)
    description = Description(
        base=BaseModelReference(name=task.base, fingerprint=base.fingerprint),
        architecture=Architecture(
            method="full" if task.side == "full" else "lora",
            labels=tag_set(documents).labels,
            num_layers=task.depth,
            attention=task.attention,
            window=task.window,
            overlap=0,
        ),
    )
    torch.manual_seed(0)
    return Tagger.new(base, description, None if task.side == "full" else LORA)


class Valve:
    """Lets steps pass while `go` is answered, and times them."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._warm_up = task.warm_up
        self._open = False
        self._tokens = 0
        self._began = 0.0
        self._ready = False

    def before_step(self) -> bool:
        """Wait until a step may be taken; False at the end of the input."""
        if self._warm_up > 0 or self._open:
            return True
        if not self._ready:
            _say({"ready": True})
            self._ready = True
        if sys.stdin.readline().strip() != "go":
            return False
        self._open, self._tokens, self._began = True, 0, time.perf_counter()
        return True

    def after_step(self, tokens: int) -> None:
        """Count a step, and answer once enough time has passed."""
        if self._warm_up > 0:
            self._warm_up -= 1
            return
        self._tokens += tokens
        seconds = time.perf_counter() - self._began
        if seconds >= self._task.seconds:
            _say({"tokens": self._tokens, "seconds": seconds})
            self._open = False


_answers = sys.stdout


def _say(message: dict[str, Any]) -> None:
    print(json.dumps(message), file=_answers, flush=True)


def run_ours(task: Task) -> list[float]:
    """loredact's own loop, with LoRA or with everything trainable."""
    documents = corpus(task)
    tagger = Tagger.load(Path(task.start)) if task.side == "loredact" else new_tagger(task, documents)
    learner = Learner(Tagging(tagger), threads=task.threads)
    items = windows_of(task, documents)
    valve = Valve(task)
    tagger.network.train()
    losses = []
    for row in _rows(task, items):
        if not valve.before_step():
            break
        losses.append(learner.step(row, RATE))
        valve.after_step(len(row))
    return losses


def _rows(task: Task, items: list[TagExample]) -> Iterator[PackedBatch[TagExample]]:
    if task.windows:
        for at in range(0, len(items), task.windows):
            yield from pack_windows(items[at : at + task.windows], 10**9)
        return
    epoch = 0
    while True:
        # The last row of an epoch may hold but a few windows.
        yield from list(epoch_batches(items, task.row_tokens, 0, epoch))[:-1]
        epoch += 1


def grouped_by_length(rows: list[dict[str, Any]], batch: int) -> list[dict[str, Any]]:
    """The rows in the batches that Trainer's `group_by_length` makes, those in random order.

    Trainer sorts fifty shuffled batches at a time and begins with the longest, so that the first steps of a run, all
    that is measured here, would be longer than its mean.
    """
    order = np.random.default_rng(0)
    shuffled = [rows[index] for index in order.permutation(len(rows))]
    batches: list[list[dict[str, Any]]] = []
    for at in range(0, len(shuffled), 50 * batch):
        mega = sorted(shuffled[at : at + 50 * batch], key=lambda row: -int(row["length"]))
        batches += [mega[first : first + batch] for first in range(0, len(mega) - batch + 1, batch)]
    return [row for index in order.permutation(len(batches)) for row in batches[index]]


def run_trainer(task: Task) -> list[float]:
    """PEFT, or the whole model, with Transformers' Trainer."""
    from peft import PeftModel
    from transformers import AutoModelForTokenClassification, Trainer, TrainerCallback, TrainingArguments

    # Nothing of loredact's network is loaded here, so that Trainer runs in a process like any user's.
    documents = corpus(task)
    rows = [
        {"input_ids": item.ids.tolist(), "labels": item.tags.tolist(), "length": len(item)}
        for item in windows_of(task, documents)
    ]
    if not task.windows:
        rows = grouped_by_length(rows, task.batch)
    torch.manual_seed(0)
    network: nn.Module = AutoModelForTokenClassification.from_pretrained(
        find_base(task.base).folder,
        num_labels=len(tag_set(documents)),
        num_hidden_layers=task.depth,
        dtype=torch.bfloat16 if task.precision == "bfloat16" else torch.float32,
    )
    if task.side == "peft":
        network = PeftModel.from_pretrained(network, task.start, is_trainable=True)
    valve = Valve(task)
    losses: list[float] = []

    class Gate(TrainerCallback):  # type: ignore[misc]  # Transformers' types are not checked
        def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            if not valve.before_step():
                control.should_training_stop = True
                raise StopIteration

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            valve.after_step(counted.pop())

        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
            if "loss" in logs:
                losses.append(float(logs["loss"]))

    counted: list[int] = []

    def collate(items: list[dict[str, Any]]) -> dict[str, Tensor]:
        longest = max(len(item["input_ids"]) for item in items)

        def padded(name: str, filler: int) -> Tensor:
            return torch.tensor([item[name] + [filler] * (longest - len(item[name])) for item in items])

        counted.insert(0, sum(len(item["input_ids"]) for item in items))
        mask = torch.tensor([[1] * n + [0] * (longest - n) for n in (len(item["input_ids"]) for item in items)])
        return {"input_ids": padded("input_ids", 0), "labels": padded("labels", -100), "attention_mask": mask}

    arguments = TrainingArguments(
        output_dir=str(Path(task.start).parent / "trainer"),
        per_device_train_batch_size=task.windows or task.batch,
        max_steps=100_000,
        bf16=task.precision == "autocast",
        use_cpu=True,
        learning_rate=RATE,
        lr_scheduler_type="constant",
        weight_decay=0.0,
        optim="adamw_torch_fused",
        train_sampling_strategy="sequential",
        remove_unused_columns=False,
        logging_steps=1,
        save_strategy="no",
        report_to=[],
        disable_tqdm=True,
    )
    trainer = Trainer(model=network, args=arguments, train_dataset=rows, data_collator=collate, callbacks=[Gate()])
    with contextlib.suppress(StopIteration):
        trainer.train()
    return losses


def main() -> None:
    task = Task(**json.loads(sys.argv[1]))
    sys.stdout = sys.stderr  # Trainer prints its log; the answers alone belong on standard output
    losses = run_ours(task) if task.side in ("loredact", "full") else run_trainer(task)
    _say({"peak_memory_mb": peak_memory_mb(), "losses": losses})


if __name__ == "__main__":
    main()

"""One base and a thousand customers: adapters beside fully fine-tuned copies, in disk, memory and time.

    python benchmarks/customers.py [--customers 1000] [--adapter FOLDER] [--json]

Makes an adapter folder for each customer: one adapter whose LoRA matrices and token classification head are moved a
little at random, by a seed of the customer's own, so that no two are equal (an adapter of one's own with `--adapter`,
else a fresh one).
Then, in a process for each, so that memory is its own:

- adapters: one base, and the weights of every customer's adapter held in memory, in the precision the base runs in;
  it switches to customers drawn at random and masks two sentences for each;
- copies: customers' adapters folded into the base for good and saved as full fine-tunes, as many as fit into
  `--copies-gb`, all held in memory. A customer beyond those is one copy more: what 1,000 would take is the measured
  cost of a copy times 1,000, and is marked as such.

The folders lie in a temporary folder (8 GB for 1,000 customers) and are deleted at the end. Memory is read from
/proc, so this runs on Linux.
"""

import argparse
import json
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from loredact import lora
from loredact.bases import DEFAULT_BASE, find_base
from loredact.document import Document, Span
from loredact.masking import Masker
from loredact.tagger import SharedBases, Tagger, read_description
from loredact.tagger.methods import load_trained
from loredact.training import Settings
from loredact.training.report import machine
from loredact.training.tagging import new_tagger

SENTENCE = "Ring Thabo Lindqvist on +44 1947 555 0134."
LABELS = ("EMAIL_ADDRESS", "LOCATION", "PERSON", "PHONE_NUMBER", "STREET_ADDRESS")
# How far a customer's matrices lie from those of the adapter they were made from.
MOVED = 0.01
COPIES_AT_MOST = 100


@dataclass(frozen=True, slots=True)
class Task:
    """What is measured."""

    folder: Path
    base: str
    adapter: Path | None
    customers: int
    drawn: int
    copies_gb: float
    seed: int

    def customer(self, number: int) -> Path:
        """The folder of a customer's adapter."""
        return self.folder / f"customer-{number:05}"

    def copy(self, number: int) -> Path:
        """The folder of a customer's fine-tuned copy."""
        return self.folder / f"copy-{number:05}"

    def draw(self, among: int) -> list[int]:
        """Customers drawn at random, with repetition."""
        return random.Random(self.seed).choices(range(among), k=self.drawn)


def resident_mb() -> float:
    """The memory this process has resident now, in megabytes."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) * 1024 / 1e6


def disk_mb(folders: Iterable[Path]) -> float:
    """The space that the files in `folders` take on the disk, in whole blocks, in megabytes."""
    return sum(path.stat().st_blocks * 512 for folder in folders for path in folder.rglob("*")) / 1e6


def milliseconds(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def make_adapters(task: Task) -> dict[str, Any]:
    """Write every customer's adapter."""
    torch.manual_seed(task.seed)
    tagger = Tagger.load(task.adapter) if task.adapter else fresh_tagger(task)
    start = {name: p.detach().clone() for name, p in tagger.network.named_parameters() if p.requires_grad}
    own = dict(tagger.network.named_parameters())
    began = time.perf_counter()
    for number in range(task.customers):
        chance = torch.Generator().manual_seed(task.seed * 1_000_003 + number)
        with torch.no_grad():
            for name, tensor in start.items():
                own[name].copy_(tensor + MOVED * torch.randn(tensor.shape, generator=chance))
        tagger.save(task.customer(number))
    return {
        "depth": tagger.description.architecture.num_layers,
        "parameters": sum(tensor.numel() for tensor in start.values()),
        "seconds": time.perf_counter() - began,
        "disk_mb": disk_mb(task.customer(number) for number in range(task.customers)),
    }


def fresh_tagger(task: Task) -> Tagger:
    """An adapter that has learnt nothing yet, of the default settings."""
    labelled = Document("x" * len(LABELS), tuple(Span(n, n + 1, label) for n, label in enumerate(LABELS)))
    return new_tagger([labelled], Settings(base=task.base), say=lambda step: None)


def serve_adapters(task: Task) -> dict[str, Any]:
    """One base with every customer's adapter in memory."""
    shared = SharedBases()
    Masker.load(task.customer(0), shared=shared).mask(SENTENCE)
    with_base = resident_mb()
    taggers: list[Tagger] = []

    def read(number: int) -> None:
        taggers.append(shared.load(task.customer(number)))

    reading = [milliseconds(partial(read, number)) for number in range(task.customers)]
    with_all = resident_mb()
    maskers = [Masker(tagger) for tagger in taggers]
    first = scores(taggers[0])
    switching, masking = [], []
    for number in task.draw(task.customers):
        # The first sentence after another customer's has to switch, the second has not.
        both, one = (milliseconds(partial(maskers[number].mask, SENTENCE)) for _ in range(2))
        switching.append(both - one)
        masking.append(one)
    return {
        "precision": str(next(taggers[0].network.base_model.parameters()).dtype).removeprefix("torch."),
        "base_mb": with_base,
        "held_mb": with_all - with_base,
        "memory_mb": with_all,
        "read_ms": median(reading),
        "switch_ms": median(switching),
        "mask_ms": median(masking),
        "same_after_all_others": bool((first == scores(taggers[0])).all()),
    }


def scores(tagger: Tagger) -> NDArray[np.float32]:
    """The tag scores of the sentence."""
    return next(iter(tagger.score([SENTENCE]))).scores


def make_copies(task: Task) -> dict[str, Any]:
    """Fold customers' adapters into the base and write them as full fine-tunes, as many as fit into memory."""
    count = 0
    while (
        count < min(task.customers, COPIES_AT_MOST) and disk_mb([task.copy(0)]) * (count + 1) <= 1000 * task.copies_gb
    ):
        tuned = Tagger.load(task.customer(count))
        description = tuned.description.changed(architecture={"method": "full"})
        lora.merge_and_unload(tuned.network)
        tuned.network.requires_grad_(True)
        Tagger(tuned.base, description, None, tuned.network, tuned.head_name).save(task.copy(count))
        count += 1
    return {"count": count, "disk_mb": disk_mb(task.copy(number) for number in range(count))}


def serve_copies(task: Task, count: int) -> dict[str, Any]:
    """`count` fine-tuned copies in memory."""
    spare = Tagger.load(task.copy(0))
    Masker.load(task.copy(0)).mask(SENTENCE)
    before = resident_mb()
    maskers: list[Masker] = []

    def load(number: int) -> None:
        maskers.append(Masker.load(task.copy(number)))

    loading = [milliseconds(partial(load, number)) for number in range(count)]
    held = resident_mb() - before
    for masker in maskers:
        masker.mask(SENTENCE)
    masking = [milliseconds(partial(maskers[number].mask, SENTENCE)) for number in task.draw(count)]
    overwriting = [
        milliseconds(partial(load_trained, task.copy(number), spare.network)) for number in task.draw(count)[:20]
    ]
    return {
        "held_mb": held,
        "load_ms": median(loading),
        "overwrite_ms": median(overwriting),
        "mask_ms": median(masking),
    }


def measure(task: Task) -> dict[str, Any]:
    """Both worlds, each stage in a process of its own."""
    made = alone(make_adapters, task)
    adapters = alone(serve_adapters, task)
    for number in range(COPIES_AT_MOST, task.customers):
        # Room for the copies.
        shutil.rmtree(task.customer(number))
    copies = alone(make_copies, task)
    copies |= alone(serve_copies, task, copies["count"])
    base = find_base(read_description(task.customer(0)).base.name)
    return {
        "customers": task.customers,
        "drawn": task.drawn,
        "start": "given" if task.adapter else "fresh",
        "machine": machine(),
        "base_disk_mb": disk_mb([base.folder]),
        "made": made,
        "adapters": adapters,
        "copies": copies,
    }


def alone(stage: Callable[..., dict[str, Any]], *arguments: Any) -> dict[str, Any]:
    """What `stage` gives in a new process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(stage, *arguments).result()


def as_markdown(found: dict[str, Any]) -> str:
    """The measured table."""
    made, adapters, copies, n = found["made"], found["adapters"], found["copies"], found["customers"]
    k = copies["count"]
    disk, memory = copies["disk_mb"] / k, copies["held_mb"] / k
    rows = [
        ("disk, a customer", f"{made['disk_mb'] / n:.1f} MB", f"{disk:,.0f} MB"),
        (
            f"disk, {n:,} customers",
            f"{(made['disk_mb'] + found['base_disk_mb']) / 1000:.1f} GB",
            f"{n * disk / 1000:,.0f} GB *",
        ),
        ("memory, a customer", f"{adapters['held_mb'] / n:.1f} MB", f"{memory:,.0f} MB"),
        (f"memory, {n:,} customers", f"{adapters['memory_mb'] / 1000:.1f} GB", f"{n * memory / 1000:,.0f} GB *"),
        ("switch to a customer in memory", f"{adapters['switch_ms']:.1f} ms", "none: a network each"),
        (
            "read a customer from disk",
            f"{adapters['read_ms']:.0f} ms",
            f"{copies['overwrite_ms']:,.0f} ms over another's weights, {copies['load_ms']:,.0f} ms as one more network",
        ),
        ("mask one sentence", f"{adapters['mask_ms']:.0f} ms", f"{copies['mask_ms']:.0f} ms"),
    ]
    lines = [f"| | one base, {n:,} adapters | {n:,} fine-tuned copies |", "| --- | ---: | ---: |"]
    lines += [f"| {name} | {ours} | {theirs} |" for name, ours, theirs in rows]
    lines += [
        "",
        f"{made['depth']} layers, {made['parameters']:,} parameters an adapter, held in {adapters['precision']}. All "
        f"{n:,} adapters were on the disk and in memory; of the copies {k} were: * is the cost of one times {n:,}. "
        f"Medians over {found['drawn']} customers drawn at random.",
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=1000)
    parser.add_argument("--adapter", type=Path, help="the adapter that customers' are made from; else a fresh one")
    parser.add_argument("--base", default=DEFAULT_BASE, help="the base of a fresh adapter")
    parser.add_argument("--drawn", type=int, default=200, help="customers drawn at random to mask a sentence for")
    parser.add_argument("--copies-gb", type=float, default=4.0, help="memory for fine-tuned copies")
    parser.add_argument("--folder", type=Path, help="where the temporary folder is made")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        task = Task(Path(folder), given.base, given.adapter, given.customers, given.drawn, given.copies_gb, given.seed)
        found = measure(task)
    print(json.dumps(found, indent=2) if given.json else as_markdown(found))


if __name__ == "__main__":
    main()

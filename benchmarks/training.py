"""How fast loredact trains, beside PEFT and beside full fine-tuning, on the same rows in one run.

    python benchmarks/training.py [--quick | --cores] [--json] [--corpora FOLDER]

For each corpus and depth it measures real (not padding) tokens per second and the peak memory of each process:
loredact; PEFT with Transformers' Trainer at the better of the precisions and batch sizes tried; our own loop with
everything trainable; and, beside loredact alone, full fine-tuning with Trainer. Sides alternate, and a figure is the
median of the rounds. Between them the fastest matrix product of the machine is measured, in bfloat16 or float32 and,
where ours are in that, in int8: the bound is the time in which 4 · parameters · tokens operations, forward and for the
input's gradient, could be done at its speed. In bfloat16 it is what a step is bound to whose products are not rounded.
At the end both LoRA sides take the same steps, from the same adapter, and their losses are compared.

With `--cores` loredact alone is measured, as `loredact train` uses the multilingual base by default: on one core and on
all, in turns, alone and beside a process that keeps one core busy.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

import torch
from processes import Process, fastest_int8_product, fastest_product
from sides import LORA, Task, corpus, new_tagger

from loredact.bases import DEFAULT_BASE, MULTILINGUAL_BASE
from loredact.lora import LoRALinear
from loredact.network import best_precision
from loredact.training import Settings

SIDES = Path(__file__).with_name("sides.py")
CORPORA = Path(__file__).parents[2] / "shared" / "data"
# Documents of presidio-synth-v2 hold some 25 tokens and are a window each; of meddocan-train some 900, cut into rows of
# 512 for every side, a length long documents are commonly cut to.
CORPUS_TASKS = {
    "presidio-synth-v2": {"documents": 1500, "window": 256, "row_tokens": 1024},
    "meddocan-train": {"documents": 100, "window": 512, "row_tokens": 1024},
}
# Float32 was never the fastest where bfloat16 is native; elsewhere bfloat16 is a hundred times as slow.
NATIVE = best_precision(torch.device("cpu")) == "bfloat16"
# What Trainer computes in: the first of them where it is not chosen by trial.
PRECISIONS = ("autocast", "bfloat16") if NATIVE else ("float32",)
PEFT_SETTINGS = list(product(PRECISIONS, (8, 16)))


class Side:
    """A side's process."""

    def __init__(self, task: Task, **environment: str) -> None:
        self._process = Process(SIDES, task.to_json(), task.side, **environment)
        self.rates: list[float] = []

    def go(self) -> float:
        """Let it train for a while; tokens per second."""
        self._process.go()
        answer = self._process.answer()
        self.rates.append(answer["tokens"] / answer["seconds"])
        return self.rates[-1]

    def end(self) -> dict[str, Any]:
        """Let it end; its peak memory and its losses."""
        return self._process.end()


def used_parameters(task: Task) -> int:
    """Parameters of the frozen matrices a token passes: the layers' linear weights."""
    tagger = new_tagger(task, corpus(task))
    layers = [module for module in tagger.network.modules() if isinstance(module, LoRALinear)]
    return sum(layer.weight.numel() for layer in layers)


def write_start(task: Task) -> None:
    """An untrained adapter, which every LoRA side starts from."""
    new_tagger(task, corpus(task)).save(Path(task.start))


def choose_peft(task: Task, quick: bool, say: Any) -> Task:
    """PEFT's best precision and batch size for a corpus, by one short trial each."""
    if quick:
        return replace(task, side="peft", precision=PRECISIONS[0], batch=8)
    found = {}
    for precision, batch in PEFT_SETTINGS:
        side = Side(replace(task, side="peft", precision=precision, batch=batch, warm_up=1, seconds=2.0))
        found[precision, batch] = max(side.go(), side.go())
        side.end()
        say(f"  peft {precision}, {batch} rows: {found[precision, batch]:.0f} tokens/s")
    precision, batch = max(found, key=found.__getitem__)
    return replace(task, side="peft", precision=precision, batch=batch)


def measure(tasks: list[Task], rounds: int, parameters: int, say: Any) -> dict[str, Any]:
    """Figures of one corpus at one depth; the first of `tasks` is loredact's, the second PEFT's."""
    sides = {task.side: Side(task) for task in tasks}
    bounds, int8_bounds = [], []

    def measure_bounds() -> None:
        bounds.append(fastest_product((torch.bfloat16, torch.float32) if NATIVE else (torch.float32,)))
        if NATIVE:
            int8_bounds.append(fastest_int8_product())

    for _ in range(rounds):
        measure_bounds()
        for name, side in sides.items():
            say(f"  {name}: {side.go():.0f} tokens/s")
        measure_bounds()
    memory = {name: side.end()["peak_memory_mb"] for name, side in sides.items()}
    ours = sides["loredact"].rates

    def ratio(name: str) -> float:
        return median(a / b for a, b in zip(ours, sides[name].rates, strict=True))

    figures: dict[str, Any] = {
        "tokens_per_second": median(ours),
        "share_of_bound": 4 * parameters * median(ours) / median(bounds),
        "bound_gflops": median(bounds) / 1e9,
        "memory_mb": memory["loredact"],
        "memory_vs_peft": memory["loredact"] / memory["peft"],
        "peft": {"precision": tasks[1].precision, "batch": tasks[1].batch, "memory_mb": memory["peft"]},
        "ratio_vs_peft": ratio("peft"),
        "ratio_vs_full": ratio("full"),
    }
    if int8_bounds:
        figures["share_of_int8_bound"] = 4 * parameters * median(ours) / median(int8_bounds)
        figures["int8_bound_gflops"] = median(int8_bounds) / 1e9
    return figures


def beside_trainer(ours: Task, theirs: Task, rounds: int, say: Any) -> float:
    """How many times Trainer's speed at training everything ours has.

    Apart from the others, since on long windows its memory and PEFT's together are more than many machines have.
    """
    sides = [Side(ours), Side(theirs)]
    ratios = []
    for _ in range(rounds):
        mine, other = (side.go() for side in sides)
        say(f"  {ours.side}: {mine:.0f}, {theirs.side}: {other:.0f} tokens/s")
        ratios.append(mine / other)
    for side in sides:
        side.end()
    return median(ratios)


def compare_losses(task: Task, steps: int) -> dict[str, float]:
    """The mean loss of the last half of the same `steps`, of both LoRA sides, from the same adapter."""
    means = []
    for side in ("loredact", "peft"):
        process = Side(replace(task, side=side, precision=PRECISIONS[0], windows=8, warm_up=steps, seconds=0.0))
        losses = process.end()["losses"][:steps]
        means.append(sum(losses[steps // 2 :]) / len(losses[steps // 2 :]))
    return {"loredact": means[0], "peft": means[1], "difference": abs(means[0] - means[1]) / means[1]}


@contextmanager
def busy_process() -> Iterator[None]:
    """A process beside this one that computes all the time."""
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def compare_cores(corpora: Path, rounds: int, say: Any) -> dict[str, float]:
    """Tokens a second on one core and on all, and the median over rounds of how many times the first the second is;
    the same of all cores beside a busy process and alone.
    """
    defaults = Settings()
    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder:
        task = Task(
            side="loredact",
            corpus=str(corpora / "meddocan-train.jsonl.gz"),
            documents=100,
            base=MULTILINGUAL_BASE,
            depth=12,
            start=str(Path(folder) / "start"),
            window=defaults.window,
            row_tokens=defaults.row_tokens,
            attention=defaults.attention,
            seconds=5.0,
        )
        write_start(task)
        sides = {
            "one": Side(replace(task, threads=1), OMP_NUM_THREADS="1"),
            "all": Side(replace(task, threads=cores), OMP_NUM_THREADS=str(cores)),
        }
        alone, beside = [], []
        for _ in range(rounds):
            one, every = sides["one"].go(), sides["all"].go()
            alone.append(every / one)
            with busy_process():
                shared = sides["all"].go()
            beside.append(shared / every)
            say(f"  one core {one:.0f}, {cores} cores {every:.0f}, beside a busy process {shared:.0f} tokens/s")
        rates = {name: side.rates for name, side in sides.items()}
        for side in sides.values():
            side.end()
    return {
        "cores": cores,
        "one_core": median(rates["one"]),
        "all_cores": median(rates["all"][::2]),
        "beside_busy": median(rates["all"][1::2]),
        "ratio": median(alone),
        "ratio_beside_busy": median(beside),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--quick",
        action="store_true",
        help="30 layers alone, no search for PEFT's best settings, no losses: within five minutes",
    )
    parser.add_argument("--cores", action="store_true", help="one core beside all, within two minutes")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--corpora", type=Path, default=CORPORA, help="folder of the labelled corpora")
    parser.add_argument("--window", type=int, help="tokens of a window at most, for every side (else 256 and 512)")
    parser.add_argument("--base", default=DEFAULT_BASE, help="the base to train on")
    given = parser.parse_args()

    def say(message: str) -> None:
        print(message, file=sys.stderr, flush=True)

    if given.cores:
        found = compare_cores(given.corpora, 5, say)
        if given.json:
            print(json.dumps(found, indent=2))
            return
        print(f"multilingual base, 12 layers, meddocan-train, {Settings().row_tokens} tokens a step; median of five")
        print(f"one core           {found['one_core']:6.0f} tokens/s")
        print(f"{found['cores']} cores            {found['all_cores']:6.0f} tokens/s  {found['ratio']:.2f} x one core")
        ratio = found["ratio_beside_busy"]
        print(f"beside a busy one  {found['beside_busy']:6.0f} tokens/s  {ratio:.2f} of that alone")
        return
    results: dict[str, Any] = {}
    for name, values in CORPUS_TASKS.items():
        results[name] = {}
        best: Task | None = None
        for depth in (30,) if given.quick else (30, 16):
            with tempfile.TemporaryDirectory() as folder:
                ours = Task(
                    side="loredact",
                    corpus=str(given.corpora / f"{name}.jsonl.gz"),
                    base=given.base,
                    depth=depth,
                    start=str(Path(folder) / "start"),
                    seconds=3.0 if given.quick else 4.0,
                    **(values if given.window is None else values | {"window": given.window}),
                )
                write_start(ours)
                say(f"{name}, {depth} layers")
                best = choose_peft(ours, given.quick, say) if best is None else best
                peft = replace(best, depth=depth, start=ours.start)
                figures = measure([ours, peft, replace(ours, side="full")], 3, used_parameters(ours), say)
                if not given.quick:
                    theirs = replace(ours, side="trainer-full", precision=PRECISIONS[0], batch=best.batch)
                    figures["ratio_vs_trainer_full"] = beside_trainer(ours, theirs, 3, say)
                if depth == 16:
                    figures["loss"] = compare_losses(ours, 16)
                results[name][str(depth)] = figures
    if given.json:
        print(json.dumps(results, indent=2))
        return
    print(f"rank {LORA.rank} on all seven linear layers; median of three rounds")
    for name, depths in results.items():
        for depth, figures in depths.items():
            of_int8 = f", {figures['share_of_int8_bound']:.0%} of int8's" if NATIVE else ""
            print(
                f"{name:18} {depth:>2} layers  {figures['tokens_per_second']:6.0f} tokens/s"
                f"  {figures['ratio_vs_peft']:.2f} x PEFT  {figures['ratio_vs_full']:.2f} x full"
                f"  {figures['share_of_bound']:.0%} of the bound{of_int8}"
                f"  memory {figures['memory_vs_peft']:.2f} x PEFT"
            )
            if "loss" in figures:
                loss = figures["loss"]
                print(f"{'':18} loss after the same steps: {loss['loredact']:.4f}, PEFT {loss['peft']:.4f}")


if __name__ == "__main__":
    main()

"""How fast loredact masks, beside a Transformers pipeline with the same adapter and beside Presidio, in one run.

    pip install '.[bench]'
    python benchmarks/masking.py --corpora FOLDER [--adapter default] [--quick] [--json]

FOLDER holds `presidio-synth-v2.jsonl.gz` and `tab-test.jsonl.gz`. Sides take turns, each in processes of its own, and a
figure is the median of three rounds:

- loredact, as it computes on this processor and in float32, and the adapter `fast` where one ships;
- the same adapter, merged and exported, in Transformers' `pipeline("token-classification")`, long texts in windows that
  overlap, at the best of some batch sizes and precisions;
- Presidio's AnalyzerEngine with spaCy's `en_core_web_sm`, or its batch engine if that is faster, a process a core.

The bound is the time in which 2 · parameters · tokens operations could be done at the speed of the machine's fastest
matrix product in the precision used. Then one sentence at a time, a cold start, and a long text through standard input.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from itertools import islice, product
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import torch
from masking_sides import Found, Task
from processes import Process, fastest_int8_product, fastest_product
from quality import Task as Labelled
from quality import figures, tasks
from torch import nn

from loredact import Masker
from loredact.adapters import find_adapter
from loredact.document import Span
from loredact.encoding import encode
from loredact.errors import AdapterError
from loredact.network import best_precision, masks_in_int8
from loredact.tagger import Tagger

SIDES = Path(__file__).with_name("masking_sides.py")
ROUNDS = 3
CORES = len(os.sched_getaffinity(0))


@dataclass
class Side:
    """A side's processes, which share its texts."""

    processes: list[Process]
    seconds: list[float]

    def go(self) -> float:
        """Let it mask all texts once; seconds."""
        for process in self.processes:
            process.go()
        self.seconds.append(max(process.answer()["seconds"] for process in self.processes))
        return self.seconds[-1]

    def end(self) -> tuple[float, Found]:
        """Its peak memory in megabytes, and what it found in each text."""
        answers = [process.end() for process in self.processes]
        parts = [answer["found"] for answer in answers]
        found: Found = [[] for _ in range(sum(map(len, parts)))]
        for place, part in enumerate(parts):
            found[place :: len(parts)] = part
        return sum(answer["peak_memory_mb"] for answer in answers), found


def start(task: Task) -> Side:
    """Presidio has a process a core; the others share the cores out among their threads."""
    if task.side != "presidio":
        return Side([Process(SIDES, task.to_json(), task.side)], [])
    parts = [replace(task, part=part, parts=CORES) for part in range(CORES)]
    return Side([Process(SIDES, part.to_json(), task.side, OMP_NUM_THREADS="1") for part in parts], [])


def best(candidates: list[Task], say: Any) -> Task:
    """The fastest of `candidates` on a tenth of the texts."""
    rates = {}
    for task in candidates:
        side = start(replace(task, documents=max(CORES, task.documents // 10)))
        rates[task] = min(side.go(), side.go())
        side.end()
        say(f"  {task.side}, batches of {task.batch}, {task.compute}: {rates[task]:.2f} s")
    return min(rates, key=rates.__getitem__)


def measure(labelled: Labelled, sides: dict[str, Task], parameters: int, say: Any) -> dict[str, Any]:
    """The figures of one corpus."""
    running = {name: start(task) for name, task in sides.items()}
    compute = sides["loredact"].compute
    bounds = []
    for _ in range(ROUNDS):
        bounds.append(fastest_int8_product() if compute == "int8" else fastest_product((getattr(torch, compute),)))
        for name, side in running.items():
            say(f"  {name}: {side.go():.2f} s")
    taken = {name: median(side.seconds) for name, side in running.items()}
    ended = {name: side.end() for name, side in running.items()}
    texts = [document.text for document in labelled.documents]
    tagger_tokens = tokens_of(texts, sides["loredact"].adapter)
    characters = sum(map(len, texts))
    found = {name: spans for name, (_, spans) in ended.items()}
    missed = {name: _missed(labelled, found[name]) for name in found if name != "pipeline"}
    result: dict[str, Any] = {
        "characters_per_second": {name: characters / seconds for name, seconds in taken.items()},
        "tokens_per_second": tagger_tokens / taken["loredact"],
        "memory_mb": {name: memory for name, (memory, _) in ended.items()},
        "share_of_bound": 2 * parameters * tagger_tokens / taken["loredact"] / median(bounds),
        "same_spans": _same(found["float32"], found["loredact"]),
    }
    for name in ("loredact", "fast"):
        if name not in running:
            continue
        prefix = "" if name == "loredact" else "fast_"
        for other in ("pipeline", "presidio"):
            if other in running:
                pairs = zip(running[other].seconds, running[name].seconds, strict=True)
                result[f"{prefix}ratio_vs_{other}"] = median(theirs / mine for theirs, mine in pairs)
        if "presidio" in running:
            result[f"{prefix}missed_vs_presidio"] = missed[name] / missed["presidio"]
    return result


def _missed(labelled: Labelled, found: Found) -> float:
    guesses = [
        document.with_spans(Span(start, end, label) for start, end, label in text)
        for document, text in zip(labelled.documents, found, strict=True)
    ]
    return figures(labelled, guesses)["by our labels"]["missed"]


def _same(first: Found, second: Found) -> float:
    """The share of the spans of `first` that `second` holds too, label and all."""
    pairs = [({*map(tuple, a)}, {*map(tuple, b)}) for a, b in zip(first, second, strict=True)]
    return sum(len(a & b) for a, b in pairs) / max(1, sum(len(a) for a, _ in pairs))


def tokens_of(texts: list[str], adapter: str) -> int:
    """How many tokens `texts` have for `adapter`."""
    tokenizer = Tagger.load(find_adapter(adapter)).tokenizer
    return sum(len(encode(tokenizer, text)) for text in texts)


def parameters_of(adapter: str) -> int:
    """Parameters of the matrices that a token passes: the network's linear layers without the classification head."""
    tagger = Tagger.load(find_adapter(adapter))
    frozen = [m for name, m in tagger.network.named_modules() if isinstance(m, nn.Linear) and name != tagger.head_name]
    return sum(layer.weight.numel() for layer in frozen)


def computes_in(adapter: str) -> tuple[str, str]:
    """What loredact computes in here with `adapter`, and the precision that the processor is fastest in."""
    precision = best_precision(torch.device("cpu"))
    return "int8" if masks_in_int8(None, Tagger.load(find_adapter(adapter)).base) else precision, precision


def sentence(adapter: str, texts: list[str]) -> dict[str, float]:
    """Milliseconds for one sentence with everything loaded, and seconds of a whole command for one."""
    masker = Masker.load(adapter)
    masker.mask(texts[0])
    times = []
    for text in texts:
        began = time.perf_counter()
        masker.mask(text)
        times.append(1000 * (time.perf_counter() - began))
    cold = [_command(adapter, texts[0].encode())[0] for _ in range(ROUNDS)]
    return {"p50_ms": median(times), "p99_ms": quantiles(times, n=100)[98], "cold_s": median(cold)}


def long_text(adapter: str, texts: list[str], megabytes: int, cold: float) -> dict[str, float]:
    """Peak memory and time of a text through standard input, beside one a tenth as long."""
    whole = "\n\n".join(texts).encode()
    figures_by_size = []
    for size in (megabytes * 100_000, megabytes * 1_000_000):
        # White space at the end of the last whole character, so that the text is valid.
        data = (whole * (size // len(whole) + 1))[:size].decode(errors="ignore").encode()
        figures_by_size.append(_command(adapter, data))
    (short, short_memory), (long, long_memory) = figures_by_size
    return {
        "megabytes": megabytes,
        "memory_mb": long_memory,
        "memory_ratio": long_memory / short_memory,
        "time_ratio": (long - cold) / (10 * (short - cold)),
        "seconds": long,
    }


def _command(adapter: str, data: bytes) -> tuple[float, float]:
    """Seconds and peak memory in megabytes of `loredact mask` on `data`."""
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "loredact", "mask", "--adapter", adapter], stdin=file, stdout=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            raise SystemExit("loredact mask failed")
        return time.perf_counter() - began, usage.ru_maxrss * 1024 / 1e6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True, help="folder of the public corpora")
    parser.add_argument("--adapter", default="default")
    parser.add_argument("--long", type=int, default=10, help="megabytes of the long text")
    parser.add_argument("--long-adapter", default="fast", help="the adapter that masks the long text")
    parser.add_argument("--quick", action="store_true", help="few texts and a short long text: within five minutes")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args()

    def say(message: str) -> None:
        print(message, file=sys.stderr, flush=True)

    counts = {"presidio-synth-v2": 150, "tab-test": 2} if given.quick else {"presidio-synth-v2": 1500, "tab-test": 40}
    parameters = parameters_of(given.adapter)
    compute, precision = computes_in(given.adapter)
    results: dict[str, Any] = {}
    labelled = {task.name: task for task in tasks(given.corpora, 0)}
    with tempfile.TemporaryDirectory() as folder:
        exported = Path(folder) / "exported"
        command = [sys.executable, "-m", "loredact", "export", "hf", given.adapter, "--out", str(exported)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        for name, count in counts.items():
            say(f"{name}, {count} texts")
            corpus = str(given.corpora / f"{name}.jsonl.gz")
            mine = Task("loredact", corpus, count, given.adapter, compute)
            sides = {"loredact": mine, "float32": replace(mine, compute="float32")}
            try:
                sides["fast"] = replace(mine, adapter=str(find_adapter("fast")))
            except AdapterError:
                say("  no adapter `fast` ships: it is left out")
            theirs = replace(mine, side="pipeline", adapter=str(exported))
            precisions = ("float32", "bfloat16") if not given.quick else (precision,)
            batches = (1, 8, 32) if not given.quick else (8,)
            sides["pipeline"] = best(
                [replace(theirs, compute=p, batch=b) for p, b in product(precisions, batches)], say
            )
            try:
                sides["presidio"] = best([replace(mine, side="presidio", batch=b) for b in (1, 32)], say)
            except SystemExit:
                say("  Presidio is left out: it is not installed (pip install '.[bench]')")
            task = labelled[name]
            part = Labelled(name, task.documents[:count], task.apart[:count])
            results[name] = measure(part, sides, parameters, say)
    texts = [document.text for document in labelled["presidio-synth-v2"].documents[:200]]
    results["sentence"] = sentence(given.adapter, texts)
    documents = [document.text for document in labelled["tab-test"].documents]
    results["long"] = long_text(
        given.long_adapter, documents, 1 if given.quick else given.long, results["sentence"]["cold_s"]
    )
    if given.json:
        print(json.dumps(results, indent=2))
    else:
        show(results, len(counts))


def show(results: dict[str, Any], corpora: int) -> None:
    """Print the figures, of so many corpora first."""
    for name in islice(results, corpora):
        figures_of = results[name]
        print(
            f"{name}: {figures_of['tokens_per_second']:.0f} tokens/s, {figures_of['share_of_bound']:.0%} of the bound"
        )
        for side, rate in figures_of["characters_per_second"].items():
            print(f"  {side:12} {rate:10,.0f} characters/s  {figures_of['memory_mb'][side]:6.0f} MB")
        for what, value in figures_of.items():
            if "_vs_" in what or what == "same_spans":
                print(f"  {what:26} {value:8.4f}")
    for what, value in {**results["sentence"], **results["long"]}.items():
        print(f"{what:14} {value:10.2f}")


if __name__ == "__main__":
    main()

"""Training speed and memory, side by side on the same rows: loredact against PEFT with Transformers' Trainer.

Each side runs in a process of its own, in turn, so that neither warms the other's caches and peak memory is its own.
Tokens are real ones; padding is not counted. Prints a table, or one JSON object with `--json`.

    python -m benchmarks.training --quick

`share_of_bound` is the share of the machine's fastest matrix product: 4 × the parameters used × tokens a second (two
for the forward pass, two for the input's gradient), over the fastest product measured in the same run.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CORPORA = Path(__file__).parents[2] / "shared" / "data"
RANK = 16
SIDES = ("loredact", "peft", "full")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one corpus, one depth, one pair")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--corpora", type=Path, default=CORPORA, help="folder of the labelled corpora")
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--corpus", help=argparse.SUPPRESS)
    parser.add_argument("--depth", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--tokens", type=int, default=16_000, help="tokens that each side trains on in a measurement")
    arguments = parser.parse_args()
    if arguments.side:
        print(
            json.dumps(
                _measure(arguments.side, arguments.corpora / arguments.corpus, arguments.depth, arguments.tokens)
            )
        )
        return

    corpora = ["presidio-synth-v2"] if arguments.quick else ["presidio-synth-v2", "meddocan-train"]
    depths = [12] if arguments.quick else [30, 16]
    pairs = 1 if arguments.quick else 3
    tokens = 4_000 if arguments.quick else arguments.tokens
    bound = _fastest_product()
    result: dict[str, object] = {"fastest_product_gflops": bound}
    for corpus in corpora:
        by_depth: dict[str, object] = {}
        for depth in depths:
            runs: dict[str, list[dict[str, float]]] = {side: [] for side in SIDES}
            for _ in range(pairs):
                for side in SIDES:
                    print(f"{corpus}, depth {depth}, {side}", file=sys.stderr, flush=True)
                    runs[side].append(_run_side(arguments.corpora, side, corpus, depth, tokens))
            by_depth[str(depth)] = _summary(runs, bound)
        result[corpus] = by_depth
    if arguments.json:
        print(json.dumps(result, indent=2))
    else:
        _print(result)


def _run_side(corpora: Path, side: str, corpus: str, depth: int, tokens: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.training", "--corpora", str(corpora), "--side", side]
    command += ["--corpus", f"{corpus}.jsonl.gz", "--depth", str(depth), "--tokens", str(tokens)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return figures


def _summary(runs: dict[str, list[dict[str, float]]], bound: float) -> dict[str, float]:
    def median(side: str, name: str) -> float:
        return statistics.median(run[name] for run in runs[side])

    ours = median("loredact", "tokens_per_second")
    # Ratios pair by pair, since the machine's speed drifts over a run.
    against = {
        side: statistics.median(
            a["tokens_per_second"] / b["tokens_per_second"] for a, b in zip(runs["loredact"], runs[side], strict=True)
        )
        for side in ("peft", "full")
    }
    return {
        "tokens_per_second": ours,
        "ratio_vs_peft": against["peft"],
        "ratio_vs_full": against["full"],
        "share_of_bound": 4 * median("loredact", "parameters") * ours / (bound * 1e9),
        "memory_vs_peft": median("loredact", "memory_mb") / median("peft", "memory_mb"),
        "peft_tokens_per_second": median("peft", "tokens_per_second"),
        "full_tokens_per_second": median("full", "tokens_per_second"),
        "memory_mb": median("loredact", "memory_mb"),
        "peft_memory_mb": median("peft", "memory_mb"),
        "loss": median("loredact", "loss"),
        "peft_loss": median("peft", "loss"),
    }


def _measure(side: str, corpus: Path, depth: int, tokens: int) -> dict[str, float]:
    from loredact import read_corpus

    documents = []
    count = 0
    for document in read_corpus(corpus):
        if count >= tokens:
            break
        documents.append(document)
        count += len(document.text) // 3
    figures = _loredact(documents, depth) if side == "loredact" else _trainer(documents, depth, lora=side == "peft")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    return {**figures, "memory_mb": peak}


def _loredact(documents: list, depth: int) -> dict[str, float]:  # type: ignore[type-arg]
    from loredact import Settings, train

    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(depth=depth, epochs=1, learning_rate=1e-3)
        report = train(documents, Path(folder), settings, held_out=[]).report
    losses = report["losses"]
    assert isinstance(losses, list)
    return {
        "tokens_per_second": float(str(report["tokens_per_second"])),
        "parameters": _linear_parameters(depth),
        "loss": statistics.mean(losses[-max(1, len(losses) // 5) :]),
    }


def _trainer(documents: list, depth: int, *, lora: bool) -> dict[str, float]:  # type: ignore[type-arg]
    """PEFT, or all weights, under Transformers' Trainer: float32, 8 rows a step, grouped by length."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import (
        AutoModelForTokenClassification,
        DataCollatorForTokenClassification,
        PreTrainedTokenizerFast,
        Trainer,
        TrainingArguments,
    )

    from loredact import Settings
    from loredact.bases import find_base
    from loredact.tuning.examples import examples
    from loredact.tuning.run import _new_tagger

    settings = Settings(depth=depth)
    # The same windows as ours; what differs is how they are stepped through.
    items = examples(_new_tagger(documents, settings, None, lambda step: None), documents)
    base = find_base(settings.base)
    labels = 1 + 4 * len({span.label for document in documents for span in document.spans})
    torch.manual_seed(0)
    model = AutoModelForTokenClassification.from_pretrained(
        base.folder, num_labels=labels, num_hidden_layers=depth, dtype=torch.float32
    )
    if lora:
        config = LoraConfig(r=RANK, lora_alpha=32, target_modules="all-linear", task_type="TOKEN_CLS")
        model = get_peft_model(model, config)
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(base.folder / "tokenizer.json"), pad_token="<|im_end|>")
    rows = [{"input_ids": item.ids.tolist(), "labels": item.tags.tolist()} for item in items]
    real = sum(len(item) for item in items)
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir=folder,
            per_device_train_batch_size=8,
            num_train_epochs=1,
            learning_rate=1e-3 if lora else 1e-4,
            train_sampling_strategy="group_by_length",
            save_strategy="no",
            report_to=[],
            logging_steps=1,
            disable_tqdm=True,
            use_cpu=True,
            seed=0,
        )
        trainer = Trainer(
            model=model,
            args=arguments,
            train_dataset=rows,
            data_collator=DataCollatorForTokenClassification(tokenizer),
        )
        began = time.monotonic()
        trainer.train()
        seconds = time.monotonic() - began
        losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    return {
        "tokens_per_second": real / seconds,
        "parameters": _linear_parameters(depth),
        "loss": statistics.mean(losses[-max(1, len(losses) // 5) :]),
    }


def _linear_parameters(depth: int) -> float:
    from transformers import AutoConfig

    from loredact.bases import DEFAULT_BASE, find_base

    config = AutoConfig.from_pretrained(find_base(DEFAULT_BASE).folder)
    width, heads, groups = config.hidden_size, config.num_attention_heads, config.num_key_value_heads
    keys = width * groups // heads
    return float(depth * (2 * width * width + 2 * width * keys + 3 * width * config.intermediate_size))


def _fastest_product() -> float:
    """The fastest matrix product of the machine in float32 and bfloat16, in GFLOP/s."""
    import torch

    best = 0.0
    for dtype in (torch.float32, torch.bfloat16):
        for size in (1024, 2048):
            a, b = torch.randn(size, size, dtype=dtype), torch.randn(size, size, dtype=dtype)
            times = []
            for _ in range(12):
                began = time.perf_counter()
                a @ b
                times.append(time.perf_counter() - began)
            best = max(best, 2 * size**3 / min(times) / 1e9)
    return best


def _print(result: dict[str, object]) -> None:
    print(f"fastest matrix product: {result['fastest_product_gflops']:.0f} GFLOP/s")
    for corpus, by_depth in result.items():
        if not isinstance(by_depth, dict):
            continue
        for depth, figures in by_depth.items():
            print(f"{corpus}, depth {depth}")
            for name, value in figures.items():
                print(f"  {name:26}{value:>12.3f}")


if __name__ == "__main__":
    main()

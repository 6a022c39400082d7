"""Large files: flat memory, and runs that are killed on the way.

    python benchmarks/large_files.py --megabytes 100 --format parquet --kills 10

writes tickets of so many megabytes, masks them with `loredact mask --out` undisturbed, and again with so many kills by
SIGKILL, spread over the chunks of the file. It prints the peak of memory of all processes together (proportional set
size) in each third of the undisturbed run, how often the other was killed, and whether both outputs are the same bytes.

Neither depends on what is found, so a random adapter on a base of one narrow layer, made here, takes the place of a
real one, and `--columns customer_name,phone` leaves the long texts unread, though they are written: `--adapter default`
takes the adapter that ships, and many times as long.
"""

import argparse
import hashlib
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch
from files import memory, tickets, write

from loredact.batch.workers import best_workers

_LOOK = 0.25  # seconds between two looks at memory and journal


def random_adapter(folder: Path) -> Path:
    """A random tagger on a random Llama of one layer of width 16, with a tokenizer that knows tickets; its folder."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM

    from loredact.bases import find_base
    from loredact.lora import LoRAConfig
    from loredact.tagger import Description, Tagger

    base = folder / "base"
    base.mkdir()
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=4_000, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator((" ".join(row) for row in tickets(0.5, seed=1)), trainer)
    tokenizer.save(str(base / "tokenizer.json"))
    torch.manual_seed(1)
    narrow = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "head_dim": 8}
    heads = {"num_attention_heads": 2, "num_key_value_heads": 1, "tie_word_embeddings": True}
    LlamaForCausalLM(LlamaConfig(vocab_size=tokenizer.get_vocab_size(), **narrow, **heads)).save_pretrained(base)
    found = find_base(str(base))
    about = {
        "base": {"name": found.name, "fingerprint": found.fingerprint},
        "architecture": {
            "labels": ("PERSON", "PHONE"), "num_layers": 1, "attention": "both", "window": 256, "overlap": 16
        },
    }  # fmt: skip
    tagger = Tagger.new(found, Description.model_validate(about), LoRAConfig(rank=4, alpha=8), "float32")
    with torch.no_grad():
        for parameter in tagger.network.parameters():
            if parameter.requires_grad:
                parameter.normal_(std=0.3)
    tagger.save(folder / "adapter")
    return folder / "adapter"


def undisturbed(run: list[str], out: Path) -> tuple[float, list[float], int]:
    """Seconds of a run, the peak of memory in MB in each third of it, and how many chunks it noted."""
    begin = time.perf_counter()
    process = subprocess.Popen([*run, "--out", str(out)], stdout=subprocess.DEVNULL)
    looks: list[float] = []
    chunks = 0
    while process.poll() is None:
        looks.append(memory(process.pid))
        chunks = max(chunks, noted(out))
        time.sleep(_LOOK)
    if process.returncode:
        raise SystemExit(f"loredact ended with {process.returncode}")
    third = len(looks) // 3
    peaks = [max(looks[:third]), max(looks[third : 2 * third]), max(looks[2 * third :])]
    return time.perf_counter() - begin, peaks, chunks


def killed_on_the_way(run: list[str], out: Path, kills: int, chunks: int) -> int:
    """Run it, and kill it whenever another share of the chunks is noted; how often it was killed before it ended."""
    killed = 0
    while True:
        process = subprocess.Popen([*run, "--out", str(out)], stdout=subprocess.DEVNULL)
        while process.poll() is None:
            if killed < kills and noted(out) >= (killed + 1) * chunks // (kills + 1):
                process.send_signal(signal.SIGKILL)
                process.wait()
                killed += 1
                break
            time.sleep(_LOOK)
        else:
            if process.returncode:
                raise SystemExit(f"loredact ended with {process.returncode}")
            return killed


def noted(out: Path) -> int:
    """How many lines the journal of the file has that is being masked."""
    try:
        return sum(path.read_bytes().count(b"\n") for path in (out / ".loredact").glob("*.journal"))
    except OSError:
        return 0


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=100.0)
    parser.add_argument("--format", choices=("csv", "parquet"), default="csv")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--workers", type=int, default=best_workers())
    parser.add_argument("--adapter")
    parser.add_argument("--columns")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        adapter = arguments.adapter or str(random_adapter(folder))
        source = folder / f"tickets.{arguments.format}"
        write(source, arguments.megabytes)
        size = f"{source.stat().st_size / 1e6:,.0f} MB, of text {arguments.megabytes:,.0f} MB"
        print(f"{source.name}: {size}; {arguments.workers} workers", flush=True)
        run = [sys.executable, "-m", "loredact", "mask", str(source), "--adapter", adapter]
        run += ["--workers", str(arguments.workers)] + (["--columns", arguments.columns] if arguments.columns else [])
        seconds, peaks, chunks = undisturbed(run, folder / "whole")
        told = ", ".join(f"{peak:,.0f}" for peak in peaks)
        print(f"undisturbed: {seconds:,.0f} s, {chunks:,} chunks, peak memory by thirds {told} MB", flush=True)
        killed = killed_on_the_way(run, folder / "again", arguments.kills, chunks)
        same = digest(folder / "whole" / source.name) == digest(folder / "again" / source.name)
        print(f"killed {killed} times: {'the same bytes' if same else 'OTHER BYTES'}", flush=True)


if __name__ == "__main__":
    main()

"""LLaMA Factory itself, on this machine's processor, from what loredact exports.

    python recipes/llamafactory.py --out FOLDER [--steps 24]

Makes a virtual environment in FOLDER/environment with LLaMA Factory 0.9.5 and the versions it runs with (a few minutes,
3 GB, from the Python package index), generates a small corpus, exports it, and lets `llamafactory-cli train` fine-tune
the default base on it. At the end FOLDER/data/adapter is a LoRA adapter of LLaMA Factory's own making.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import yaml

from loredact.bases import DEFAULT_BASE
from loredact.cli.console import say
from loredact.corpora.synthetic import make_corpus
from loredact.export import export_llamafactory
from loredact.lora import LoRAConfig

# LLaMA Factory 0.9.5 asks for more than text alone needs, and for versions that these take the place of.
PINNED = (
    "torch==2.13.0",
    "transformers==5.6.0",
    "peft==0.18.1",
    "trl==0.24.0",
    "accelerate==1.11.0",
    "datasets==4.0.0",
)
BESIDE = (
    "av", "einops", "fire", "omegaconf", "matplotlib", "protobuf", "pydantic", "scipy", "sentencepiece", "tiktoken",
    "tyro<0.9.0", "sse-starlette", "hf-transfer", "fastapi", "uvicorn", "torchdata==0.11.0", "pandas", "modelscope",
    "gradio<=5.50.0",
)  # fmt: skip
ALONE = ("llamafactory==0.9.5", "torchaudio==2.11.0")


def environment(folder: Path) -> Path:
    """The command `llamafactory-cli` of the environment in `folder`, made first where need be."""
    command = folder / "bin" / "llamafactory-cli"
    if not command.exists():
        say("installing LLaMA Factory")
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        install = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        subprocess.run([*install, *PINNED], check=True)
        subprocess.run([*install, *BESIDE], check=True)
        subprocess.run([*install, "--no-deps", *ALONE], check=True)
        # Built for another version of PyTorch; text needs none of it.
        for library in folder.glob("lib/python3*/site-packages/torchaudio/lib/*torchaudio*.so"):
            library.unlink()
    return command


def main() -> None:
    """Make, export, train."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for the environment, the data and the adapter")
    parser.add_argument("--steps", type=int, default=24, help="training steps of four texts")
    given = parser.parse_args()
    command = environment(given.out / "environment")
    documents = [d for d in make_corpus(300, 0, seed=0)[0] if d.extra["language"] == "en" and len(d.text) < 600]
    data = given.out / "data"
    export_llamafactory(
        documents, data, base=DEFAULT_BASE, lora=LoRAConfig(rank=8, alpha=16), epochs=1, learning_rate=5e-4
    )
    settings = yaml.safe_load((data / "train.yaml").read_text(encoding="utf-8"))
    settings |= {"max_steps": given.steps, "logging_steps": 4, "save_strategy": "no", "cutoff_len": 512}
    (data / "train.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    say(f"training on {len(documents)} pairs")
    subprocess.run([str(command), "train", str(data / "train.yaml")], check=True)
    history = json.loads((data / "adapter" / "trainer_state.json").read_text(encoding="utf-8"))["log_history"]
    losses = [entry["loss"] for entry in history if "loss" in entry]
    print(f"loss {losses[0]:.3f} before, {losses[-1]:.3f} after {given.steps} steps; the adapter: {data / 'adapter'}")


if __name__ == "__main__":
    main()

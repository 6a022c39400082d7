"""LLaMA Factory itself, on this machine's processor, from what loredact exports.

    python recipes/llamafactory.py --out FOLDER [--steps 36]

Makes a virtual environment in FOLDER/environment with LLaMA Factory 0.9.5 and the versions it runs with (a few minutes,
3 GB, from the Python package index), generates a small corpus of short texts, exports it, and lets `llamafactory-cli
train` fine-tune the default base on it. At the end FOLDER/data/adapter is a LoRA adapter of LLaMA Factory's own making.
It masks a text here. Read and written again by loredact, it is merged by `llamafactory-cli export`; exits with 1 where
that is not the model that loredact merges.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import torch
import yaml
from transformers import AutoModelForCausalLM, AutoTokenizer

from loredact import lora
from loredact.bases import DEFAULT_BASE, find_base
from loredact.cli.console import say
from loredact.export import export_llamafactory
from loredact.lora import LoRAConfig
from loredact.masking import Masker
from loredact.synthetic import make_corpus

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
TEXT = "Please call Ada Lovelace on +44 20 7946 0018.\nNothing   else."
# Two ways to add up in float32, as a share of the largest change.
ALIKE = 1e-3


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


def merged_alike(command: Path, adapter: Path, out: Path) -> float:
    """Write the adapter again with loredact, have LLaMA Factory merge it, and hold that against loredact's own merging.

    Gives the largest difference of a weight, as a share of the largest change that the adapter made.
    """
    base = find_base(DEFAULT_BASE)
    network = AutoModelForCausalLM.from_pretrained(base.folder, dtype=torch.float32, trust_remote_code=False)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    # LLaMA Factory merges in the type that the base is stored in, and the base's own, bfloat16, would round much away.
    network.save_pretrained(out / "base")
    AutoTokenizer.from_pretrained(base.folder, trust_remote_code=False).save_pretrained(out / "base")
    lora.set_adapter(network, lora.read_weights(adapter, network))
    lora.save_adapter(out / "ours", network, lora.read_config(adapter), base=str(base.folder), task="CAUSAL_LM")
    lora.merge_and_unload(network)
    settings = {
        "model_name_or_path": str(out / "base"),
        "adapter_name_or_path": str(out / "ours"),
        "template": "smollm2",
        "trust_remote_code": False,
        "export_dir": str(out / "merged"),
        "infer_dtype": "float32",
    }
    (out / "merge.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    subprocess.run([str(command), "export", str(out / "merge.yaml")], check=True)
    theirs = AutoModelForCausalLM.from_pretrained(out / "merged", dtype=torch.float32).state_dict()
    ours = network.state_dict()
    change = max(float((ours[name] - before[name]).abs().max()) for name in ours)
    return max(float((ours[name] - theirs[name]).abs().max()) for name in ours) / change


def main() -> None:
    """Make, export, train, merge, mask."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for the environment, the data and the adapter")
    parser.add_argument("--steps", type=int, default=36, help="training steps of a text each")
    given = parser.parse_args()
    command = environment(given.out / "environment")
    documents = [d for d in make_corpus(600, 0, seed=0)[0] if d.extra["language"] == "en" and 20 < len(d.text) < 200]
    data = given.out / "data"
    export_llamafactory(
        documents, data, base=DEFAULT_BASE, lora=LoRAConfig(rank=8, alpha=16), epochs=1, learning_rate=1e-3
    )
    settings = yaml.safe_load((data / "train.yaml").read_text(encoding="utf-8"))
    settings |= {"max_steps": given.steps, "logging_steps": 4, "save_strategy": "no", "per_device_train_batch_size": 1}
    (data / "train.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    say(f"training on {len(documents)} pairs")
    subprocess.run([str(command), "train", str(data / "train.yaml")], check=True)
    history = json.loads((data / "adapter" / "trainer_state.json").read_text(encoding="utf-8"))["log_history"]
    losses = [entry["loss"] for entry in history if "loss" in entry]
    apart = merged_alike(command, data / "adapter", data)
    print(f"merged by LLaMA Factory and by loredact: {apart:.1e} of the largest change apart")
    print(f"loss {losses[0]:.3f} before, {losses[-1]:.3f} after {given.steps} steps; the adapter: {data / 'adapter'}")
    print(Masker.load(data / "adapter", rules=False).mask(TEXT).text)
    if apart > ALIKE:
        sys.exit("The two merged models are not the same.")


if __name__ == "__main__":
    main()

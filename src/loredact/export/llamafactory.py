"""What LLaMA Factory trains on: pairs of text and masked text, in both of its forms, and a YAML to start from.

Forms and keys as LLaMA Factory 0.9.5 reads them: `data/README.md`, `data/template.py` and `hparams/` of its source.
"""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from loredact import operators
from loredact.bases import CATALOGUE, find_base
from loredact.corpora.pairs import INSTRUCTION, align, message_of
from loredact.errors import InputError
from loredact.lora import LoRAConfig
from loredact.operators import Replace
from loredact.spans import Document

ALPACA, SHAREGPT, INFO, YAML = "alpaca.json", "sharegpt.json", "dataset_info.json", "train.yaml"
# LLaMA Factory's name for the chat template of each kind of model; `default` is its plain one.
_TEMPLATES = {"qwen2": "qwen", "qwen3": "qwen3", "mistral": "mistral", "gemma3_text": "gemma3", "gemma2": "gemma2"}


def export_llamafactory(
    documents: Sequence[Document], out: Path, *, base: str, lora: LoRAConfig, epochs: float, learning_rate: float
) -> list[int]:
    """Write `documents` for LLaMA Factory to the folder `out`, ready for `llamafactory-cli train out/train.yaml`.

    The folder holds `alpaca.json` and `sharegpt.json`, the corpus in either form; `dataset_info.json`, which names
    them `loredact_alpaca` and `loredact_sharegpt`; and `train.yaml`, LoRA fine-tuning of `base` on the first. A masked
    text is the text with `[LABEL]` in place of each span. Gives the places (from 0) of documents whose pair reads back
    with other spans than it was made of, since the text holds such brackets itself or two spans touch.

    Raises:
        InputError: where `out` is there already.
        BaseError: where the base cannot be had.
    """
    if out.exists():
        raise InputError(f"{out} is there already. Remove it, or export to another folder.")
    masked = [operators.apply(Replace(), document.text, document.spans) for document in documents]
    pairs = list(zip((document.text for document in documents), masked, strict=True))
    alpaca = [{"instruction": INSTRUCTION, "input": text, "output": answer} for text, answer in pairs]
    sharegpt = [
        {"conversations": [{"from": "human", "value": message_of(text)}, {"from": "gpt", "value": answer}]}
        for text, answer in pairs
    ]
    info = {
        "loredact_alpaca": {"file_name": ALPACA},
        "loredact_sharegpt": {"file_name": SHAREGPT, "formatting": "sharegpt"},
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".export-") as temporary:
        folder = Path(temporary) / "data"
        folder.mkdir()
        for name, value in ((ALPACA, alpaca), (SHAREGPT, sharegpt), (INFO, info)):
            (folder / name).write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        settings = _settings(out, base, lora, epochs, learning_rate)
        (folder / YAML).write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
        folder.replace(out)
    return [place for place, (text, answer) in enumerate(pairs) if align(text, answer) != documents[place].spans]


def _settings(out: Path, base: str, lora: LoRAConfig, epochs: float, learning_rate: float) -> dict[str, Any]:
    found = find_base(base)
    about = json.loads((found.folder / "config.json").read_text(encoding="utf-8"))
    template = "smollm2" if base in CATALOGUE else _TEMPLATES.get(about.get("model_type", ""), "default")
    return {
        "model_name_or_path": str(found.folder),
        "stage": "sft",
        "do_train": True,
        "finetuning_type": "lora",
        "lora_rank": lora.rank,
        "lora_alpha": int(lora.alpha),
        "lora_target": "all" if lora.targets == "all-linear" else ",".join(lora.targets),
        "dataset": "loredact_alpaca",
        "dataset_dir": str(out.resolve()),
        "template": template,
        "cutoff_len": 1024,
        "output_dir": str(out.resolve() / "adapter"),
        "per_device_train_batch_size": 4,
        "gradient_accumulation_steps": 1,
        "learning_rate": learning_rate,
        "num_train_epochs": epochs,
        "lr_scheduler_type": "linear",
        "warmup_ratio": 0.06,
        "logging_steps": 10,
        "save_strategy": "epoch",
        "report_to": "none",
        "overwrite_output_dir": True,
        "seed": 0,
    }

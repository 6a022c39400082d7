"""LLaMA Factory's YAML: the keys of its `train` that mean something here, by our names for them, and its corpora.

Source: `hparams/` of LLaMA Factory 0.9.5 (finetuning_args, model_args, data_args; Transformers' TrainingArguments), and
`data/parser.py` for `dataset_info.json`.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from loredact.errors import InputError

_NAMES = {
    "model_name_or_path": "base",
    "lora_rank": "lora.rank",
    "lora_alpha": "lora.alpha",
    "lora_dropout": "lora.dropout",
    "lora_target": "lora.targets",
    "use_rslora": "lora.rank_stabilised",
    "use_dora": "lora.dora",
    "pissa_init": "lora.start",
    "loraplus_lr_ratio": "b_ratio",
    "learning_rate": "learning_rate",
    "num_train_epochs": "epochs",
    "warmup_ratio": "warm_up",
    "weight_decay": "weight_decay",
    "max_grad_norm": "clip",
    "seed": "seed",
}
# What LLaMA Factory trains with where its file is silent, and ours would be another.
_DEFAULTS = {
    "lora_rank": 8,
    "lora_target": "all",
    "learning_rate": 5e-5,
    "num_train_epochs": 3.0,
    "warmup_ratio": 0.0,
    "seed": 42,
}
# Read, but with nothing of ours to set.
_KNOWN = ("stage", "do_train", "finetuning_type", "dataset", "dataset_dir")
_METHODS = {"lora": "lora", "full": "full"}
# What its folder of corpora is where the file is silent, and the file in there that tells of each.
_DATASET_DIR, _INFO = "data", "dataset_info.json"
# The fields that the two forms have by themselves; `corpora/rows.py` reads those of text and masked text.
_FIELDS = ("instruction", "input", "output", "history", "system", "conversations", "messages", "tools")


def is_llamafactory(values: Mapping[str, Any]) -> bool:
    """Whether `values`, read from YAML, are LLaMA Factory's: they name a stage or a kind of fine-tuning."""
    return "stage" in values or "finetuning_type" in values


def from_llamafactory(values: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Our settings, by name, `lora.` before those of LoRA, and the keys that are not used.

    Where a key is missing its default is LLaMA Factory's: for alpha, twice the rank.

    Raises:
        InputError: where `stage` or `finetuning_type` is one that is not here.
    """
    if (stage := values.get("stage", "sft")) != "sft":
        raise InputError(f"stage: {stage} is not here; sft is.")
    kind = values.get("finetuning_type", "lora")
    if kind not in _METHODS:
        raise InputError(f"finetuning_type: {kind} is not here; lora and full are.")
    given = {name: value for name, value in values.items() if value is not None}
    ours: dict[str, Any] = {_NAMES[name]: value for name, value in (_DEFAULTS | given).items() if name in _NAMES}
    ours |= {"method": _METHODS[kind], "decoder": "generate"}
    if str(ours["lora.rank"]).isdecimal():
        ours.setdefault("lora.alpha", 2 * int(ours["lora.rank"]))
    ours["lora.targets"] = _targets(ours["lora.targets"])
    if "lora.start" in ours:
        ours["lora.start"] = "pissa" if ours["lora.start"] else "kaiming"
    if kind == "full":
        ours = {name: value for name, value in ours.items() if not name.startswith("lora.")}
    unused = [name for name in given if name not in _NAMES and name not in _KNOWN]
    return ours, unused


def datasets(values: Mapping[str, Any]) -> list[Path]:
    """The files of the corpora that `values` name, `dataset: a,b`, as `dataset_info.json` in `dataset_dir` tells them.

    Raises:
        InputError: where none is named, one is not told of, or it is no file of text and masked text in LLaMA Factory's
            own fields.
    """
    written = values.get("dataset") or []
    names = [name.strip() for name in written.split(",")] if isinstance(written, str) else list(map(str, written))
    if not names:
        raise InputError("dataset: none is named, and no DATA is given.")
    folder = Path(str(values.get("dataset_dir") or _DATASET_DIR))
    try:
        told = json.loads((folder / _INFO).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{folder / _INFO} cannot be read as JSON ({type(error).__name__}).") from None
    return [_file(folder, name, told.get(name) if isinstance(told, dict) else None) for name in names]


def _file(folder: Path, name: str, entry: object) -> Path:
    if not isinstance(entry, dict):
        raise InputError(f"dataset: {folder / _INFO} tells of no {name}.")
    path = folder / str(entry.get("file_name", ""))
    if not path.is_file():
        raise InputError(f"dataset: {name} is no file in {folder}. Give its texts as DATA.")
    columns = entry.get("columns")
    unknown = [str(field) for field in columns.values() if field not in _FIELDS] if isinstance(columns, dict) else []
    if unknown:
        raise InputError(f"dataset: {name} holds its texts as {', '.join(unknown)}. Rename the fields and `columns`.")
    return path


def _targets(written: object) -> str | list[str]:
    parts = written if isinstance(written, list) else str(written).split(",")
    names = [str(name).strip() for name in parts if str(name).strip()]
    return "all-linear" if names == ["all"] else names

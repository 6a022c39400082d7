"""LLaMA Factory's YAML as settings: the keys of its `train` that mean something here, by our names for them.

Source: `hparams/` of LLaMA Factory 0.9.5 (finetuning_args, model_args, data_args; Transformers' TrainingArguments).
"""

from collections.abc import Mapping
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
_KNOWN = ("stage", "do_train", "finetuning_type")
_METHODS = {"lora": "lora", "full": "full"}


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
    ours.setdefault("lora.alpha", 2 * ours["lora.rank"])
    ours["lora.targets"] = _targets(str(ours["lora.targets"]))
    if "lora.start" in ours:
        ours["lora.start"] = "pissa" if ours["lora.start"] else "kaiming"
    if kind == "full":
        ours = {name: value for name, value in ours.items() if not name.startswith("lora.")}
    unused = [name for name in given if name not in _NAMES and name not in _KNOWN]
    return ours, unused


def _targets(written: str) -> str | list[str]:
    names = [name.strip() for name in written.split(",") if name.strip()]
    return "all-linear" if names == ["all"] else names

"""What LLaMA Factory trains on: pairs of text and masked text, in both of its forms, and a YAML to start from.

Forms and keys as LLaMA Factory 0.9.5 reads them: `data/README.md`, `data/template.py` and `hparams/` of its source.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from loredact import operators
from loredact.bases import DEFAULT_BASE, Base, find_base
from loredact.corpora.pairs import INSTRUCTION, align, message_of
from loredact.document import Document
from loredact.errors import BaseError, InputError
from loredact.export.folder import new_folder
from loredact.lora import LoRAConfig
from loredact.network import longest_window, writes_text
from loredact.operators import Replace

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

ALPACA, SHAREGPT, INFO, YAML = "alpaca.json", "sharegpt.json", "dataset_info.json", "train.yaml"
# ChatML, which LLaMA Factory has under several names; under this one it adds a system message alone, which is given.
_CHATML, _PLACE = "smollm2", "{{content}}"
# Tokens of a system message and the marks around what is said.
_AROUND = 128
_SYSTEM, _USER = (
    re.compile(r"<\|im_start\|>system\n(.*)<\|im_end\|>\n", re.DOTALL),
    f"<|im_start|>user\n{_PLACE}<|im_end|>\n<|im_start|>assistant\n",
)


def export_llamafactory(
    documents: Sequence[Document], out: Path, *, base: str, lora: LoRAConfig, epochs: float, learning_rate: float
) -> list[int]:
    """Write `documents` for LLaMA Factory to the folder `out`, ready for `llamafactory-cli train out/train.yaml`.

    The folder holds `alpaca.json` and `sharegpt.json`, the corpus in either form; `dataset_info.json`, which names
    them `loredact_alpaca` and `loredact_sharegpt`; and `train.yaml`, LoRA fine-tuning of `base` on the first. A masked
    text is the text with `[LABEL]` in place of each span. Gives the places (from 0) of documents whose pair reads back
    with other spans than it was made of, since the text holds such brackets itself or two spans touch.

    Raises:
        InputError: where `out` is there already, or LLaMA Factory cannot be asked for such a LoRA: with a regular
            expression as targets, ranks or alphas of single layers, or an alpha that is no whole number.
        BaseError: where the base cannot be had, or does not write text.
    """
    regular = isinstance(lora.targets, str) and lora.targets != "all-linear"
    if regular or lora.rank_pattern or lora.alpha_pattern or lora.alpha != int(lora.alpha):
        raise InputError(
            "LLaMA Factory takes names of layers as targets, one rank and one alpha for all, and a whole alpha."
        )
    masked = [operators.apply(Replace(), document.text, document.spans).text for document in documents]
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
    with new_folder(out) as folder:
        found = find_base(base)
        folder.mkdir()
        for name, value in ((ALPACA, alpaca), (SHAREGPT, sharegpt), (INFO, info)):
            (folder / name).write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        settings = _settings(out, found, lora, epochs, learning_rate, pairs)
        (folder / YAML).write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    return [place for place, (text, answer) in enumerate(pairs) if align(text, answer) != documents[place].spans]


def _settings(
    out: Path, base: Base, lora: LoRAConfig, epochs: float, learning_rate: float, pairs: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    import transformers
    from transformers import AutoTokenizer

    if not writes_text(base):
        raise BaseError(f"{base.name} does not write text. Choose a language model, such as {DEFAULT_BASE}.")
    transformers.logging.set_verbosity_error()
    tokenizer = AutoTokenizer.from_pretrained(base.folder, trust_remote_code=False)
    return {
        "model_name_or_path": str(base.folder),
        "stage": "sft",
        "do_train": True,
        "finetuning_type": "lora",
        "lora_rank": lora.rank,
        "lora_alpha": int(lora.alpha),
        "lora_target": "all" if isinstance(lora.targets, str) else ",".join(lora.targets),
        **({"lora_dropout": lora.dropout} if lora.dropout else {}),
        **({"use_rslora": True} if lora.rank_stabilised else {}),
        **({"use_dora": True} if lora.dora else {}),
        **({"pissa_init": True} if lora.start == "pissa" else {}),
        "dataset": "loredact_alpaca",
        "dataset_dir": str(out.resolve()),
        **_template(tokenizer),
        "cutoff_len": min(_longest(tokenizer, pairs), longest_window(base)),
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


def _template(tokenizer: "PreTrainedTokenizerBase") -> dict[str, str]:
    """LLaMA Factory's keys for the base's own chat template; none where it does best to read that itself.

    Its `smollm2` has another full stop in the system message than SmolLM2's own template, so the message is given.
    """
    if tokenizer.chat_template is None:
        return {}
    asked = [{"role": "user", "content": _PLACE}]
    shown = str(tokenizer.apply_chat_template(asked, add_generation_prompt=True, tokenize=False))
    before = _SYSTEM.fullmatch(shown.removesuffix(_USER))
    if shown == _USER:
        return {"template": _CHATML, "default_system": ""}
    if shown.endswith(_USER) and before:
        return {"template": _CHATML, "default_system": before[1]}
    return {}


def _longest(tokenizer: "PreTrainedTokenizerBase", pairs: Sequence[tuple[str, str]]) -> int:
    """Tokens of the longest pair with all that stands around it, so that LLaMA Factory cuts none."""
    texts = [[message_of(text), answer] for text, answer in pairs]
    lengths = [sum(map(len, tokenizer(text, add_special_tokens=False)["input_ids"])) for text in texts]
    return max(lengths, default=0) + _AROUND

"""An adapter on disk, in the files of PEFT: `adapter_config.json` and `adapter_model.safetensors`.

Names of tensors, as PEFT 0.21 writes them for a network wrapped in its `PeftModel`:

    base_model.model.<layer>.lora_A.weight      (rank, in)
    base_model.model.<layer>.lora_B.weight      (out, rank)
    base_model.model.<module to save>.weight    a module kept whole, such as the tag head
"""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from loredact.errors import AdapterError
from loredact.lora.attach import lora_layers
from loredact.lora.config import LoRAConfig
from loredact.storage import replacing, write_text

CONFIG_FILE = "adapter_config.json"
WEIGHTS_FILE = "adapter_model.safetensors"
_PREFIX = "base_model.model."


def adapter_tensors(network: nn.Module, modules_to_save: tuple[str, ...]) -> dict[str, Tensor]:
    """The trained tensors of `network` under PEFT's names, sharing memory with the network."""
    tensors: dict[str, Tensor] = {}
    for name, layer in lora_layers(network):
        tensors[f"{_PREFIX}{name}.lora_A.weight"] = layer.lora_A
        tensors[f"{_PREFIX}{name}.lora_B.weight"] = layer.lora_B
    for module in modules_to_save:
        for name, parameter in network.get_submodule(module).named_parameters():
            tensors[f"{_PREFIX}{module}.{name}"] = parameter
    return {name: tensor.detach() for name, tensor in tensors.items()}


def save_adapter(
    folder: Path,
    network: nn.Module,
    config: LoRAConfig,
    *,
    base: str,
    task: str,
    modules_to_save: tuple[str, ...],
) -> None:
    """Write the adapter of `network` into `folder`.

    `base` and `task` are PEFT's `base_model_name_or_path` and `task_type`.
    """
    tensors = {name: tensor.contiguous().cpu() for name, tensor in adapter_tensors(network, modules_to_save).items()}
    with replacing(folder / WEIGHTS_FILE) as part:
        save_file(tensors, part, metadata={"format": "pt"})
    # Exactly the layers adapted, by full name: "all-linear" would mean other layers to PEFT on another network class.
    targets = sorted(name for name, _ in lora_layers(network))
    settings: dict[str, Any] = {
        "peft_type": "LORA",
        "task_type": task,
        "base_model_name_or_path": base,
        "r": config.rank,
        "lora_alpha": config.alpha,
        "lora_dropout": 0.0,
        "bias": "none",
        "target_modules": targets,
        "modules_to_save": list(modules_to_save),
        "inference_mode": True,
    }
    write_text(folder / CONFIG_FILE, json.dumps(settings, indent=2) + "\n")


def read_config(folder: Path) -> LoRAConfig:
    """The LoRA settings of the adapter in `folder`.

    Raises:
        AdapterError: where the file is missing, is not JSON, or asks for something this layer does not compute.
    """
    path = folder / CONFIG_FILE
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AdapterError(f"{folder} holds no adapter: {CONFIG_FILE} is missing.") from None
    except ValueError:
        raise AdapterError(f"{path} is not JSON. Train the adapter again, or copy it again.") from None
    unsupported = [key for key in ("use_dora", "use_rslora", "rank_pattern", "alpha_pattern") if settings.get(key)]
    if settings.get("peft_type") != "LORA" or unsupported:
        what = ", ".join(unsupported) or f"peft_type {settings.get('peft_type')}"
        raise AdapterError(f"{path} asks for {what}, which is not supported: only plain LoRA is.")
    targets = settings["target_modules"]
    return LoRAConfig(
        rank=settings["r"],
        alpha=settings["lora_alpha"],
        targets=targets if isinstance(targets, str) else tuple(targets),
    )


def load_adapter(folder: Path, network: nn.Module, modules_to_save: tuple[str, ...]) -> None:
    """Read the adapter in `folder` into `network`, to which `attach` was applied with its settings.

    Raises:
        AdapterError: where a tensor is missing, left over, or of another shape: an adapter for another base.
    """
    path = folder / WEIGHTS_FILE
    try:
        stored = load_file(path)
    except FileNotFoundError:
        raise AdapterError(f"{folder} holds no adapter: {WEIGHTS_FILE} is missing.") from None
    except SafetensorError:
        raise AdapterError(f"{path} is damaged. Train the adapter again, or copy it again.") from None
    assign(adapter_tensors(network, modules_to_save), stored, str(path))


def assign(tensors: dict[str, Tensor], stored: dict[str, Tensor], origin: str) -> None:
    """Copy each of `stored` into the tensor of the same name; `origin` is named in errors.

    Raises:
        AdapterError: where the names or the shapes differ.
    """
    for name in sorted(tensors.keys() ^ stored.keys()):
        where = "lacks" if name in tensors else "holds, beyond what this base has,"
        raise AdapterError(f"{origin} {where} {name}. It was made for another base or depth.")
    with torch.no_grad():
        for name, tensor in tensors.items():
            if stored[name].shape != tensor.shape:
                found, expected = tuple(stored[name].shape), tuple(tensor.shape)
                raise AdapterError(f"{origin}: {name} has the shape {found}, and this base wants {expected}.")
            tensor.copy_(stored[name])

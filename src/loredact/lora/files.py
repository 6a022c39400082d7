"""An adapter on disk, in the files of PEFT: `adapter_config.json` and `adapter_model.safetensors`.

Names of tensors, as PEFT 0.21 writes them for a network wrapped in its `PeftModel`:

    base_model.model.<layer>.lora_A.weight              (rank, in)
    base_model.model.<layer>.lora_B.weight              (out, rank)
    base_model.model.<layer>.lora_magnitude_vector      (out,), DoRA alone
    base_model.model.<module to save>.weight            a module kept whole, such as the tag head
"""

import json
import math
import re
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import torch
from pydantic import ValidationError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from loredact.errors import AdapterError, LoredactError, told_as
from loredact.files import replacing, write_text
from loredact.lora.attach import ALL_LINEAR, lora_weights, matches
from loredact.lora.config import LoRAConfig
from loredact.lora.finite import is_finite
from loredact.lora.layer import is_linear
from loredact.lora.weights import LoRAWeights
from loredact.strict_json import read_json

CONFIG_FILE = "adapter_config.json"
WEIGHTS_FILE = "adapter_model.safetensors"
_PREFIX = "base_model.model."
_A, _B, _MAGNITUDE = ".lora_A.weight", ".lora_B.weight", ".lora_magnitude_vector"
# What PEFT can be asked for and this package does not compute, with the values that ask for nothing.
_UNSUPPORTED: dict[str, tuple[object, ...]] = {
    "bias": ("none", None),
    "lora_bias": (False, None),
    "layers_to_transform": (None, []),
    "layer_replication": (None, []),
    "exclude_modules": (None, []),
    "target_parameters": (None, []),
    "trainable_token_indices": (None, [], {}),
    "alora_invocation_tokens": (None, []),
    "use_qalora": (False, None),
}
# Starts that leave the base's weight as it is: what the file says of the start then does not matter.
_PLAIN_STARTS = (True, False, None, "gaussian", "eva", "orthogonal")
# Layers are named in an adapter by their dotted names or the ends of these, of which it holds so many at most. PEFT
# takes what names ranks and alphas for a regular expression, so its dots may be escaped, and `^` stand before it.
_NAME = re.compile(r"[\w-]+(\.[\w-]+)*", re.ASCII)
_LONGEST_NAME, _MOST_NAMES = 256, 16_384


def save_adapter(
    folder: Path,
    network: nn.Module,
    config: LoRAConfig,
    *,
    base: str,
    task: str | None,
    modules_to_save: tuple[str, ...] = (),
) -> None:
    """Write the adapter of `network` into `folder`.

    `base` and `task` are PEFT's `base_model_name_or_path` and `task_type`. A PiSSA adapter is written as the plain LoRA
    of twice the rank that it amounts to on an untouched base, as PEFT's documentation advises; no layer's rank is
    greater than the smaller side of its weight.

    Raises:
        LoredactError: where a number is not finite; nothing is written then.
    """
    learnt = {name: weights.within_the_weight() for name, weights in lora_weights(network).items()}
    tensors = _tensors(learnt) | _saved_modules(network, modules_to_save)
    require_finite(tensors, folder)
    with replacing(folder / WEIGHTS_FILE) as part:
        save_file({name: tensor.contiguous().cpu() for name, tensor in tensors.items()}, part, {"format": "pt"})
    ranks = {name: weights.a.shape[0] for name, weights in learnt.items()}
    alphas = {name: _alpha(weights, config.rank_stabilised) for name, weights in learnt.items()}
    rank, alpha = _most_common(ranks.values()), _most_common(alphas.values())
    # Conv1D keeps its weight as (in, out), which PEFT calls so.
    transposed = any(not isinstance(_base_of(network, name), nn.Linear) for name in learnt)
    settings: dict[str, Any] = {
        "peft_type": "LORA",
        "task_type": task,
        "base_model_name_or_path": base,
        "r": rank,
        "lora_alpha": alpha,
        "lora_dropout": config.dropout,
        "bias": "none",
        "fan_in_fan_out": transposed,
        # Exactly the layers adapted, by full name: "all-linear" would mean others to PEFT on another network class.
        "target_modules": sorted(learnt),
        "modules_to_save": list(modules_to_save) or None,
        "rank_pattern": {re.escape(name): r for name, r in ranks.items() if r != rank},
        "alpha_pattern": {re.escape(name): a for name, a in alphas.items() if a != alpha},
        "use_rslora": config.rank_stabilised,
        "use_dora": config.dora,
        "init_lora_weights": True,
        "inference_mode": True,
    }
    write_text(folder / CONFIG_FILE, json.dumps(settings, indent=2) + "\n")


def read_config(folder: Path) -> LoRAConfig:
    """The LoRA settings of the adapter in `folder`.

    Raises:
        AdapterError: where the file is missing, is not JSON, or asks for something this package does not compute.
    """
    path = folder / CONFIG_FILE
    try:
        settings = read_json(path)
    except FileNotFoundError:
        raise AdapterError(f"{folder} holds no adapter: {CONFIG_FILE} is missing.") from None
    except ValueError as error:
        raise AdapterError(f"{path} is not JSON. Train the adapter again, or copy it again ({error}).") from None
    if not isinstance(settings, dict) or settings.get("peft_type") != "LORA":
        found = settings.get("peft_type") if isinstance(settings, dict) else None
        raise AdapterError(f"{path} asks for peft_type {found!s:.40}, which is not supported: only LORA is.")
    unsupported = [key for key, nothing in _UNSUPPORTED.items() if settings.get(key) not in nothing]
    begin = settings.get("init_lora_weights")
    pissa = isinstance(begin, str) and begin.startswith("pissa")
    if not pissa and begin not in _PLAIN_STARTS:
        unsupported.append(f"init_lora_weights {begin!s:.40}")
    if unsupported:
        raise AdapterError(f"{path} asks for {', '.join(unsupported)}, which is not supported.")
    known = {
        "rank": settings.get("r"),
        "alpha": settings.get("lora_alpha"),
        "targets": _plain_targets(settings.get("target_modules"), path),
        "rank_pattern": _plain_pattern(settings.get("rank_pattern"), "rank_pattern", path),
        "alpha_pattern": _plain_pattern(settings.get("alpha_pattern"), "alpha_pattern", path),
        "rank_stabilised": settings.get("use_rslora") or False,
        "dora": settings.get("use_dora") or False,
        "start": "pissa" if pissa else "kaiming",
        "dropout": settings.get("lora_dropout") or 0.0,
    }
    try:
        return LoRAConfig.model_validate(known)
    except ValidationError as error:
        wrong = ", ".join(sorted({str(problem["loc"][0]) for problem in error.errors() if problem["loc"]}))
        raise AdapterError(f"{path} cannot be used: {wrong or 'a pattern'} is missing or wrong.") from None


def _plain_targets(written: Any, path: Path) -> Any:
    """The names of `target_modules`, or the word for all linear layers. What is neither is left to the validation."""
    if written == ALL_LINEAR or not isinstance(written, str | list):
        return written
    if isinstance(written, str) or len(written) > _MOST_NAMES or not all(map(_is_name, written)):
        raise _no_names(path, "target_modules")
    return written


def _plain_pattern(written: Any, key: str, path: Path) -> dict[str, Any]:
    """`written`, numbers by names of layers, with the names as regular expressions for these alone."""
    if not written:
        return {}
    if not isinstance(written, dict) or len(written) > _MOST_NAMES:
        raise _no_names(path, key)
    plain = {name: name.replace("\\.", ".").replace("\\-", "-") for name in written}
    if not all(_is_name(name.removeprefix("^")) for name in plain.values()):
        raise _no_names(path, key)
    return {
        ("^" if name.startswith("^") else "") + re.escape(name.removeprefix("^")): written[as_written]
        for as_written, name in plain.items()
    }


def _is_name(name: Any) -> bool:
    return isinstance(name, str) and len(name) <= _LONGEST_NAME and _NAME.fullmatch(name) is not None


def _no_names(path: Path, key: str) -> AdapterError:
    return AdapterError(
        f"{path}: {key} must hold names of layers or the ends of such, at most {_MOST_NAMES:,}, and no regular "
        "expressions. Write the names of the layers in their place."
    )


def load_adapter(folder: Path, network: nn.Module, modules_to_save: tuple[str, ...] = ()) -> None:
    """Read the adapter in `folder` into `network`, to which `attach` was applied with its settings.

    Raises:
        AdapterError: where a tensor is missing, left over, or of another shape: an adapter for another base.
    """
    stored = read_tensors(folder / WEIGHTS_FILE)
    own = {
        name.replace(".lora_magnitude", _MAGNITUDE).replace(".lora_A", _A).replace(".lora_B", _B): parameter
        for name, parameter in network.named_parameters()
        if ".lora_" in name
    }
    tensors = {f"{_PREFIX}{name}": parameter.detach() for name, parameter in own.items()}
    assign(tensors | _saved_modules(network, modules_to_save), stored, str(folder / WEIGHTS_FILE))


def read_weights(folder: Path, network: nn.Module) -> dict[str, LoRAWeights]:
    """The adapter in `folder` as `set_adapter` takes it, for the layers of `network`; modules kept whole are left out.

    Raises:
        AdapterError: where a tensor is missing, left over or not of the rank that the settings say, the adapter changes
            its base (PiSSA), or it is not for this network.
    """
    output = getattr(network, "get_output_embeddings", lambda: None)()
    linears = (
        name
        for name, module in network.named_modules()
        if (is_linear(module) and module is not output) or hasattr(module, "lora_A")
    )
    # Within a layer that has LoRA on it stands the plain one.
    return read_weights_of(folder, {name for name in linears if not name.endswith(".base")})


def read_weights_of(folder: Path, linears: Collection[str]) -> dict[str, LoRAWeights]:
    """`read_weights`, for a network whose linear layers are called `linears`.

    Raises:
        AdapterError: as `read_weights`.
    """
    config = read_config(folder)
    if config.start == "pissa":
        raise AdapterError(f"{folder} was saved relative to a PiSSA residual. Load it with `attach` and save it anew.")
    path = folder / WEIGHTS_FILE
    stored = read_tensors(path)
    names = [key.removeprefix(_PREFIX).removesuffix(_A) for key in stored if key.endswith(_A)]
    for name in names:
        if name not in linears:
            raise AdapterError(f"The adapter {folder} has the layer {name}, and the network none of that name.")
    whole = {key.removeprefix(_PREFIX).rpartition(".")[0] for key in stored if ".lora_" not in key}
    chosen = [name for name in linears if name not in whole and matches(name, config.targets)]
    parts = (_A, _B, _MAGNITUDE) if config.dora else (_A, _B)
    expected = {f"{_PREFIX}{name}{part}" for name in chosen for part in parts}
    for key in sorted(expected ^ {key for key in stored if ".lora_" in key}):
        raise AdapterError(
            f"{path} {'lacks' if key in expected else f'holds, beyond what {CONFIG_FILE} names,'} {key}."
        )
    return {name: _weights_of(name, stored, config, path) for name in names}


def _weights_of(name: str, stored: Mapping[str, Tensor], config: LoRAConfig, path: Path) -> LoRAWeights:
    a, b = stored[f"{_PREFIX}{name}{_A}"], stored[f"{_PREFIX}{name}{_B}"]
    magnitude = stored.get(f"{_PREFIX}{name}{_MAGNITUDE}")
    rank = config.rank_of(name)
    fit = a.ndim == b.ndim == 2 and len(a) == b.shape[1] == rank
    if not fit or (magnitude is not None and magnitude.shape != b.shape[:1]):
        raise AdapterError(
            f"{path}: {name} has the shapes {tuple(a.shape)} and {tuple(b.shape)}, and {CONFIG_FILE} says rank {rank}. "
            "Train the adapter again, or copy it again."
        )
    return LoRAWeights(a, b, config.scaling_of(name), magnitude)


def read_module(folder: Path, module: str) -> dict[str, Tensor]:
    """The tensors of the module that the adapter in `folder` keeps whole under the name `module`, by their own names.

    Raises:
        AdapterError: where there is none, or the file is missing or damaged.
    """
    start = f"{_PREFIX}{module}."
    tensors = {
        name.removeprefix(start): tensor
        for name, tensor in read_tensors(folder / WEIGHTS_FILE).items()
        if name.startswith(start)
    }
    if not tensors:
        raise AdapterError(f"{folder / WEIGHTS_FILE} holds no module {module}: it is the adapter of another network.")
    return tensors


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


def read_tensors(path: Path) -> dict[str, Tensor]:
    """The tensors of an adapter's file.

    Raises:
        AdapterError: where it is missing or damaged, or a number is not finite.
    """
    if not path.is_file():
        raise AdapterError(f"{path.parent} holds no adapter: {path.name} is missing.")
    with told_as(AdapterError, f"{path} is damaged. Train the adapter again, or copy it again"):
        stored: dict[str, Tensor] = load_file(path)
    for name, tensor in stored.items():
        if not tensor.is_floating_point() or not is_finite(tensor):
            raise AdapterError(f"{path}: {name} holds a number that is not finite. Train or copy the adapter again.")
    return stored


def require_finite(tensors: Mapping[str, Tensor], folder: Path) -> None:
    """Raise LoredactError where a number of `tensors`, which are to be written to `folder`, is not finite."""
    for name, tensor in tensors.items():
        if not is_finite(tensor):
            raise LoredactError(
                f"{name} holds a number that is not finite, so nothing was written to {folder}: what was learnt is "
                "of no use. Lower the learning rate and train again."
            )


def _tensors(learnt: dict[str, LoRAWeights]) -> dict[str, Tensor]:
    tensors: dict[str, Tensor] = {}
    for name, weights in learnt.items():
        tensors[f"{_PREFIX}{name}{_A}"] = weights.a
        tensors[f"{_PREFIX}{name}{_B}"] = weights.b
        if weights.magnitude is not None:
            tensors[f"{_PREFIX}{name}{_MAGNITUDE}"] = weights.magnitude
    return tensors


def _saved_modules(network: nn.Module, modules: tuple[str, ...]) -> dict[str, Tensor]:
    return {
        f"{_PREFIX}{module}.{name}": parameter.detach()
        for module in modules
        for name, parameter in network.get_submodule(module).named_parameters()
    }


def _base_of(network: nn.Module, name: str) -> nn.Module:
    base = network.get_submodule(name).base
    assert isinstance(base, nn.Module)
    return base


def _alpha(weights: LoRAWeights, rank_stabilised: bool) -> float:
    rank = weights.a.shape[0]
    # Rounded, so that 32 does not come back as 31.999999999999996.
    return round(weights.scaling * (math.sqrt(rank) if rank_stabilised else rank), 9)


def _most_common(values: Any) -> Any:
    return Counter(values).most_common(1)[0][0]

"""`loredact doctor`: what this installation computes with, and whether all of it is whole."""

from typing import Annotated, Any

import typer

from loredact.cli.console import print_json

EXAMPLE = "Example: loredact doctor --json > about.json"


def doctor(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Report what loredact runs on here and check it: processor, kernels, base models and adapters.

    Nothing is fetched. Ends with 1 where something is damaged, or a kernel computes something else than PyTorch.
    """
    kernels, bases = _kernels(), _bases()
    adapters = _adapters({base["name"]: base for base in bases})
    about: dict[str, Any] = {
        "versions": _versions(),
        "processor": _processor(),
        "kernels": kernels,
        "bases": bases,
        "adapters": adapters,
    }
    whole = all(part["check"] in ("well", "not fetched") for part in bases + adapters)
    well = whole and not kernels["disagreed"]
    if json:
        print_json({**about, "well": well})
    else:
        _print(about)
    if not well:
        raise typer.Exit(1)


def _versions() -> dict[str, str]:
    import platform
    from importlib.metadata import version

    import loredact

    installed = {name: version(name) for name in ("torch", "tokenizers", "transformers", "numpy")}
    return {"loredact": loredact.__version__, "python": platform.python_version(), **installed}


def _processor() -> dict[str, Any]:
    import torch

    from loredact.kernels import decide, this_processor
    from loredact.network import best_device, best_precision, has_int8_matmuls

    decide(quiet=True)  # what there is to say of it stands in the report
    processor, device = this_processor(), best_device()
    return {
        "name": processor.name,
        "architecture": processor.architecture,
        "system": processor.system,
        "instruction_sets": sorted(processor.sets),
        "held_to": processor.level,
        "threads": torch.get_num_threads(),
        "gpu": torch.cuda.get_device_name() if device.type == "cuda" else None,
        "precision": best_precision(device),
        "encoders_mask_in": "int8" if has_int8_matmuls() else best_precision(device),
    }


def _kernels() -> dict[str, Any]:
    from loredact.kernels.build import build
    from loredact.kernels.call import decide, disagreeing, name_of

    built, used = build(), decide(quiet=True)
    return {
        "library": None if built.path is None else str(built.path),
        "why_not": built.why_not,
        "in_use": sorted(name_of(*key) for key in used),
        "disagreed": list(disagreeing()),
    }


def _bases() -> list[dict[str, Any]]:
    from loredact.bases import CATALOGUE
    from loredact.bases.base import is_cached

    return [
        _base(name) if is_cached(name) else {"name": name, "folder": None, "check": "not fetched"} for name in CATALOGUE
    ]


def _base(name: str) -> dict[str, Any]:
    from loredact.bases import find_base
    from loredact.bases.fingerprint import fingerprint
    from loredact.errors import LoredactError

    try:
        base = find_base(name)
        whole = fingerprint(base.folder) == base.fingerprint
    except (LoredactError, OSError, KeyError, ValueError) as error:
        return {"name": name, "folder": None, "check": f"cannot be read ({type(error).__name__})"}
    check = "well" if whole else f"its weights are not those that were fetched: remove {base.folder}"
    return {"name": name, "folder": str(base.folder), "fingerprint": base.fingerprint, "check": check}


def _adapters(bases: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """The adapters that ship with loredact."""
    from safetensors import SafetensorError, safe_open

    from loredact.adapters import DEFAULT_ADAPTER, find_adapter
    from loredact.errors import LoredactError
    from loredact.tagger import read_description

    found = []
    for folder in sorted(path.parent for path in find_adapter(DEFAULT_ADAPTER).parent.glob("*/loredact.json")):
        adapter: dict[str, Any] = {"name": folder.name, "check": "well"}
        try:
            about = read_description(folder)
            adapter |= {"base": about.base.name, "labels": len(about.architecture.labels)}
            with safe_open(folder / "adapter_model.safetensors", "pt") as weights:
                adapter["tensors"] = len(weights.keys())
            fingerprint = bases.get(about.base.name, {}).get("fingerprint", about.base.fingerprint)
            if fingerprint != about.base.fingerprint:
                adapter["check"] = f"the base {about.base.name} at hand is another one than it was trained on"
        except (LoredactError, OSError, SafetensorError) as error:
            adapter["check"] = f"cannot be read ({type(error).__name__})"
        found.append(adapter)
    return found


def _by_name(kernels: list[str]) -> str:
    """The kernels with the types of number that they are used for: gate (bfloat16, float32)."""
    types: dict[str, list[str]] = {}
    for kernel in kernels:
        name, _, dtype = kernel.rpartition("_")
        types.setdefault(name, []).append(dtype)
    return ", ".join(f"{name} ({', '.join(own)})" for name, own in types.items())


def _print(about: dict[str, Any]) -> None:
    processor, kernels = about["processor"], about["kernels"]
    held_to = f", held to {processor['held_to']} by LOREDACT_ISA" if processor["held_to"] else ""
    lines = [
        ("versions", ", ".join(f"{name} {version}" for name, version in about["versions"].items())),
        ("processor", f"{processor['name']}, {processor['architecture']}, {processor['system']}"),
        ("instruction sets", (", ".join(processor["instruction_sets"]) or "none that matter") + held_to),
        ("threads", str(processor["threads"])),
        ("GPU", processor["gpu"] or "none"),
        ("precision", processor["precision"]),
        ("encoders mask in", processor["encoders_mask_in"]),
        ("kernels", kernels["library"] or f"none: {kernels['why_not']}"),
        ("in use", _by_name(kernels["in_use"]) or "PyTorch's own operations"),
        ("not used", ", ".join(kernels["disagreed"]) or "none"),
    ]
    if kernels["disagreed"]:
        lines.append(("", "(these compute something else than PyTorch here: please report it)"))
    lines += [("base", f"{base['name']}: {base['check']}") for base in about["bases"]]
    lines += [("adapter", f"{adapter['name']}: {adapter['check']}") for adapter in about["adapters"]]
    for name, value in lines:
        typer.echo(f"{name:<18}{value}")

"""A base's fingerprint: the same weights give the same one, however they are spread over files."""

import hashlib
import json
import mmap
import struct
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open

from loredact.errors import BaseError, told_as
from loredact.lora import is_finite
from loredact.strict_json import parse_json

_FLOATS = {"F64": torch.float64, "F32": torch.float32, "BF16": torch.bfloat16, "F16": torch.float16}


def fingerprint(folder: Path, *, finite: bool = False) -> str:
    """SHA-256 over every tensor of the safetensors files in `folder`: name, type, shape and bytes, in order of name.

    The format (https://huggingface.co/docs/safetensors): 8 bytes, little-endian, the length of a JSON header; the
    header, which gives each tensor's `dtype`, `shape` and `data_offsets`; the tensors' bytes.

    Raises:
        BaseError: where there is no such file, or one is damaged; with `finite` also where a number is not finite.
    """
    files = sorted(folder.glob("*.safetensors"))
    if not files:
        raise BaseError(
            f"{folder} holds no safetensors file. A base is read from safetensors alone, never from a pickle."
        )
    entries: dict[str, tuple[Path, dict[str, Any]]] = {}
    for path in files:
        for name, about in _header(path).items():
            if name in entries:
                raise BaseError(f"{path} holds {name}, which another file of the base holds too. Fetch the base again.")
            entries[name] = path, about
    digest = hashlib.sha256()
    for name, (path, about) in sorted(entries.items()):
        digest.update(json.dumps([name, about["dtype"], about["shape"]]).encode())
        start, end = about["data_offsets"]
        with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_COPY) as data:
            offset = 8 + struct.unpack("<Q", data[:8])[0]
            with memoryview(data) as view, view[offset + start : offset + end] as own:
                digest.update(own)
                if finite and start < end and about["dtype"] in _FLOATS:
                    _require_finite(path, name, own, _FLOATS[about["dtype"]])
    return digest.hexdigest()


def _require_finite(path: Path, name: str, data: memoryview, dtype: torch.dtype) -> None:
    if not is_finite(torch.frombuffer(data, dtype=dtype)):
        raise BaseError(f"{path}: {name} holds a number that is not finite. Fetch the base again.")


def _header(path: Path) -> dict[str, dict[str, Any]]:
    """The tensors of a file by name, which the reader of safetensors has found to lie within it."""
    with told_as(BaseError, f"{path} is damaged. Fetch the base again"):
        with safe_open(path, framework="pt"):
            pass
        with path.open("rb") as stream:
            (length,) = struct.unpack("<Q", stream.read(8))
            header: dict[str, dict[str, Any]] = parse_json(stream.read(length))
        header.pop("__metadata__", None)
        return header

"""A base's fingerprint: the same weights give the same one, however they are spread over files."""

import hashlib
import json
import mmap
import struct
from pathlib import Path

from loredact.errors import BaseError


def fingerprint(folder: Path) -> str:
    """SHA-256 over every tensor of the safetensors files in `folder`: name, type, shape and bytes, in order of name.

    The format (https://huggingface.co/docs/safetensors): 8 bytes, little-endian, the length of a JSON header; the
    header, which gives each tensor's `dtype`, `shape` and `data_offsets`; the tensors' bytes.

    Raises:
        BaseError: where there is no such file, or one is damaged.
    """
    files = sorted(folder.glob("*.safetensors"))
    if not files:
        raise BaseError(
            f"{folder} holds no safetensors file. A base is read from safetensors alone, never from a pickle."
        )
    entries = sorted((name, path, about) for path in files for name, about in _header(path).items())
    digest = hashlib.sha256()
    for name, path, about in entries:
        digest.update(json.dumps([name, about["dtype"], about["shape"]]).encode())
        start, end = about["data_offsets"]
        with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
            offset = 8 + struct.unpack("<Q", data[:8])[0]
            with memoryview(data) as view:
                digest.update(view[offset + start : offset + end])
    return digest.hexdigest()


def _header(path: Path) -> dict[str, dict[str, list[int]]]:
    try:
        with path.open("rb") as stream:
            (length,) = struct.unpack("<Q", stream.read(8))
            if length > path.stat().st_size:
                raise ValueError
            header: dict[str, dict[str, list[int]]] = json.loads(stream.read(length))
    except (struct.error, ValueError):
        raise BaseError(f"{path} is damaged. Fetch the base again.") from None
    header.pop("__metadata__", None)
    return header

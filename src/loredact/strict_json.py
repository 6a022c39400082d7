"""JSON from elsewhere, read without the liberties that Python's reader takes."""

import json
import math
from pathlib import Path
from typing import Any

# A description is some kilobytes; a tokenizer of a million tokens is some hundred megabytes.
_MOST_BYTES = 1 << 29


def read_json(path: Path) -> Any:
    """What the JSON file `path` holds.

    Raises:
        OSError: where it cannot be read.
        ValueError: where `parse_json` raises it, or the file is above 512 MB.
    """
    if path.stat().st_size > _MOST_BYTES:
        raise ValueError("above 512 MB")
    return parse_json(path.read_bytes())


def parse_json(data: bytes) -> Any:
    """What the JSON `data`, in UTF-8, says: RFC 8259, every name of an object once, every number finite.

    Raises:
        ValueError: where it is not that, or is nested deeper than Python can follow.
    """
    try:
        return json.loads(
            data.decode("utf-8"), parse_constant=_no_number, parse_float=_finite, object_pairs_hook=_each_once
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


def _finite(written: str) -> float:
    number = float(written)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        raise ValueError("a name stands twice in an object")
    return content

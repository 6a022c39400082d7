"""`loredact.json`: what an adapter's PEFT files do not say."""

import json
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ValidationError

from loredact.errors import AdapterError
from loredact.lora.files import CONFIG_FILE
from loredact.storage import write_text

FILE = "loredact.json"
FORMAT = 1
# What is trained but is not LoRA: whole tensors, by their names in the network, in place of PEFT's two files.
TRAINED_FILE = "trained_weights.safetensors"

# tags: a tag head scores each token; generate: the base's own vocabulary head writes the masked text.
Decoder = Literal["tags", "generate"]
About = TypeVar("About", bound=BaseModel)


def decoder_of(folder: Path) -> Decoder:
    """Which kind of adapter `folder` holds: what its `loredact.json` says, else what its PEFT file is for.

    A folder that says neither is taken for one of tags, and found wanting where it is read.
    """
    told = _content(folder / FILE).get("decoder") if (folder / FILE).exists() else None
    if told is not None:
        return "generate" if told == "generate" else "tags"
    if (folder / CONFIG_FILE).exists() and _content(folder / CONFIG_FILE).get("task_type") == "CAUSAL_LM":
        return "generate"
    return "tags"


def read_as(kind: type[About], folder: Path) -> About:
    """What the `loredact.json` of `folder` says, as a `kind`.

    Raises:
        AdapterError: where it is missing, damaged, of another kind, or written by a later version.
    """
    path = folder / FILE
    data = _content(path)
    found = data.get("format")
    if isinstance(found, int) and found > FORMAT:
        raise AdapterError(f"{path} was written by a later version of loredact. Upgrade to use it.")
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        fields = ", ".join(sorted({".".join(map(str, problem["loc"])) for problem in error.errors()}))
        raise AdapterError(f"{path} is not valid, in: {fields}.") from None


def remove_files(folder: Path, *names: str) -> None:
    """Remove what `folder` holds of an adapter under these names.

    Without `FILE` it is no adapter of ours, while its other files are replaced; those of another method go when the
    new ones are there.
    """
    for name in names:
        (folder / name).unlink(missing_ok=True)


def write_description(folder: Path, description: BaseModel) -> None:
    """Write `description` into `folder`."""
    write_text(folder / FILE, description.model_dump_json(indent=2) + "\n")


def _content(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise AdapterError(f"{path.parent} is no adapter of loredact: {path.name} is missing.") from None
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise AdapterError(f"{path} is damaged. Train the adapter again, or copy it again.")
    return data

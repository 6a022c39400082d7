"""`loredact.json`: what an adapter's PEFT files do not say, in five parts.

    base            which base model it was trained on: name, fingerprint, identity
    architecture    what is built on that: decoder, labels, number of layers, window, ...
    decoding        a tagger's: how scores become spans (`loredact.decoding.Decoding`)
    privacy         a tagger's that was trained privately: what that spent, and under what assumptions
    report          what was measured on held-out text when it was trained

Formats 1 and 2, of earlier versions, have the same in one flat object; they are read as if they had the parts.

`digests` holds the SHA-256 of each of the adapter's files, by name. Of `loredact.json` it is that of the JSON of all
but this own entry, with sorted names and no white space. Who edits a file by hand sets `digests` to null: then none is
checked. Format 1, of earlier versions, has none.
"""

import hashlib
import json
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from loredact.errors import AdapterError, LoredactError
from loredact.files import write_text
from loredact.lora.files import CONFIG_FILE, WEIGHTS_FILE
from loredact.strict_json import parse_json, read_json

FILE = "loredact.json"
FORMAT = 3
# Whatever a base sees: what attention needs grows by the square of it.
LONGEST_WINDOW = 8192
# What is trained but is not LoRA: whole tensors, by their names in the network, in place of PEFT's two files.
TRAINED_FILE = "trained_weights.safetensors"
_DIGESTED = (CONFIG_FILE, WEIGHTS_FILE, TRAINED_FILE)

# tags: a tag head scores each token; generate: the base's own vocabulary head writes the masked text.
Decoder = Literal["tags", "generate"]
About = TypeVar("About", bound=BaseModel)

# In which a file has them, the digests last.
_ORDER = ("format", "base", "architecture", "decoding", "privacy", "report")
# Where what formats 1 and 2 have by a name of its own stands now: its part, and its name there.
_PARTS = {
    "base": ("base", "name"),
    "fingerprint": ("base", "fingerprint"),
    "identity": ("base", "identity"),
    "decoder": ("architecture", "decoder"),
    "method": ("architecture", "method"),
    "labels": ("architecture", "labels"),
    "depth": ("architecture", "num_layers"),
    "attention": ("architecture", "attention"),
    "window": ("architecture", "window"),
    "overlap": ("architecture", "overlap"),
    "prompt": ("architecture", "prompt"),
    "instruction": ("architecture", "instruction"),
    "off": ("decoding", "off"),
    "recall": ("decoding", "recall"),
    "nobodys_masked": ("decoding", "max_false_positive_rate"),
    "temperature": ("decoding", "temperature"),
    "edges": ("decoding", "boundaries"),
    "margin": ("decoding", "evidence_threshold"),
    "dial": ("decoding", "operating_points"),
}


class BaseModelReference(BaseModel):
    """The base model an adapter was trained on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=4096, description="a name, or a folder")
    fingerprint: str = Field(max_length=128, description="SHA-256 over its weights")
    identity: str | None = Field(
        default=None, max_length=128, description="SHA-256 over its weights, tokenizer and configuration"
    )


class AdapterDescription(BaseModel):
    """What every kind of adapter's `loredact.json` has, beside its base, architecture and decoding."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    format: int = Field(default=FORMAT, ge=1)
    report: dict[str, Any] = Field(default_factory=dict, description="measured on held-out text when it was trained")
    digests: dict[str, str] | None = Field(
        default=None, description="SHA-256 of the adapter's files; null: not to check"
    )

    def changed(self, **parts: dict[str, Any]) -> Self:
        """The same but for what `parts` give, as in `changed(architecture={"window": 128})`."""
        update = {part: getattr(self, part).model_copy(update=values) for part, values in parts.items()}
        return self.model_copy(update=update)


def decoder_of(folder: Path) -> Decoder:
    """Which kind of adapter `folder` holds: what its `loredact.json` says, else what its PEFT file is for.

    A folder that says neither is taken for one of tags, and found wanting where it is read.

    Raises:
        AdapterError: where a file is damaged.
    """
    if (folder / FILE).exists():
        architecture = in_parts(_content(folder / FILE))["architecture"]
        told = architecture.get("decoder") if isinstance(architecture, dict) else None
        if told is not None:
            return "generate" if told == "generate" else "tags"
    if (folder / CONFIG_FILE).exists() and _content(folder / CONFIG_FILE).get("task_type") == "CAUSAL_LM":
        return "generate"
    return "tags"


def read_as(kind: type[About], folder: Path) -> About:
    """What the `loredact.json` of `folder` says, as a `kind`.

    Raises:
        AdapterError: where it is missing, damaged, of another kind, or written by a later version, or a file of the
            adapter is not the one that its digest is of.
    """
    path = folder / FILE
    data = _content(path)
    found = data.get("format")
    if isinstance(found, int) and found > FORMAT:
        raise AdapterError(f"{path} was written by a later version of loredact. Upgrade to use it.")
    _check_digests(folder, data)
    try:
        return kind.model_validate(in_parts(data))
    except ValidationError as error:
        fields = ", ".join(sorted({".".join(map(str, problem["loc"])) or problem["msg"] for problem in error.errors()}))
        raise AdapterError(f"{path} is not valid, in: {fields:.200}.") from None


def in_parts(data: dict[str, Any]) -> dict[str, Any]:
    """The parts of what a `loredact.json` holds, whichever format it has; what is of none stays beside them."""
    if isinstance(data.get("base"), dict) or isinstance(data.get("architecture"), dict):
        return {part: {} for part in ("base", "architecture")} | data
    parts: dict[str, Any] = {"base": {}, "architecture": {}, "report": data.get("figures", {})}
    for name, value in data.items():
        if name in _PARTS:
            part, inner = _PARTS[name]
            parts.setdefault(part, {})[inner] = value
        elif name != "figures":
            parts[name] = value
    return parts


def remove_files(folder: Path, *names: str) -> None:
    """Remove what `folder` holds of an adapter under these names.

    Without `FILE` it is no adapter of ours, while its other files are replaced; those of another method go when the
    new ones are there.
    """
    for name in names:
        (folder / name).unlink(missing_ok=True)


def write_description(folder: Path, description: BaseModel) -> None:
    """Write `description` into `folder`, with the digests of the adapter's files, which are there.

    Raises:
        LoredactError: where a number in it is not finite or out of its bounds; nothing is written then.
    """
    dumped = parse_json(description.model_dump_json().encode()) | {"format": FORMAT}
    data = {part: dumped[part] for part in _ORDER if part in dumped}
    digests = {name: _digest_of(folder / name) for name in _DIGESTED if (folder / name).exists()}
    data["digests"] = digests
    try:
        type(description).model_validate(data)
    except ValidationError as error:
        fields = ", ".join(sorted({".".join(map(str, problem["loc"])) for problem in error.errors()}))
        raise LoredactError(f"The adapter was not written to {folder}: of no use is, in it: {fields:.200}.") from None
    digests[FILE] = _own_digest(data)
    write_text(folder / FILE, json.dumps(data, indent=2, ensure_ascii=False) + "\n")


def _check_digests(folder: Path, data: dict[str, Any]) -> None:
    """Raise AdapterError where a file is not what `data`, of `loredact.json`, says that it is."""
    path = folder / FILE
    if "digests" not in data:
        if isinstance(data.get("format"), int) and data["format"] > 1:
            raise AdapterError(f"{path} is damaged: its digests are missing. Copy the adapter again.")
        return
    digests = data["digests"]
    if digests is None:
        return
    if not isinstance(digests, dict) or digests.get(FILE) != _own_digest(data):
        raise AdapterError(
            f"{path} is not what was written: it is damaged, or was edited. Copy the adapter again, or set digests to "
            "null in it to use it as it is."
        )
    for name in _DIGESTED:
        expected = digests.get(name)
        if not (folder / name).exists() and expected is None:
            continue
        if not (folder / name).is_file():
            raise AdapterError(f"{folder} is no whole adapter: {name} is missing. Copy it again.")
        if expected is not None and _digest_of(folder / name) != expected:
            raise AdapterError(
                f"{folder / name} is not what was written with {FILE}: it is damaged, or of another adapter. Copy the "
                f"adapter again, or set digests to null in {FILE} to use it as it is."
            )


def _own_digest(data: dict[str, Any]) -> str:
    others = {name: digest for name, digest in data["digests"].items() if name != FILE}
    told = json.dumps({**data, "digests": others}, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def _digest_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _content(path: Path) -> dict[str, Any]:
    try:
        data = read_json(path)
    except (FileNotFoundError, NotADirectoryError):
        raise AdapterError(f"{path.parent} is no adapter of loredact: {path.name} is missing.") from None
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise AdapterError(f"{path} is damaged. Train the adapter again, or copy it again.")
    return data

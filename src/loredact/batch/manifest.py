"""`loredact.jsonl`: what was done to each file, in JSON, a line a file; of several for one file the last counts."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from loredact.errors import InputError
from loredact.files import write_text


@dataclass(frozen=True, slots=True)
class Entry:
    """What was done to `file`.

    `digest` is the SHA-256 of what went in, `identity` that of the adapter, the settings and the version it was masked
    by, `bytes` the size of what came out, `mark` what the storage it lies in knew it by. `error` says why a file could
    not be done; then nothing of it was written.
    """

    file: str
    digest: str
    identity: str
    format: str = ""
    bytes: int = 0
    cells: int = 0
    counts: Mapping[str, int] = field(default_factory=Counter)
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    version: str = ""
    error: str | None = None
    mark: str | None = None


class Manifest:
    """The manifest in `path`, which is added to as files are done."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._entries: dict[str, Entry] = {}
        for number, line in enumerate(path.read_bytes().splitlines() if path.exists() else (), start=1):
            entry = entry_of(line)
            if entry is None and number == 1:
                raise InputError(f"{path} is no manifest of loredact's: choose another folder for --out.")
            if entry is not None:
                self._entries[entry.file] = entry
        if self._entries:
            # A line that was cut short is left out, and so are those that others took the place of.
            write_text(path, "".join(map(line_of, self._entries.values())))

    def get(self, file: str) -> Entry | None:
        """What was done to `file` last."""
        return self._entries.get(file)

    def add(self, entry: Entry) -> None:
        """Note what was done to a file."""
        self._entries[entry.file] = entry
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line_of(entry))


def line_of(entry: Entry) -> str:
    """The entry as a line of the manifest."""
    told = {name: value for name, value in asdict(entry).items() if value is not None}
    # In ASCII, since a file's name need not be valid Unicode.
    return json.dumps(told) + "\n"


def entry_of(line: bytes) -> Entry | None:
    """The entry in a line of the manifest; None where it is none, or was cut short."""
    try:
        told = json.loads(line)
        return Entry(**{**told, "notes": tuple(told.get("notes", ()))})
    except (ValueError, TypeError, AttributeError):
        return None

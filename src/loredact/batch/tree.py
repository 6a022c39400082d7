"""Which files are to be masked, and where each goes: a tree is mirrored under its own name, as `cp -r` does it."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from loredact.errors import InputError

MANIFEST = "loredact.jsonl"
STATE = ".loredact"


@dataclass(frozen=True, slots=True)
class File:
    """A file to mask, and its name in the manifest: its place below the output's folder, with slashes."""

    source: Path
    name: str
    size: int


def files_in(paths: Iterable[Path], out: Path) -> list[File]:
    """The regular files that `paths` are or hold, in the order of their names; what lies in `out` is left out.

    Links to folders are not followed.

    Raises:
        InputError: where a path is not there, two files would go to one place, or a file would be its own output.
    """
    found: dict[str, File] = {}
    target = out.resolve()
    for path in paths:
        if not path.exists():
            raise InputError(f"{path} does not exist.")
        for source in [path] if not path.is_dir() else _walk(path, target):
            name = Path(path.resolve().name, source.relative_to(path)).as_posix() if path.is_dir() else source.name
            if name in found and found[name].source.resolve() != source.resolve():
                raise InputError(f"{found[name].source} and {source} would both be written to {out / name}.")
            if name == MANIFEST or name.startswith(STATE + "/"):
                raise InputError(f"{source} would take the place of what loredact itself writes to {out}.")
            if (out / name).exists() and (out / name).samefile(source):
                raise InputError(f"{source} would be written over: choose another folder for --out.")
            found[name] = File(source, name, source.stat().st_size)
    return list(found.values())


def _walk(folder: Path, target: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if (Path(place) / name).resolve() != target)
        for name in sorted(names):
            path = Path(place) / name
            if path.is_file():
                yield path

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


def files_in(paths: Iterable[Path]) -> list[File]:
    """The regular files that `paths` are or hold, in the order of their names.

    Links to folders are not followed.

    Raises:
        InputError: where a path is not there.
    """
    return list(_files(paths, None))


def files_to_write(paths: Iterable[Path], out: Path) -> list[File]:
    """The regular files that `paths` are or hold, each to be masked into `out`; what lies there is left out.

    Raises:
        InputError: where a path is not there, two files would go to one place, or a file would be its own output.
    """
    found: dict[str, File] = {}
    for file in _files(paths, out.resolve()):
        if file.name in found and found[file.name].source.resolve() != file.source.resolve():
            raise InputError(f"{found[file.name].source} and {file.source} would both be written to {out / file.name}.")
        if file.name == MANIFEST or file.name.startswith(STATE + "/"):
            raise InputError(f"{file.source} would take the place of what loredact itself writes to {out}.")
        if (out / file.name).exists() and (out / file.name).samefile(file.source):
            raise InputError(f"{file.source} would be written over: choose another folder for --out.")
        found[file.name] = file
    return list(found.values())


def _files(paths: Iterable[Path], left_out: Path | None) -> Iterator[File]:
    for path in paths:
        if not path.exists():
            raise InputError(f"{path} does not exist.")
        if not path.is_dir() and not path.is_file():
            raise InputError(f"{path} is no regular file, and a file is read more than once: write it to one first.")
        for source in [path] if not path.is_dir() else _walk(path, left_out):
            name = Path(path.resolve().name, source.relative_to(path)).as_posix() if path.is_dir() else source.name
            yield File(source, name, source.stat().st_size)


def _refuse(error: OSError) -> None:
    raise InputError(f"{error.filename} cannot be read: {error.strerror}.")


def _walk(folder: Path, left_out: Path | None) -> Iterator[Path]:
    for place, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = sorted(name for name in folders if (Path(place) / name).resolve() != left_out)
        for name in sorted(names):
            path = Path(place) / name
            if path.is_file():
                yield path

"""Files written whole or not at all."""

import contextlib
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

# Where the names of open files are, to which /dev/stdout leads too.
_OPEN_FILES = (Path("/proc"), Path("/dev/fd"))
_MOST_LINKS = 40


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; on success it takes `path`'s place in one step, on failure it is removed.

    The rename is atomic on POSIX and Windows alike (`os.replace`), so a reader sees the old file or the new one and
    never a part. The data is forced to disk before the rename, so that this holds across a power cut too.

    A symbolic link stays, and what it leads to is replaced. A file that is there keeps its mode and, as far as may be,
    its owner. What is no regular file (a device, a pipe) is written into, when all is there to be written.
    """
    try:
        there = path.stat()
    except FileNotFoundError:
        there = None
    if there is not None and not stat.S_ISDIR(there.st_mode) and _is_stream(path, there):
        with _writing_into(path) as part:
            yield part
        return
    path = Path(os.path.realpath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.parent / f".{path.name[:100]}.{secrets.token_hex(6)}.part"
    # The system takes from the mode of a new file what this process lets nobody do (its umask).
    os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666 if there is None else 0o600))
    try:
        mode = stat.S_IMODE((there or part.stat()).st_mode)
        yield part
        with part.open("rb") as written:
            os.fsync(written.fileno())
        if there is not None:
            _keep_owner(part, there)
        part.chmod(mode)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path` as UTF-8, whole or not at all, with newlines as they are."""
    with replacing(path) as part:
        part.write_text(text, encoding="utf-8", newline="")


def _is_stream(path: Path, there: os.stat_result) -> bool:
    """Whether `path`, which is there, is not to be replaced: a device, a pipe, or a name of an open file."""
    if not stat.S_ISREG(there.st_mode):
        return True
    for _ in range(_MOST_LINKS):
        folder = Path(os.path.realpath(path.parent))
        if any(map(folder.is_relative_to, _OPEN_FILES)):
            return True
        path = folder / path.name
        if not path.is_symlink():
            return False
        path = folder / path.readlink()
    return False


@contextlib.contextmanager
def _writing_into(path: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        part = Path(folder) / "whole"
        part.touch(0o600)
        yield part
        # Behind what the stream holds: another program may have begun it.
        with part.open("rb") as whole, os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND), "wb") as stream:
            shutil.copyfileobj(whole, stream)


def _keep_owner(part: Path, there: os.stat_result) -> None:
    own = part.stat()
    if (own.st_uid, own.st_gid) != (there.st_uid, there.st_gid) and hasattr(os, "chown"):
        with contextlib.suppress(PermissionError):
            os.chown(part, there.st_uid, there.st_gid)

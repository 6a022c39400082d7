"""Compile the kernels in `source` for this processor, once, and keep them in the user's cache."""

import contextlib
import ctypes
import functools
import hashlib
import json
import os
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import filelock
import platformdirs

from loredact.files import write_text
from loredact.kernels.processor import every_flag, this_processor

SOURCE = Path(__file__).with_name("source")
# How long a compiler may take; it takes some twenty seconds.
SECONDS = 300.0
_FLAGS = ("-std=c++17", "-O3", "-fopenmp", "-fno-math-errno", "-fno-trapping-math", "-shared", "-fPIC")


class NotBuiltError(Exception):
    """Why there are no compiled kernels."""


@dataclass(frozen=True, slots=True)
class Build:
    """The compiled kernels and their file; or why there are none."""

    loaded: ctypes.CDLL | None
    path: Path | None
    why_not: str | None

    @property
    def about(self) -> dict[str, Any]:
        """What is known of the file: its SHA-256, and what the self-check found."""
        return {} if self.path is None else _about(self.path)

    def remember(self, **found: Any) -> None:
        """Keep what was `found` beside the file, if it can be kept."""
        if self.path is not None:
            with contextlib.suppress(OSError):
                write_text(_beside(self.path), json.dumps({**_about(self.path), **found}, indent=2) + "\n")


@functools.cache
def build() -> Build:
    """The kernels for this processor, compiled where they have not been, or their file is not as it was written.

    They are linked to the OpenMP that PyTorch has loaded, and so share its threads. `$CXX` names another compiler, and
    may give it arguments.
    """
    try:
        path = _built()
        return Build(ctypes.CDLL(str(path)), path, None)
    except NotBuiltError as reason:
        return Build(None, None, str(reason))
    except OSError as error:
        return Build(None, None, f"the compiled kernels cannot be kept or loaded ({error.strerror or error})")


def library() -> ctypes.CDLL | None:
    """The compiled kernels, or None where there are none: PyTorch's own operations serve then."""
    return build().loaded


def _built() -> Path:
    if not sys.platform.startswith("linux"):
        raise NotBuiltError("kernels are compiled on Linux alone")
    compiler = _compiler()
    folder = private_folder(_cache_folder())
    path = folder / f"kernels-{_digest(compiler)}.so"
    if not _is_whole(path):
        with filelock.FileLock(folder / ".lock", timeout=2 * SECONDS):
            # Another process may have compiled them while this one waited.
            if not _is_whole(path):
                _compile(compiler, path)
    return path


def _compiler() -> list[str]:
    named = os.environ.get("CXX") or "c++"
    try:
        wanted = shlex.split(named)
    except ValueError:
        wanted = []
    found = shutil.which(wanted[0]) if wanted else None
    if found is None:
        raise NotBuiltError(f"there is no C++ compiler {named!r}")
    return [found, *wanted[1:]]


def private_folder(folder: Path) -> Path:
    """`folder`, made if need be, as one that is the user's alone. What others could have put into it is removed.

    Raises:
        NotBuiltError: where it is another user's, or no folder.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    about = folder.lstat()
    if not stat.S_ISDIR(about.st_mode):
        raise NotBuiltError(f"{folder} is no folder")
    if about.st_uid != os.geteuid():
        raise NotBuiltError(f"{folder} belongs to another user")
    if about.st_mode & 0o077:
        folder.chmod(0o700)
    if about.st_mode & 0o022:
        for planted in folder.iterdir():
            if planted.is_dir() and not planted.is_symlink():
                shutil.rmtree(planted)
            else:
                planted.unlink()
    return folder


def _is_whole(path: Path) -> bool:
    """Whether the file is the user's and has the SHA-256 that was written beside it."""
    try:
        expected = _about(path).get("sha256")
        about = path.lstat()
        ours = stat.S_ISREG(about.st_mode) and about.st_uid == os.geteuid()
        return ours and hashlib.sha256(path.read_bytes()).hexdigest() == expected
    except OSError:
        return False


def _beside(path: Path) -> Path:
    return path.with_suffix(".json")


def _about(path: Path) -> dict[str, Any]:
    try:
        about = json.loads(_beside(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return about if isinstance(about, dict) else {}


def _compile(compiler: Sequence[str], path: Path) -> None:
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".build-") as temporary:
        built = Path(temporary) / path.name
        sources = map(str, sorted(SOURCE.glob("*.cpp")))
        run_compiler([*compiler, *_FLAGS, *this_processor().flags, *sources, "-o", str(built)])
        with built.open("rb") as written:
            os.fsync(written.fileno())
            digest = hashlib.file_digest(written, "sha256").hexdigest()
        # In one step, so that another process sees a whole library or none.
        built.replace(path)
    write_text(_beside(path), json.dumps({"sha256": digest}) + "\n")


def run_compiler(command: Sequence[str]) -> None:
    """Run a compiler, which may take `SECONDS`.

    Raises:
        NotBuiltError: where it fails or takes longer.
    """
    # In a session of its own, so that what it has started ends with it; what is read from is not its to read.
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=complaints, stderr=complaints, start_new_session=True
        ) as running,
    ):
        try:
            code = running.wait(SECONDS)
        except BaseException as error:
            os.killpg(running.pid, signal.SIGKILL)
            if isinstance(error, subprocess.TimeoutExpired):
                raise NotBuiltError(f"{command[0]} took longer than {SECONDS:.0f} seconds") from None
            raise
        if code != 0:
            complaints.seek(0)
            lines = complaints.read().decode(errors="replace").splitlines()
            first = next((line for line in lines if "error" in line), lines[-1] if lines else f"exit code {code}")
            raise NotBuiltError(f"{command[0]} could not compile them: {first.strip()}")


def _cache_folder() -> Path:
    home = os.environ.get("LOREDACT_HOME") or platformdirs.user_cache_dir("loredact")
    return Path(home) / "kernels"


def _digest(compiler: Sequence[str]) -> str:
    """One name for each source, compiler and processor: `-march=native` code runs on no lesser one."""
    processor, digest = this_processor(), hashlib.sha256()
    for path in sorted(SOURCE.glob("*.*")):
        digest.update(path.read_bytes())
    made = Path(compiler[0]).stat().st_mtime_ns
    digest.update(repr((_FLAGS, processor.flags, [*compiler], made, processor.architecture, every_flag())).encode())
    return digest.hexdigest()[:16]

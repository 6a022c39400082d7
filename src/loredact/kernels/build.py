"""Compile the kernels in `source` for this processor, once, and keep them in the user's cache."""

import ctypes
import functools
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import platformdirs

SOURCE = Path(__file__).with_name("source")
_FLAGS = (
    "-std=c++17",
    "-O3",
    "-march=native",
    "-fopenmp",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-shared",
    "-fPIC",
)


@functools.cache
def library() -> ctypes.CDLL | None:
    """The compiled kernels, or None where there is no C++ compiler with OpenMP: PyTorch's own operations serve then.

    They are linked to the OpenMP that PyTorch has loaded, and so share its threads. `$CXX` names another compiler.
    """
    if not sys.platform.startswith("linux"):
        return None
    compiler = shutil.which(os.environ.get("CXX") or "c++")
    if compiler is None:
        return None
    path = _cache_folder() / f"kernels-{_digest(compiler)}.so"
    try:
        if not path.exists():
            _compile(compiler, path)
        return ctypes.CDLL(str(path))
    except (OSError, subprocess.CalledProcessError):
        return None


def _compile(compiler: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".build-") as temporary:
        built = Path(temporary) / path.name
        # On x86 GCC prefers half-width vectors where it does not know the processor by name.
        wide = ("-mprefer-vector-width=512",) if platform.machine() == "x86_64" else ()
        command = [compiler, *_FLAGS, *wide, *map(str, sorted(SOURCE.glob("*.cpp"))), "-o", str(built)]
        subprocess.run(command, check=True, capture_output=True)
        # In one step, so that another process sees a whole library or none.
        built.replace(path)


def _cache_folder() -> Path:
    home = os.environ.get("LOREDACT_HOME") or platformdirs.user_cache_dir("loredact")
    return Path(home) / "kernels"


def _digest(compiler: str) -> str:
    """One name for each source, compiler and processor: `-march=native` code runs on no lesser one."""
    cpu = Path("/proc/cpuinfo")
    about = cpu.read_text(encoding="utf-8") if cpu.exists() else ""
    flags = next((line for line in about.splitlines() if line.startswith(("flags", "Features"))), "")
    digest = hashlib.sha256()
    for path in sorted(SOURCE.glob("*.*")):
        digest.update(path.read_bytes())
    digest.update(repr((_FLAGS, compiler, Path(compiler).stat().st_mtime_ns, platform.machine(), flags)).encode())
    return digest.hexdigest()[:16]

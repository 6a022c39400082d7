"""Run every kernel under AddressSanitizer and UndefinedBehaviorSanitizer, with random shapes and values.

    python -m tests.kernels.sanitize --cases 10000

Silence, but for the counts, is success: the first access outside of a tensor's memory, and the first operation that C++
leaves undefined, ends it with a report. Linux, with GCC (or another compiler in $CXX that has the sanitizers).
"""

import argparse
import ctypes
import functools
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

_SANITIZERS = "-fsanitize=address,undefined,float-cast-overflow"
_FLAGS = ("-std=c++17", "-O1", "-g", "-fopenmp", "-shared", "-fPIC", _SANITIZERS, "-fno-sanitize-recover=all")


def main() -> None:
    """Build the kernels with the sanitizers, and start a Python that has these loaded first."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="the seed of the first case")
    parser.add_argument("--library", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.library is not None:
        _run(given.library, range(given.first, given.first + given.cases))
        return
    from loredact.kernels import this_processor
    from loredact.kernels.build import SOURCE

    compiler = os.environ.get("CXX") or "c++"
    with tempfile.TemporaryDirectory() as temporary:
        library = Path(temporary) / "kernels.so"
        sources = map(str, sorted(SOURCE.glob("*.cpp")))
        subprocess.run([compiler, *_FLAGS, *this_processor().flags, *sources, "-o", str(library)], check=True)
        loaded_first = ":".join(
            subprocess.run(
                [compiler, f"-print-file-name={name}"], check=True, capture_output=True, text=True
            ).stdout.strip()
            for name in ("libasan.so", "libubsan.so")
        )
        # Python frees little of what it has at its end, and PyTorch catches what it throws itself.
        options = {"ASAN_OPTIONS": "detect_leaks=0", "UBSAN_OPTIONS": "print_stacktrace=1", "LD_PRELOAD": loaded_first}
        again = [sys.executable, "-m", "tests.kernels.sanitize", "--library", str(library)]
        again += ["--cases", str(given.cases), "--first", str(given.first)]
        sys.exit(subprocess.run(again, env={**os.environ, **options}, check=False).returncode)


def _run(path: Path, seeds: range) -> None:
    from loredact.kernels import call, this_processor
    from tests.kernels import cases

    calls: Counter[str] = Counter()

    def counted(name: str, kernel: Any, *arguments: Any) -> None:
        calls[name] += 1
        kernel(*arguments)

    table = call.choose(this_processor(), ctypes.CDLL(str(path)))
    table = {key: functools.partial(counted, key[0], kernel) for key, kernel in table.items()}
    refused = 0
    with call.using(table):
        for seed in seeds:
            try:
                refused += cases.run(seed)
            except Exception as error:
                raise SystemExit(f"case {seed}: {type(error).__name__}: {error}") from error
    print(f"{len(seeds)} cases, {refused} of them refused; calls of each kernel:")
    for name, count in sorted(calls.items()):
        print(f"  {name} {count}")


if __name__ == "__main__":
    main()

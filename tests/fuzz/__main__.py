"""Fuzz by coverage, with Atheris: mutations that reach new lines are kept, and mutated again.

    pip install -e '.[fuzz]'
    PYTHONPATH=benchmarks python -m tests.fuzz [--seconds 3600] [TARGET ...]

One target after the other, each in a process of its own. What was kept goes on from one call to the next (`--kept`),
and the smallest of it is written to `tests/fuzz/inputs`, which `test_fuzz.py` tries again each time. An input that
raises, takes over ten seconds or four gigabytes ends its target, and is written there too: what it shows is to be
mended. Exit code 1 where there was one.
"""

import argparse
import subprocess
import sys
from pathlib import Path

# Of what was kept, how many inputs are written, and the bytes of the longest.
_MOST, _LONGEST = 150, 1024
_FAULTS = ("crash-", "timeout-", "oom-")


def _fuzz(name: str, kept: Path, found: Path, seconds: int) -> None:
    """Fuzz the target until it fails or its time is over; does not return."""
    import atheris

    with atheris.instrument_imports(include=["loredact"]):
        from tests.fuzz.targets import TARGETS, known_inputs
    for number, known in enumerate(known_inputs(name)):
        (kept / f"known-{number}").write_bytes(known)
    limits = (
        "-timeout=10",
        "-rss_limit_mb=4096",
        "-max_len=4096",
        "-print_final_stats=1",
        f"-max_total_time={seconds}",
    )
    atheris.Setup([name, str(kept), *limits, f"-artifact_prefix={found}/"], TARGETS[name].run)
    atheris.Fuzz()


def main() -> int:
    """Fuzz each target."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", default=[], metavar="TARGET", help="all, if none is named")
    parser.add_argument("--seconds", type=int, default=3600, help="of each target")
    parser.add_argument("--kept", type=Path, default=Path("build/fuzz"), help="folder of what was kept")
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.alone:
        # Before anything of loredact is imported: it is instrumented as it is.
        name = given.targets[0]
        _fuzz(name, given.kept / name, given.kept / "found" / name, given.seconds)
    from tests.fuzz.targets import TARGETS, write_inputs

    failed = []
    for name in given.targets or TARGETS:
        print(f"{name}: {given.seconds} s", flush=True)
        kept, found = given.kept / name, given.kept / "found" / name
        for folder in (kept, found):
            folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "tests.fuzz", "--alone", name, "--seconds", str(given.seconds)]
        done = subprocess.run([*command, "--kept", str(given.kept)], check=False)
        if done.returncode:
            failed.append(name)
        faults = [path.read_bytes() for path in sorted(found.iterdir()) if path.name.startswith(_FAULTS)]
        small = sorted((path.read_bytes() for path in kept.iterdir()), key=lambda data: (len(data), data))
        write_inputs(name, [*faults, *(data for data in small if len(data) <= _LONGEST)][:_MOST])
    print(f"failed: {', '.join(failed) or 'none'}")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())

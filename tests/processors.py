"""Run the numerical part of the tests under each instruction set that this processor can be held to.

    python tests/processors.py [--only avx2 --only no-compiler] [-- what pytest is given]

PyTorch (ATEN_CPU_CAPABILITY), oneDNN (ONEDNN_MAX_CPU_ISA) and loredact (LOREDACT_ISA) are held to the same one; and
once there is no compiler. What the processor has not is left out.
"""

import argparse
import os
import subprocess
import sys
import time

from loredact.kernels import this_processor

# What a level is called, the set that the processor must have, and the environment that holds it there.
LEVELS = {
    "avx2": ("avx2", {"ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2", "LOREDACT_ISA": "avx2"}),
    "avx512": (
        "avx512",
        {"ONEDNN_MAX_CPU_ISA": "AVX512_CORE", "ATEN_CPU_CAPABILITY": "avx512", "LOREDACT_ISA": "avx512"},
    ),
    "avx512_bf16": (
        "avx512_bf16",
        {"ONEDNN_MAX_CPU_ISA": "AVX512_CORE_BF16", "ATEN_CPU_CAPABILITY": "avx512", "LOREDACT_ISA": "avx512_bf16"},
    ),
    "default": (None, {}),
    "no-compiler": (None, {"CXX": "none"}),
}


def main() -> None:
    """Run them, one level after the other, and say at the end how each went."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=LEVELS, help="one level; may be given again")
    parser.add_argument("pytest", nargs="*", help="arguments for pytest, behind --")
    given = parser.parse_args()
    here, codes = this_processor(), {}
    for name, (needed, held) in LEVELS.items():
        if given.only and name not in given.only:
            continue
        if needed is not None and needed not in here.sets:
            print(f"{name}: left out, {here.name} has no {needed}", flush=True)
            continue
        print(f"{name}: {' '.join(f'{key}={value}' for key, value in held.items()) or 'as it is'}", flush=True)
        began = time.monotonic()
        command = [sys.executable, "-m", "pytest", "-m", "numerical", *given.pytest]
        codes[name] = subprocess.run(command, env={**os.environ, **held}, check=False).returncode
        print(f"{name}: {'passed' if codes[name] == 0 else 'failed'} in {time.monotonic() - began:.0f} s", flush=True)
    failed = [name for name, code in codes.items() if code]
    if failed:
        sys.exit(f"failed under {', '.join(failed)}")


if __name__ == "__main__":
    main()

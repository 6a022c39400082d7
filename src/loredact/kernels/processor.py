"""What this processor can do, and so which kernels serve on it. Decided here and nowhere else."""

import functools
import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path

import torch

from loredact.errors import InputError

# The instruction sets that make a difference here, as PyTorch calls them.
_SETS = {
    "avx2": "avx2",
    "avx512_f": "avx512",
    "avx512_bf16": "avx512_bf16",
    "avx512_vnni": "avx512_vnni",
    "amx_bf16": "amx",
}
# What $LOREDACT_ISA may hold a processor to, and the sets that are left then.
LEVELS = {
    "avx2": frozenset({"avx2"}),
    "avx512": frozenset({"avx2", "avx512"}),
    "avx512_bf16": frozenset({"avx2", "avx512", "avx512_bf16", "avx512_vnni"}),
    "amx": frozenset(_SETS.values()),
}
# So that the compiler of `-march=native` leaves out what a level has not.
_WITHOUT = {"avx2": ("-mno-avx512f",), "avx512": ("-mno-avx512bf16", "-mno-avx512vnni")}
# The sets that a kernel is written in, of those that are written in any, and those of which oneDNN makes more: its
# matmuls in tiles (AMX) are faster than all of these, and in float32 ours is for half of what AVX-512 does at once.
_WRITTEN_IN = {
    "packed_linear_float32": ({"avx2"}, {"avx512", "amx"}),
    "encode_float32": ({"avx2"}, {"avx512", "amx"}),
    "packed_linear_bfloat16": ({"avx512_bf16"}, {"amx"}),
    "encode_bfloat16": ({"avx512_bf16"}, {"amx"}),
    "encode_int8_bfloat16": ({"avx512_bf16", "avx512_vnni"}, {"amx"}),
    "attend_by_matmul_bfloat16": ({"avx512_bf16"}, {"amx"}),
    "attend_backward_bfloat16": ({"avx512_bf16"}, {"amx"}),
    "int8_linear_bfloat16": ({"avx512_bf16", "avx512_vnni"}, {"amx"}),
}


@dataclass(frozen=True, slots=True)
class Processor:
    """A processor: what it is called, its architecture and operating system as Python names them, and the instruction
    sets that are to be used, of those in `LEVELS`; `level` is the one it is held to by $LOREDACT_ISA."""

    name: str
    architecture: str
    system: str
    sets: frozenset[str]
    level: str | None = None

    @property
    def multiplies_bfloat16(self) -> bool:
        """Whether it multiplies bfloat16 itself. Elsewhere that is emulated, and slower than float32."""
        return not self.sets.isdisjoint({"avx512_bf16", "amx"})

    def serves(self, kernel: str) -> bool:
        """Whether `kernel`, by its name with its type of number, runs here, and nothing else is faster."""
        written_in, slower_beside = _WRITTEN_IN.get(kernel, (set(), set()))
        return written_in <= self.sets and self.sets.isdisjoint(slower_beside)

    @property
    def flags(self) -> tuple[str, ...]:
        """What a compiler has to be told, so that its code runs on this processor and uses what is to be used."""
        if self.architecture not in ("x86_64", "AMD64"):
            return ("-march=native",)
        # GCC prefers half-width vectors where it does not know the processor by name.
        return ("-march=native", "-mprefer-vector-width=512", *_WITHOUT.get(self.level or "", ()))


@functools.cache
def this_processor() -> Processor:
    """The processor at hand, held to what `$LOREDACT_ISA` names: avx2, avx512, avx512_bf16 or amx.

    Raises:
        InputError: where it names something else.
    """
    level = os.environ.get("LOREDACT_ISA") or None
    if level is not None and level not in LEVELS:
        raise InputError(f"LOREDACT_ISA is {level!r}, and must be one of {', '.join(LEVELS)}.")
    capabilities = torch.cpu.get_capabilities()
    sets = frozenset(ours for theirs, ours in _SETS.items() if capabilities.get(theirs))
    name = capabilities.get("cpu_name") or platform.processor() or platform.machine()
    return Processor(str(name), platform.machine(), sys.platform, sets & LEVELS[level or "amx"], level)


def every_flag() -> str:
    """All that the operating system says the processor can do; nothing where it does not say so in `/proc`."""
    try:
        about = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return next((line for line in about.splitlines() if line.startswith(("flags", "Features"))), "")

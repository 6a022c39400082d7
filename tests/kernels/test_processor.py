"""Which kernels serve on which processor, and that each of them agrees with PyTorch before it is used."""

import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from loredact.errors import InputError
from loredact.kernels import Processor, call, check, gate, processor, this_processor
from loredact.kernels.build import Build, library

compiled_too = pytest.mark.skipif(library() is None, reason="there is no C++ compiler with OpenMP here")
FLOAT = {"packed_linear_float32"}
HALF = {"packed_linear_bfloat16", "attend_by_matmul_bfloat16", "attend_backward_bfloat16"}
INT8 = {"int8_linear_bfloat16"}
MATMULS = FLOAT | HALF | INT8


def _processor(*sets: str) -> Processor:
    return Processor("a processor", "x86_64", "linux", frozenset(sets))


@pytest.fixture
def asked_anew() -> Iterator[None]:
    this_processor.cache_clear()
    yield
    this_processor.cache_clear()


@pytest.mark.parametrize(
    ("sets", "products", "bfloat16"),
    [
        ((), set(), False),
        (("avx2",), FLOAT, False),
        (("avx2", "avx512"), set(), False),
        (("avx2", "avx512", "avx512_bf16"), HALF, True),
        (("avx2", "avx512", "avx512_bf16", "avx512_vnni"), HALF | INT8, True),
        (("avx2", "avx512", "avx512_bf16", "avx512_vnni", "amx"), set(), True),
    ],
)
def test_processor_says_which_kernels_serve_and_whether_it_multiplies_bfloat16(
    sets: tuple[str, ...], products: set[str], bfloat16: bool
) -> None:
    there = _processor(*sets)
    assert {name for name in MATMULS if there.serves(name)} == products
    assert there.serves("gate_float32")
    assert there.multiplies_bfloat16 == bfloat16


@compiled_too
def test_products_are_left_to_tiles_where_there_are_some() -> None:
    with_tiles = replace(this_processor(), sets=frozenset(processor.LEVELS["amx"]))
    assert not {call.name_of(name, dtype) for name, dtype in call.choose(with_tiles, library())} & MATMULS


@pytest.mark.usefixtures("asked_anew")
@pytest.mark.parametrize("level", processor.LEVELS)
def test_isa_holds_the_processor_to_a_level_and_its_compiler_too(level: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOREDACT_ISA", raising=False)
    at_hand = this_processor()
    monkeypatch.setenv("LOREDACT_ISA", level)
    this_processor.cache_clear()
    held = this_processor()
    assert held.sets == at_hand.sets & processor.LEVELS[level]
    assert held.level == level
    assert ("-mno-avx512f" in replace(held, architecture="x86_64").flags) == (level == "avx2")


@pytest.mark.usefixtures("asked_anew")
def test_isa_that_is_not_known_is_refused_with_those_that_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOREDACT_ISA", "sse9")
    with pytest.raises(InputError, match="avx2, avx512, avx512_bf16, amx"):
        this_processor()


def test_isa_of_one_level_computes_as_another(tmp_path: Path) -> None:
    script = "import torch, loredact.kernels as k; print(k.gate(torch.linspace(-3, 3, 80)).tolist())"
    levels = ({"LOREDACT_ISA": "avx2"}, {"CXX": "none"})
    outputs = []
    for level in levels:
        env = {**os.environ, "LOREDACT_HOME": str(tmp_path), **level}
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, env=env, text=True)
        outputs.append(torch.tensor(eval(done.stdout)))
    torch.testing.assert_close(*outputs, rtol=2e-6, atol=2e-6)


def test_processor_needs_no_proc(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object, **__: object) -> str:
        raise FileNotFoundError

    monkeypatch.setattr(Path, "read_text", missing)
    assert processor.every_flag() == ""


# --- the self-check


def test_self_check_knows_every_kernel() -> None:
    assert check._CHECKS.keys() == call._ARGUMENTS.keys()


@compiled_too
def test_self_check_finds_nothing_here_and_draws_no_random_number_of_the_callers() -> None:
    torch.manual_seed(3)
    expected = torch.rand(4)
    torch.manual_seed(3)
    assert check.disagreeing_kernels(call.choose(this_processor(), library())) == ()
    assert torch.equal(torch.rand(4), expected)


def _wrong(kernel: Any) -> Any:
    def wrong(*arguments: Any) -> None:
        kernel(*arguments)
        # The last thing that a kernel is given room for is what it gives, and begins with 785 now.
        pointers = [a for a, kind in zip(arguments, kernel.argtypes, strict=True) if kind is ctypes.c_void_p and a]
        ctypes.memset(pointers[-1], 0x44, 8)

    return wrong


@compiled_too
def test_self_check_names_each_kernel_that_computes_something_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call._decision, "table", None)
    table = call.choose(this_processor(), library())
    for key, kernel in table.items():
        found = check.disagreeing_kernels({**table, key: _wrong(kernel)})
        assert call.name_of(*key) in found
        # One without the other is of no use: attention's gradient takes what attention gives.
        assert set(found) <= {call.name_of(*key), "attend_backward_bfloat16"}


@compiled_too
def test_kernel_that_disagreed_is_not_used_and_is_said_until_the_processor_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = []

    def found(table: call.Table) -> tuple[str, ...]:
        checked.append(len(table))
        return ("gate_float32",)

    monkeypatch.setattr(check, "disagreeing_kernels", found)
    built = Build(library(), tmp_path / "kernels-1.so", None)
    monkeypatch.setattr(call, "build", lambda: built)
    for there, times in ((this_processor(), 1), (this_processor(), 1), (replace(this_processor(), name="new"), 2)):
        monkeypatch.setattr(call, "this_processor", lambda there=there: there)
        monkeypatch.setattr(call, "_decision", call._Decision(call._decision.lock))
        assert call.disagreeing() == ("gate_float32",)
        assert call.compiled("gate", torch.ones(1)) is None
        assert call.compiled("gate", torch.ones(1).bfloat16()) is not None
        assert len(checked) == times
    torch.testing.assert_close(gate(torch.tensor([[0.5, 3.0]])), torch.tensor([[0.9336888]]))

"""Compiled kernels are kept where nobody else can change them, and what is not as it was written is compiled anew."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from loredact.kernels import build
from loredact.kernels.build import Build, NotBuiltError, library, private_folder

compiled_too = pytest.mark.skipif(library() is None, reason="there is no C++ compiler with OpenMP here")


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A source that compiles in no time; gives the folder that compiled kernels are kept in."""
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "one.cpp").write_text('extern "C" int one() { return 1; }\n')
    monkeypatch.setattr(build, "SOURCE", tmp_path / "source")
    monkeypatch.setenv("LOREDACT_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "kernels"


def _script(path: Path, lines: str) -> str:
    path.write_text(f"#!/bin/sh\n{lines}\n")
    path.chmod(0o755)
    return str(path)


@compiled_too
def test_cache_is_the_users_alone_and_a_whole_library_is_not_compiled_again(small: Path) -> None:
    path = build._built()
    assert small.stat().st_mode & 0o777 == 0o700
    assert sorted(each.name for each in small.iterdir()) == [".lock", path.with_suffix(".json").name, path.name]
    before = path.stat().st_mtime_ns
    assert build._built() == path
    assert path.stat().st_mtime_ns == before


@compiled_too
@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-100]),
        lambda path: path.write_bytes(path.read_bytes()[:-1] + b"!"),
        lambda path: path.write_bytes(b"\x7fELF, planted"),
        lambda path: path.with_suffix(".json").unlink(),
        lambda path: path.with_suffix(".json").write_text("[]"),
        lambda path: path.with_suffix(".json").write_bytes(b"\xff"),
        lambda path: (path.unlink(), path.symlink_to("/etc/passwd")),
    ],
)
def test_library_that_is_not_as_it_was_written_is_compiled_again(small: Path, damage: Callable[[Path], object]) -> None:
    path = build._built()
    whole = path.read_bytes()
    # What has been loaded stays mapped: a new file in its place, as in another process.
    path.unlink()
    path.write_bytes(whole)
    damage(path)
    assert build._built() == path
    assert path.read_bytes() == whole
    assert build._is_whole(path)


def test_cache_that_others_could_write_to_is_emptied(tmp_path: Path) -> None:
    folder = tmp_path / "kernels"
    (folder / "nested").mkdir(parents=True)
    (folder / "kernels-0123456789abcdef.so").write_bytes(b"planted")
    folder.chmod(0o777)
    assert private_folder(folder) == folder
    assert not list(folder.iterdir())
    assert folder.stat().st_mode & 0o777 == 0o700


def test_cache_that_others_could_but_read_keeps_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "kernels-0123456789abcdef.so").write_bytes(b"own")
    tmp_path.chmod(0o755)
    private_folder(tmp_path)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"own"]
    assert tmp_path.stat().st_mode & 0o777 == 0o700


def test_cache_of_another_user_or_behind_a_link_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(NotBuiltError, match="no folder"):
        private_folder(tmp_path / "link")
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(NotBuiltError, match="another user"):
        private_folder(tmp_path)


@compiled_too
def test_compiler_may_be_given_arguments(small: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    said = tmp_path / "said"
    compiler = _script(tmp_path / "a compiler", f'echo "$1" > {said}; exec c++ "$@"')
    monkeypatch.setenv("CXX", f"'{compiler}' '-DTWO=1 + 1'")
    build._built()
    assert said.read_text() == "-DTWO=1 + 1\n"


@pytest.mark.parametrize("named", ["none", "'", "c++-of-nobody -O2"])
def test_compiler_that_is_not_there_is_said(named: str, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", named)
    with pytest.raises(NotBuiltError, match="no C\\+\\+ compiler"):
        build._built()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="kernels are compiled on Linux alone")
def test_compiler_that_fails_is_quoted_and_reads_nothing_of_ours(
    small: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CXX", _script(tmp_path / "c", "cat; echo warning: odd; echo one.cpp:1: error: no; exit 3"))
    with pytest.raises(NotBuiltError, match=r"could not compile them: one\.cpp:1: error: no$"):
        build._built()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="kernels are compiled on Linux alone")
def test_compiler_that_does_not_end_is_ended_with_all_that_it_started(
    small: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(build, "SECONDS", 0.5)
    alive = tmp_path / "alive"
    monkeypatch.setenv("CXX", _script(tmp_path / "c", f"(sleep 2; touch {alive}) & sleep 60"))
    began = time.monotonic()
    with pytest.raises(NotBuiltError, match="took longer than"):
        build._built()
    assert time.monotonic() - began < 20
    time.sleep(2.5)
    assert not alive.exists()


def test_where_there_are_no_kernels_it_is_said_once_and_not_at_import(tmp_path: Path) -> None:
    script = """
import sys, torch
import loredact.kernels as kernels
print("imported", file=sys.stderr)
for _ in range(3):
    print(kernels.gate(torch.ones(1, 4)).tolist())
"""
    env = {**os.environ, "CXX": "none", "LOREDACT_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, env=env, text=True)
    imported, said = done.stderr.splitlines()
    assert imported == "imported"
    assert said.startswith("loredact: there is no C++ compiler 'none'")
    assert len(done.stdout.splitlines()) == 3


def test_what_is_remembered_of_a_library_stands_beside_it(tmp_path: Path) -> None:
    built = Build(None, tmp_path / "kernels-1.so", None)
    assert built.about == {}
    built.remember(sha256="1")
    built.remember(disagreed=["gate_float32"])
    assert built.about == {"sha256": "1", "disagreed": ["gate_float32"]}

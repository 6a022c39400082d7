"""What Linux alone has is used where it is, and done without elsewhere."""

import subprocess
import sys
from pathlib import Path

from loredact.bases import Base
from loredact.corpora import write_corpus
from loredact.document import Document
from loredact.masking import Masker
from tests.conftest import random_tagger

# Another system, as far as loredact can tell; PyTorch keeps its own, which cannot be taken from it.
ELSEWHERE = """
import builtins, ctypes, io, os, pathlib, shutil, sys, sysconfig
import torch, transformers

sysconfig.get_config_vars()  # which reads a file by the name of the system

def without_proc(opened):
    def open_(file, *others, **named):
        if str(file).startswith("/proc"):
            raise FileNotFoundError(2, "no such file", file)
        return opened(file, *others, **named)
    return open_

class CDLL(ctypes.CDLL):
    def __init__(self, name, *others, **named):
        if name is None:
            raise OSError("the process is no library here")
        super().__init__(name, *others, **named)

for name in ("sched_getaffinity", "register_at_fork", "geteuid"):
    delattr(os, name)
builtins.open, io.open, ctypes.CDLL = without_proc(builtins.open), without_proc(io.open), CDLL
shutil.which = lambda *_, **__: None
sys.modules["resource"] = None
sys.platform = "another"
"""


def _run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", ELSEWHERE + script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)


def test_masking_needs_nothing_of_linux(tmp_path: Path, tiny_base: Base, people: list[Document]) -> None:
    random_tagger(tiny_base).save(tmp_path)
    text = people[0].text
    masked = Masker.load(tmp_path, compute="float32").mask(text).text
    script = "from loredact import Masker; print(Masker.load(sys.argv[1], compute='float32').mask(sys.argv[2]).text)"
    done = _run(script, tmp_path, text)
    assert done.stdout == masked + "\n", done.stderr
    assert done.stderr.count("loredact: ") == 1
    assert "PyTorch's own operations are used" in done.stderr


def test_training_needs_nothing_of_linux(tmp_path: Path, tiny_base: Base, people: list[Document]) -> None:
    write_corpus(tmp_path / "people.jsonl", people)
    script = """
from loredact.cli import run
sys.argv = ["loredact", "train", sys.argv[1], "--base", sys.argv[2], "--out", sys.argv[3], "--epochs", "1"]
run()
"""
    done = _run(script, tmp_path / "people.jsonl", tiny_base.folder, tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "report.json").exists()

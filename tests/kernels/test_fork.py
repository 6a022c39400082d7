"""A process that was forked masks as the one that it was forked from."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from loredact.bases import Base
from tests.conftest import random_tagger

SCRIPT = """
import os, sys, torch
from loredact import Masker

texts = [f"Today we met Ada Lovelace on {n} 34 56." for n in range(40)]
masker = Masker.load(sys.argv[1], rules=False, compute="float32")
# Threads are started by what is large enough for them.
(torch.randn(600, 600) @ torch.randn(600, 600)).exp().sum()
before = [masked.text for masked in masker.mask_many(texts)]
assert torch.get_num_threads() == 2
child = os.fork()
if child == 0:
    same = [masked.text for masked in masker.mask_many(texts)] == before
    (torch.randn(600, 600) @ torch.randn(600, 600)).exp().sum()
    os._exit(0 if same and torch.get_num_threads() == 1 else 3)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert torch.get_num_threads() == 2
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_fork_masks_with_one_thread_and_does_not_wait_for_those_of_its_parent(tmp_path: Path, tiny_base: Base) -> None:
    random_tagger(tiny_base).save(tmp_path)
    env = {**os.environ, "OMP_NUM_THREADS": "2"}
    command = [sys.executable, "-c", SCRIPT, str(tmp_path)]
    done = subprocess.run(command, check=False, env=env, timeout=120, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()

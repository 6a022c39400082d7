"""What the process keeps in memory and what it lets go."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from loredact.network.allocator import keep_few_products
from loredact.network.weights import read_weights

linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


def _from_files_mb() -> float:
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in lines if line.startswith("RssFile")).split()[1]) / 1024


@linux_only
def test_weights_stay_what_they_are_while_their_pages_are_let_go(tmp_path: Path) -> None:
    torch.manual_seed(0)
    # Neither size nor place of the small ones is a whole number of pages.
    weights = {"large": torch.randn(4096, 2048), "a": torch.randn(3), "b": torch.randn(777)}
    save_file(weights, str(tmp_path / "model.safetensors"))
    with read_weights(tmp_path, "", torch.float32) as take:
        taken = {name: take(name, *weight.shape) for name, weight in weights.items()}
        copied = {name: weight.clone() for name, weight in taken.items()}
        held = _from_files_mb()
    assert held - _from_files_mb() > 25  # of 32 MB
    for name, weight in weights.items():
        assert torch.equal(taken[name], weight)
        assert torch.equal(copied[name], weight)


def test_how_many_products_are_kept_is_said_where_nobody_has_said_it() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("LRU_CACHE_CAPACITY", raising=False)
        patch.setenv("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "7")
        keep_few_products()
        assert os.environ["LRU_CACHE_CAPACITY"] == "32"
        assert os.environ["ONEDNN_PRIMITIVE_CACHE_CAPACITY"] == "7"


@linux_only
@pytest.mark.skipif(not torch.backends.mkldnn.is_available(), reason="this PyTorch has no oneDNN")  # type: ignore[no-untyped-call]
def test_products_of_many_lengths_leave_little_behind() -> None:
    script = """
import torch
from pathlib import Path
from loredact.network.allocator import keep_few_products

def anonymous_mb():
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("RssAnon")).split()[1]) / 1024

LIMIT = True
if LIMIT:
    keep_few_products()
weight = torch.randn(512, 512).bfloat16()
with torch.no_grad():
    for rows in range(1, 401):
        torch.nn.functional.linear(torch.ones(rows, 512).bfloat16(), weight)
        if rows == 40:
            before = anonymous_mb()
print(anonymous_mb() - before)
"""
    grown = []
    for limited in ("True", "False"):
        environment = {name: value for name, value in os.environ.items() if not name.endswith("CACHE_CAPACITY")}
        command = [sys.executable, "-c", script.replace("LIMIT = True", f"LIMIT = {limited}")]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        grown.append(float(done.stdout))
    if grown[1] < 10:
        pytest.skip("oneDNN makes no code for these products on this processor")
    assert grown[0] < grown[1] / 2

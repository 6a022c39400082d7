"""LLaMA Factory itself trains on what is exported, and merges what loredact wrote."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

RECIPE = Path(__file__).parents[2] / "recipes" / "llamafactory.py"
PLACE = os.environ.get("LOREDACT_LLAMAFACTORY")


@pytest.mark.skipif(
    PLACE is None,
    reason="LOREDACT_LLAMAFACTORY names no folder: LLaMA Factory takes an environment of 3 GB there, and some minutes",
)
def test_llama_factory_trains_from_what_is_exported_and_merges_what_is_written_here(tmp_path: Path) -> None:
    """LOREDACT_LLAMAFACTORY is a folder in which the environment is kept, made where it is not there yet."""
    assert PLACE is not None
    environment = Path(PLACE).resolve()
    environment.mkdir(parents=True, exist_ok=True)
    (tmp_path / "environment").symlink_to(environment)
    subprocess.run([sys.executable, str(RECIPE), "--out", str(tmp_path), "--steps", "24"], check=True)
    assert (tmp_path / "data" / "adapter" / "adapter_model.safetensors").exists()

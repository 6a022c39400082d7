"""What is given out can be built again to the byte, and says what it is made of."""

import json
import os
import subprocess
import zipfile
from pathlib import Path

import pytest

from release.lock import needed, write_sbom
from release.wheel import ROOT, build


def _is_clone() -> bool:
    return subprocess.run(["git", "-C", str(ROOT), "rev-parse"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not _is_clone(), reason="what is tracked is known in a clone alone")
def test_two_builds_of_the_wheel_are_equal_byte_for_byte(tmp_path: Path) -> None:
    first = build(tmp_path / "first")
    before = os.umask(0o077)
    try:
        second = build(tmp_path / "second")
    finally:
        os.umask(before)
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as wheel:
        names = wheel.namelist()
    assert "loredact/py.typed" in names
    assert "loredact/adapters/default/adapter_model.safetensors" in names
    assert not [name for name in names if not name.startswith(("loredact/", "loredact-"))]


def test_the_sbom_names_what_loredact_needs_with_versions(tmp_path: Path) -> None:
    versions = needed()
    assert {"torch", "safetensors", "tokenizers", "numpy", "sympy"} <= versions.keys()
    assert "pytest" not in versions
    write_sbom(tmp_path / "sbom.json", versions)
    told = json.loads((tmp_path / "sbom.json").read_text())
    assert told["bomFormat"] == "CycloneDX"
    assert told["metadata"]["component"]["name"] == "loredact"
    assert {part["name"]: part["version"] for part in told["components"]} == versions
    write_sbom(tmp_path / "again.json", versions)
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "sbom.json").read_bytes()

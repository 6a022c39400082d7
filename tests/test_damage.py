"""Of damaged copies each gives the undamaged result or is refused: `benchmarks/damage.py`, some of its copies."""

from pathlib import Path

import damage
import pytest

from loredact.bases import CATALOGUE, DEFAULT_BASE


@pytest.mark.parametrize("digests", [True, False])
def test_a_damaged_adapter_or_base_masks_as_before_or_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, digests: bool
) -> None:
    # It sets both; they are as they were afterwards.
    monkeypatch.setenv("LOREDACT_HOME", str(tmp_path / "home"))
    monkeypatch.setitem(CATALOGUE, damage.CACHED, CATALOGUE[DEFAULT_BASE])
    said: list[str] = []
    assert damage.run(80, 0, tmp_path, said.append, digests=digests) == 0, said

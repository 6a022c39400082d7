"""A few of the faults of `make faults`, those that no other test makes."""

import random
from pathlib import Path

import pytest

from tests.faults import ROWS


@pytest.mark.parametrize("row", ["adapter", "full-disk"])
def test_a_fault_leaves_what_is_promised(tmp_path: Path, row: str) -> None:
    assert ROWS[row](2, random.Random(11), tmp_path) == 2

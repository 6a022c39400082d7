"""Each test that the security page names exists."""

import re
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "security.md"
_NAMED = re.compile(r"`([\w/]+\.py|…)::(test_\w+)")


def test_each_test_that_the_page_names_exists() -> None:
    named = [
        (TESTS / ("test_fail_closed.py" if file == "…" else file), name)
        for file, name in _NAMED.findall(PAGE.read_text())
    ]
    assert len(named) > 60
    missing = [
        f"{file.name}::{name}" for file, name in named if not file.exists() or f"def {name}(" not in file.read_text()
    ]
    assert missing == []

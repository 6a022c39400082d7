"""A folder that is written whole or not at all."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from loredact.errors import InputError


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """Give a path beside `out` at which to make the folder; on success it takes `out`'s place in one step.

    Raises:
        InputError: where `out` is there already.
    """
    if out.exists():
        raise InputError(f"{out} is there already. Remove it, or export to another folder.")
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".export-") as temporary:
        made = Path(temporary) / "made"
        yield made
        made.replace(out)

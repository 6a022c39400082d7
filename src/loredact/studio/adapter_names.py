"""The adapters that a folder can use, by name: those that ship with the package, and those of its own runs."""

from pathlib import Path

from loredact.adapters import DEFAULT_ADAPTER, find_adapter
from loredact.errors import InputError

SHIPPED = (DEFAULT_ADAPTER, "fast")
RUNS_FOLDER = "runs"
# Beneath the folder of a run.
ADAPTER = "adapter"
# As `loredact.adapters.description.FILE`, whose import would make the pages wait for PyTorch.
DESCRIPTION_FILE = "loredact.json"


def adapter_folder(folder: Path, name: str) -> Path:
    """Where the adapter called `name` is.

    Raises:
        InputError: where there is none of that name.
    """
    if name in SHIPPED:
        return find_adapter(name)
    if name not in own_adapters(folder):
        raise InputError("There is no such adapter.")
    return folder / RUNS_FOLDER / name / ADAPTER


def own_adapters(folder: Path) -> list[str]:
    """The names of the runs that left an adapter, in order."""
    found = (folder / RUNS_FOLDER).glob(f"*/{ADAPTER}/{DESCRIPTION_FILE}")
    return sorted(path.parent.parent.name for path in found)

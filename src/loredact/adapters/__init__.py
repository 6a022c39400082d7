"""The adapters that ship with the package, each in a folder here, and how to find one by name."""

from collections.abc import Callable
from pathlib import Path

DEFAULT_ADAPTER = "default"
_FOLDER = Path(__file__).parent


def is_shipped(folder: Path) -> bool:
    """Whether the adapter in `folder` is one that ships with the package."""
    return folder.resolve().parent == _FOLDER.resolve()


def find_adapter(name: str | Path, say: Callable[[str], None] = lambda step: None) -> Path:
    """The folder of the adapter called `name`: one that ships with the package, or the folder `name` itself.

    Where it could be either, `say` is told which is taken.
    """
    ships = isinstance(name, str) and name.isidentifier() and (_FOLDER / name / "loredact.json").exists()
    if ships and Path(name).is_dir():
        say(f"{name} is the adapter that ships with loredact, and not the folder, which is ./{name}")
    return _FOLDER / name if ships else Path(name)

"""The adapters that ship with the package, each in a folder here, and how to find one by name."""

from pathlib import Path

DEFAULT_ADAPTER = "default"
_FOLDER = Path(__file__).parent


def find_adapter(name: str | Path) -> Path:
    """The folder of the adapter called `name`: one that ships with the package, or the folder `name` itself."""
    ships = isinstance(name, str) and name.isidentifier() and (_FOLDER / name / "loredact.json").exists()
    return _FOLDER / name if ships else Path(name)

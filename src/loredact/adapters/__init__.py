"""The adapters that ship with the package, and how to find one by name."""

from pathlib import Path

DEFAULT_ADAPTER = "default"
SHIPPED = (DEFAULT_ADAPTER,)


def find_adapter(name: str | Path) -> Path:
    """The folder of the adapter called `name`: one that ships with the package, or the folder `name` itself."""
    return Path(__file__).parent / name if str(name) in SHIPPED else Path(name)

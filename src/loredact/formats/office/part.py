"""A part of a package of Office Open XML."""

from collections.abc import Iterator

from loredact.document import Masked
from loredact.formats.cell import Cell
from loredact.formats.office.package import Package


class Part:
    """A part of a package: its texts, and how they are replaced."""

    def __init__(self, package: Package, name: str) -> None:
        self.package = package
        self.name = name

    def cells(self) -> Iterator[Cell]:
        """The part's cells."""
        raise NotImplementedError

    def mask(self, masks: Iterator[Masked], changed: dict[str, bytes]) -> None:
        """Take a `Masked` for each cell, and put the bytes of what it changes into `changed`, by the part's name."""
        raise NotImplementedError

"""What each format can do: read a file as a stream of cells, and write it again with cells replaced."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from loredact.document import Masked
from loredact.formats.cell import Cell


def no_note(note: str) -> None:
    """Take a note and do nothing with it."""


def noted_once(note: Callable[[str], None]) -> Callable[[str], None]:
    """`note`, which is told nothing twice: a file is read more than once."""
    told: set[str] = set()

    def tell(line: str) -> None:
        if line not in told:
            told.add(line)
            note(line)

    return tell


@dataclass(frozen=True, slots=True)
class Options:
    """How files are read; a format takes what concerns it.

    `numbers` and `keys` make the numbers and the keys of JSON cells too, `scripts` the scripts and styles of HTML.
    `note` is told in a line, without any value, what of a file was left as it is, such as a picture in a mail.
    `unread` lets pages of a PDF stay that nothing here can read; without it such a file is refused.
    `depth` is how many containers may lie in one another: a zip in a mail in a zip.
    """

    numbers: bool = False
    keys: bool = False
    scripts: bool = False
    note: Callable[[str], None] = no_note
    depth: int = 4
    unread: bool = False

    def within(self) -> "Options":
        """The options for what is within a container."""
        return replace(self, depth=self.depth - 1)


class Format(Protocol):
    """A format of files. Made by the registry as `Kind(options)`; it keeps nothing of a file between calls.

    Both methods stream: what they hold does not grow with the file, or has a stated limit.
    """

    name: str
    suffixes: tuple[str, ...]

    def cells(self, source: Path) -> Iterator[Cell]:
        """The cells of `source`, in the order of the file; the same ones each time.

        Raises:
            InputError: where the file is damaged, locked, or over a limit, with the place and no value.
        """
        ...

    def rewrite(self, source: Path, out: Path, masked: Iterable[Masked]) -> None:
        """Write `source` to `out`, an empty file, with each cell's replacements, and everything else as it was.

        `masked` is lazy and gives one `Masked` a cell in the order of `cells`, whose replacements have offsets into the
        cell's text. It is taken in step: the next one only when its cell has been read, and none after the last cell,
        since the rest of it may belong to the next member of a container.

        Raises:
            InputError: as `cells`.
        """
        ...

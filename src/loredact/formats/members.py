"""Files within files: written to a folder of their own for a while, each to be read by its own format."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Protocol

from loredact.document import Masked
from loredact.errors import InputError
from loredact.formats.cell import Cell
from loredact.formats.format import Format, Options
from loredact.formats.registry import NoFormatError, find_format

_BLOCK_BYTES = 1 << 18
# What unpacks to more than this is refused, unless what it was packed in is large too: a bomb, and no text.
_ANYWAY_BYTES, _MOST_RATIO = 1 << 28, 300
MOST_MEMBERS = 100_000  # of an archive
_COMPRESSIONS = frozenset({".gz", ".gzip", ".bz2", ".xz", ".zst", ".zstd"})
_MOST_SUFFIXES = 4


class Readable(Protocol):
    """What gives bytes."""

    def read(self, size: int, /) -> bytes: ...


class Allowance:
    """How much may come out of a file of `packed` bytes.

    Text is seldom packed to less than a fiftieth; a bomb to a thousandth and less.
    """

    def __init__(self, packed: int) -> None:
        self.left = max(_ANYWAY_BYTES, packed * _MOST_RATIO)

    def take(self, size: int) -> None:
        """Count `size` bytes that are about to come out.

        Raises:
            InputError: where they are too many.
        """
        self.left -= size
        if self.left < 0:
            raise InputError(f"It unpacks to more than {_MOST_RATIO} times its size, which no text does: a bomb.")

    def unpack(self, stream: Readable, to: Path) -> None:
        """Write what `stream` gives to `to`."""
        with to.open("wb") as file:
            while data := stream.read(_BLOCK_BYTES):
                self.take(len(data))
                file.write(data)


@contextmanager
def own_folder() -> Iterator[Path]:
    """A folder for the file that is within, gone afterwards; nobody else may look into it."""
    with tempfile.TemporaryDirectory(prefix="loredact-") as folder:
        yield Path(folder)


def place_for(folder: Path, name: str) -> Path:
    """Where in `folder` to put a file that is called `name` elsewhere: its suffix says what it may hold, and that
    before a compression's what is to be unpacked from it.
    """
    kept: list[str] = []
    for suffix in reversed(PurePosixPath(name.replace(chr(92), "/")).suffixes[-_MOST_SUFFIXES:]):
        kept.insert(0, suffix[:16])
        if suffix.lower() not in _COMPRESSIONS:
            break
    return folder / f"member{''.join(kept)}".replace("\0", "")


def format_within(file: Path, options: Options, where: str) -> Format | None:
    """The format of a file that was within another; None, and a note, where no format fits.

    Raises:
        InputError: where it is damaged, or too many files lie in one another.
    """
    if options.depth <= 0:
        raise InputError(f"{where}: too many files lie in one another.")
    try:
        return find_format(file, options.within())
    except NoFormatError:
        options.note(f"{where} is left as it is: no format that is read here fits it")
        return None


@contextmanager
def told_within(where: str) -> Iterator[None]:
    """Within this, an error says in which member it is."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{where}: {error}") from None


def cells_of_members(members: Iterable[tuple[str, object, Path | None]], options: Options) -> Iterator[Cell]:
    """The cells of an archive's members. Of each: its place in words, its header, a file with its content or None."""
    for where, _, file in members:
        if file is None:
            continue
        with told_within(where):
            found = format_within(file, options, where)
            if found is not None:
                for cell in found.cells(file):
                    yield Cell(cell.text, f"{where}, {cell.where}", cell.heading, cell.row)


def masked_member(file: Path, options: Options, where: str, masked: Iterator[Masked]) -> Path:
    """A file beside the member `file` with what is `masked` of it; `file` itself where no format fits it."""
    with told_within(where):
        found = format_within(file, options, where)
        if found is None:
            return file
        put = file.with_name("masked")
        put.touch()
        found.rewrite(file, put, masked)
        return put

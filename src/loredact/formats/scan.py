"""The work that formats share whose files are text: a scan yields what to copy and what to mask, in order."""

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from loredact.document import Masked
from loredact.errors import InputError
from loredact.formats.cell import Cell
from loredact.formats.decoded import Decoded, Write
from loredact.formats.encoding import Encoding, encoding_of
from loredact.formats.format import Format, Options

# The longest string, field, tag or other part of a file that is held at once, in characters.
LONGEST = 1 << 24


@dataclass(frozen=True, slots=True)
class Slot:
    """A place whose text is to be masked. What a scan gets back for it is what is to stand there, encoded."""

    cell: Cell
    decoded: Decoded
    write: Write

    def replace(self, masked: Masked) -> str:
        """The encoded text with the replacements of `masked`."""
        return self.decoded.replace(masked.replacements, self.write)


@dataclass(frozen=True, slots=True)
class Inside:
    """A file within the file, to be masked by its own format into `out`; what a scan gets back for it is nothing.

    `out` is there only once it has been written, which is not where the cells alone were asked for.
    `where` is put before the places of its cells.
    """

    format: Format
    source: Path
    out: Path
    where: str


# Yields what is copied as it is, and slots, for which it is sent what is to stand there and which it may yield itself.
Scan = Generator[str | Slot | Inside, str, None]


def cells_of(scan: Scan) -> Iterator[Cell]:
    """The cells that `scan` comes by."""
    try:
        event = next(scan)
        while True:
            sent = ""
            if isinstance(event, Slot):
                yield event.cell
                sent = event.decoded.encoded
            elif isinstance(event, Inside):
                for cell in event.format.cells(event.source):
                    yield replace(cell, where=f"{event.where}, {cell.where}")
            event = scan.send(sent)
    except StopIteration:
        return


def write_scan(scan: Scan, masked: Iterable[Masked], put: Callable[[str], object]) -> None:
    """Give what `scan` yields to `put`, masked by `masked`, of which one is taken for each slot."""
    taken = iter(masked)
    try:
        event = next(scan)
        while True:
            sent = ""
            if isinstance(event, Slot):
                sent = event.replace(next_of(taken))
            elif isinstance(event, Inside):
                event.out.touch()
                event.format.rewrite(event.source, event.out, taken)
            elif event:
                put(event)
            event = scan.send(sent)
    except StopIteration:
        return


def placed(scan: Scan, where: str) -> Scan:
    """`scan`, with `where` before the places of its cells."""
    if not where:
        yield from scan
        return
    try:
        event = next(scan)
        while True:
            if isinstance(event, Slot):
                event = replace(event, cell=replace(event.cell, where=f"{where}{event.cell.where}"))
            event = scan.send((yield event))
    except StopIteration:
        return


def collected(scan: Scan) -> Generator[Slot | Inside, str, str]:
    """The slots of `scan`; when it ends, what it would have written, in one text."""
    parts: list[str] = []
    try:
        event = next(scan)
        while True:
            sent = ""
            if isinstance(event, str):
                parts.append(event)
            else:
                sent = yield event
            event = scan.send(sent)
    except StopIteration:
        return "".join(parts)


def next_of(masked: Iterator[Masked]) -> Masked:
    """The next of `masked`, one for each cell; that it ends too early is a fault of the program and no input error."""
    found = next(masked, None)
    if found is None:
        raise RuntimeError("there are fewer masked texts than cells")
    return found


class Held:
    """What is held of a text that comes in blocks, from the first character that is not yet done with."""

    def __init__(self, blocks: Iterator[str]) -> None:
        self._blocks = blocks
        self.text = ""
        self.at = 0
        self.ended = False

    def more(self, what: str) -> bool:
        """Take in at least as much again as is held, since `what` is longer than that; False: there is no more.

        So a part of any length is looked at as often as its length has binary digits.

        Raises:
            InputError: where more than `LONGEST` is held.
        """
        if self.ended:
            return False
        rest = self.text[self.at :]
        if len(rest) > LONGEST:
            raise InputError(f"{what} is longer than {LONGEST:,} characters.")
        parts, length = [rest], 0
        while length <= len(rest):
            block = next(self._blocks, None)
            if block is None:
                self.ended = True
                break
            parts.append(block)
            length += len(block)
        self.text, self.at = "".join(parts), 0
        return True


class ScannedText:
    """A format whose files are text in some encoding; a kind of it has `name`, `suffixes` and `scan`."""

    name = ""
    suffixes: tuple[str, ...] = ()

    def __init__(self, options: Options) -> None:
        self.options = options

    def declared(self, source: Path) -> str | None:
        """The encoding that the file says it is in, if it says so."""
        return None

    def scan(self, blocks: Iterator[str]) -> Scan:
        """What of the text in `blocks` is copied and what is masked."""
        raise NotImplementedError

    def cells(self, source: Path) -> Iterator[Cell]:
        """The cells of the file. See `Format.cells`."""
        yield from cells_of(self.scan(self._encoding(source).read(source)))

    def rewrite(self, source: Path, out: Path, masked: Iterable[Masked]) -> None:
        """Write the file with its cells masked. See `Format.rewrite`."""
        encoding = self._encoding(source)
        with out.open("wb") as file:
            file.write(encoding.mark)
            write_scan(self.scan(encoding.read(source)), masked, lambda text: file.write(encoding.encode(text)))

    def _encoding(self, source: Path) -> Encoding:
        return encoding_of(source, self.declared(source))

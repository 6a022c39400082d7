"""Files to chunks of cells, and to what is found in them: some chunks ahead of the one that is being written."""

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from loredact.batch.asked import as_context
from loredact.batch.chunks import chunks
from loredact.batch.journal import Found, Journal
from loredact.batch.tree import STATE, File
from loredact.batch.work import Work
from loredact.batch.workers import Submit, result_of
from loredact.formats import Cell, Format, find_format


@dataclass(frozen=True, slots=True)
class Begun:
    """A file whose chunks come next. `notes` are made while it is read."""

    file: File
    format: Format
    digest: str
    journal: Journal
    notes: dict[str, None]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Cells of the file that was begun last, and what is found in them, now or before."""

    number: int
    cells: list[Cell]
    _found: "Future[Found] | Found"

    @property
    def is_new(self) -> bool:
        """Whether it was not found before, and is not in the journal."""
        return isinstance(self._found, Future)

    def found(self) -> Found:
        """The spans of each cell. See `result_of` for what it raises."""
        return result_of(self._found) if isinstance(self._found, Future) else self._found

    def drop(self) -> None:
        """Find nothing in it, if that was not begun."""
        if isinstance(self._found, Future):
            self._found.cancel()


@dataclass(frozen=True, slots=True)
class Ended:
    """All of the file's cells were there; or `reason` is why they were not, and it may not even have been begun."""

    file: File
    digest: str
    reason: Exception | None = None


Step = Begun | Chunk | Ended


def read(files: Iterable[tuple[File, str]], out: Path, work: Work, identity: str, submit: Submit) -> Iterator[Step]:
    """The steps of the files, each given with its digest: one `Begun`, chunks, and one `Ended`, which never fails."""
    for file, digest in files:
        try:
            notes: dict[str, None] = {}
            found_format = find_format(file.source, work.options(notes.setdefault))
            journal = Journal(state_of(file, out, ".journal"), f"{digest} {identity}")
            yield Begun(file, found_format, digest, journal, notes)
            before = journal.found()
            for number, cells in enumerate(chunks(found_format.cells(file.source))):
                count, known = next(before, (0, []))
                yield Chunk(number, cells, known if count == len(cells) else submit(as_context(cells, work.columns)))
        except Exception as error:
            yield Ended(file, digest, error)
        else:
            yield Ended(file, digest)


def ahead(steps: Iterable[Step], count: int) -> Iterator[Step]:
    """`steps`, taken so early that `count` chunks are found in or wait to be."""
    waiting: deque[Step] = deque()
    held = 0
    for step in steps:
        waiting.append(step)
        held += isinstance(step, Chunk)
        while held > count:
            held -= isinstance(waiting[0], Chunk)
            yield waiting.popleft()
    yield from waiting


def state_of(file: File, out: Path, suffix: str) -> Path:
    """Where something of the file is kept as long as it is not done."""
    return out / STATE / (hex_of(file.name) + suffix)


def hex_of(name: str) -> str:
    """A name of one length for a path of any."""
    return hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:24]

"""Mask files and trees into a folder: all cores, in order, going on where it was stopped."""

import os
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout

import loredact
from loredact.batch.asked import NOTHING_ASKED, is_asked
from loredact.batch.columns import Columns
from loredact.batch.manifest import Entry, Manifest
from loredact.batch.reading import Begun, Chunk, Ended, Step, ahead, read, state_of
from loredact.batch.tree import MANIFEST, STATE, File, files_to_write
from loredact.batch.work import Work, digest_of
from loredact.batch.workers import best_workers, finders
from loredact.document import Masked
from loredact.errors import InputError, LoredactError
from loredact.masking import Masker
from loredact.operators import Context

_UNFORESEEN = 70  # the exit code of a fault of loredact's own


@dataclass(frozen=True, slots=True)
class Report:
    """Who is told what: `problem` a file's name and why it could not be done, `note` a file's name and what of it was
    left as it is, `moved` the share of all bytes that is done and the name of the file that is being done, `masked` a
    file's name and what became of each of its cells.
    """

    problem: Callable[[str, str], None] = lambda name, reason: None
    note: Callable[[str, str], None] = lambda name, note: None
    moved: Callable[[float, str], None] = lambda share, name: None
    masked: Callable[[str, Masked], None] = lambda name, masked: None


@dataclass(slots=True)
class Outcome:
    """How many files were masked, had not changed since they were, and could not be done.

    `counts` are the replacements by label, also in files that had not changed; `exit_code` is the worst reason's.
    `not_met` are the columns that were asked for and that no file had, where all files were read.
    """

    done: int = 0
    unchanged: int = 0
    failed: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    exit_code: int = 0
    not_met: tuple[str, ...] = ()


def mask_files(
    paths: Sequence[Path],
    out: Path,
    work: Work,
    masker: Masker,
    *,
    workers: int | None = None,
    report: Report | None = None,
) -> Outcome:
    """Mask the files that `paths` are or hold into the folder `out`, and note each in its `loredact.jsonl`.

    `masker` is what `work` loads. A file is written whole or not at all. What was masked before, from the same bytes by
    the same work, is not masked again; a large file that was begun goes on behind what was found in it. What comes out
    depends neither on `workers` nor on whether the run was stopped.

    Raises:
        InputError: where the paths or the folder cannot be used, or another run is at work in the folder. A file that
            cannot be read is reported, and the others are done.
        LoredactError: where the adapter is damaged, or a worker process ended.
    """
    files = files_to_write(paths, out)
    if not files:
        raise InputError("There is no file to mask.")
    count = workers or best_workers()
    with _alone_in(out), finders(masker, count) as submit:
        run = _Run(files, out, work, masker, report or Report())
        run.mask(ahead(read(run.stale(), out, work, run.identity, submit), 2 * count))
        run.tell_of_columns()
        return run.outcome


@contextmanager
def _alone_in(out: Path) -> Iterator[None]:
    """Hold the folder's lock, and leave nothing but results behind when all is done."""
    state = out / STATE
    state.mkdir(parents=True, exist_ok=True)
    lock = FileLock(state / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise InputError(f"Another run is masking into {out}.") from None
    try:
        yield
    finally:
        lock.release()
        (state / "lock").unlink(missing_ok=True)
        if not any(state.iterdir()):
            state.rmdir()


class _CellsEndedError(Exception):
    """That the cells could not be read, for `reason`, said to who writes them: no format mistakes it for its own."""

    def __init__(self, reason: Exception) -> None:
        super().__init__()
        self.reason = reason


@dataclass(slots=True)
class _Tally:
    """Of the file that is being written."""

    cells: int = 0
    asked: int = 0
    characters: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    ended: bool = False


class _Run:
    def __init__(self, files: Sequence[File], out: Path, work: Work, masker: Masker, report: Report) -> None:
        self._files, self._out, self._work, self._masker, self._report = files, out, work, masker, report
        self.identity = work.identity()
        self.outcome = Outcome()
        self._manifest = Manifest(out / MANIFEST)
        self._total = sum(file.size for file in files) or 1
        self._done = 0
        self._met: set[str] = set()

    def stale(self) -> Iterator[tuple[File, str]]:
        """The files that are to be masked, each with its digest."""
        for file in self._files:
            try:
                digest = digest_of(file.source)
            except OSError as error:
                self._failed(file, "", error)
                continue
            entry = self._manifest.get(file.name)
            if entry is None or not self._is_current(entry, digest):
                yield file, digest
                continue
            self.outcome.unchanged += 1
            self.outcome.counts.update(entry.counts)
            self._moved(file)

    def mask(self, steps: Iterator[Step]) -> None:
        """Write the files whose steps these are."""
        for step in steps:
            if isinstance(step, Begun):
                self._write(step, steps)
            elif isinstance(step, Ended) and step.reason is not None:
                self._failed(step.file, step.digest, step.reason)

    def tell_of_columns(self) -> None:
        """Say which columns no file had, unless one was not read now: a name with a slip in it masks nothing."""
        outcome = self.outcome
        if outcome.done and not outcome.unchanged and not outcome.failed:
            outcome.not_met = tuple(name for name in self._work.columns or () if name not in self._met)
        if outcome.not_met:
            outcome.exit_code = max(outcome.exit_code, InputError.exit_code)

    def _is_current(self, entry: Entry, digest: str) -> bool:
        """Whether what was written for the file is what would be written now."""
        written = self._out / entry.file
        same = entry.error is None and (entry.digest, entry.identity) == (digest, self.identity)
        return same and written.is_file() and written.stat().st_size == entry.bytes

    def _write(self, begun: Begun, steps: Iterator[Step]) -> None:
        file, start, tally = begun.file, time.perf_counter(), _Tally()
        # Under one name, so that what a killed run leaves is written over and not added to.
        part = state_of(file, self._out, ".part")
        masked = self._masked(begun, steps, tally)
        try:
            part.write_bytes(b"")
            begun.format.rewrite(file.source, part, masked)
            if next(masked, None) is not None:
                raise RuntimeError("there are more cells than places")
            size = part.stat().st_size
            self._put_in_place(part, self._out / file.name)
        except Exception as error:
            reason = error.reason if isinstance(error, _CellsEndedError) else error
            if isinstance(reason, LoredactError) and not isinstance(reason, InputError):
                raise reason from None
            if not tally.ended:
                _skip(steps)
            self._failed(file, begun.digest, reason)
        else:
            self._succeeded(begun, tally, size, time.perf_counter() - start)
        finally:
            part.unlink(missing_ok=True)
        begun.journal.remove()

    def _masked(self, begun: Begun, steps: Iterator[Step], tally: _Tally) -> Iterator[Masked]:
        """The masked text of each cell, taken from `steps` up to the end of the file that was begun."""
        columns, compiled = Columns(), self._masker.policy
        policy = compiled.open(Context(begun.file.name, self._work.customer))
        for step in steps:
            if not isinstance(step, Chunk):
                tally.ended = True
                if isinstance(step, Ended) and step.reason is not None:
                    raise _CellsEndedError(step.reason)
                return
            found = step.found()
            if step.is_new:
                begun.journal.add(step.number, found)
            for cell, spans in zip(step.cells, columns.complete(step.cells, found), strict=True):
                # Anew, since a span that was found in another process has lost that it was denied.
                asked = is_asked(cell, self._work.columns)
                chosen = compiled.with_denied(cell.text, spans) if asked else []
                self._met.add(cell.heading)
                tally.asked += asked
                masked = policy.apply(cell.text, chosen)
                self._report.masked(begun.file.name, masked)
                tally.counts.update(span.label for span in masked.spans)
                yield masked
            tally.cells += len(step.cells)
            tally.characters += sum(len(cell.text) for cell in step.cells)
            share = (self._done + min(begun.file.size, tally.characters)) / self._total
            self._report.moved(share, begun.file.name)

    @staticmethod
    def _put_in_place(part: Path, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(target)

    def _succeeded(self, begun: Begun, tally: _Tally, size: int, seconds: float) -> None:
        if tally.cells and not tally.asked:
            begun.notes[NOTHING_ASKED] = None
        self._manifest.add(
            Entry(
                begun.file.name,
                begun.digest,
                self.identity,
                format=begun.format.name,
                bytes=size,
                cells=tally.cells,
                counts=dict(sorted(tally.counts.items())),
                notes=tuple(begun.notes),
                seconds=round(seconds, 3),
                version=loredact.__version__,
            )
        )
        self.outcome.done += 1
        self.outcome.counts += tally.counts
        for note in begun.notes:
            self._report.note(begun.file.name, note)
        self._moved(begun.file)

    def _failed(self, file: File, digest: str, error: Exception) -> None:
        """Tell why a file could not be done; what an earlier run wrote for it is of another time, and goes."""
        reason, code = _reason(error)
        self.outcome.failed += 1
        self.outcome.exit_code = max(self.outcome.exit_code, code)
        if self._manifest.get(file.name) is not None:
            (self._out / file.name).unlink(missing_ok=True)
        self._manifest.add(Entry(file.name, digest, self.identity, version=loredact.__version__, error=reason))
        self._report.problem(file.name, reason)
        self._moved(file)

    def _moved(self, file: File) -> None:
        self._done += file.size
        self._report.moved(self._done / self._total, file.name)


def _skip(steps: Iterator[Step]) -> None:
    """Take the steps up to the end of the file that was begun."""
    for step in steps:
        if isinstance(step, Chunk):
            step.drop()
        else:
            return


def _reason(error: Exception) -> tuple[str, int]:
    """Why a file could not be done, without any text of it, and the exit code for it."""
    if isinstance(error, LoredactError):
        return str(error), error.exit_code
    if isinstance(error, OSError):
        return f"It cannot be read or written: {error.strerror or type(error).__name__}.", InputError.exit_code
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    return f"Something unforeseen went wrong: {type(error).__name__} at {place}. Please report it.", _UNFORESEEN

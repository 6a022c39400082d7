"""What can be wrong with a corpus, and what its reader did to it, said without showing any of its text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from loredact.document import Document
from loredact.errors import InputError

_SHOWN = 20
_PLACES_SHOWN = 8

Kind = Literal["left out", "joined", "parted", "trimmed", "mended", "not placed", "left open"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: the file, its line (from 1; 0 where the file has no lines), the field and the reason.

    `left_out` says that the corpus can be used all the same, without this row.
    """

    file: str
    line: int
    field: str
    reason: str
    left_out: bool = False

    def __str__(self) -> str:
        place = _place(self.file, self.line)
        return f"{place}: {self.field}: {self.reason}" if self.field else f"{place}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a reader left out, joined, parted, trimmed, mended, could not place or left open, at a line.

    `what` names the sort of thing, alike for all of its sort, so that they can be counted. `count` is how many
    there are at this place.
    """

    file: str
    line: int
    kind: Kind
    what: str
    count: int = 1

    def __str__(self) -> str:
        return f"{_place(self.file, self.line)}: {self.kind}: {self.what}: {self.count}"


@dataclass(frozen=True, slots=True)
class Taken:
    """What a reader took a file for: its form, and what it decided by looking at many rows.

    `choice` says that another reading was possible, so that whoever uses the corpus is told too.
    """

    file: str
    form: str
    details: tuple[str, ...] = ()
    choice: bool = False

    def __str__(self) -> str:
        return f"{self.file}: read as {'; '.join((self.form, *self.details))}"


@dataclass(frozen=True, slots=True)
class Read:
    """A document, with the file and the line it begins at."""

    file: str
    line: int
    document: Document


# What a reader yields.
Item = Read | Problem | Change | Taken


def summary(changes: Iterable[Change]) -> list[str]:
    """A line for each sort of change: how many there are, and the first places."""
    counts: dict[tuple[Kind, str], int] = {}
    places: dict[tuple[Kind, str], list[str]] = {}
    for change in changes:
        sort = change.kind, change.what
        counts[sort] = counts.get(sort, 0) + change.count
        places.setdefault(sort, []).append(_place(change.file, change.line))
    return [f"{kind}: {what}: {count} ({_listed(places[kind, what])})" for (kind, what), count in counts.items()]


def taken_summary(taken: Iterable[Taken]) -> list[str]:
    """A line for each way in which files were read, with the first of the files."""
    files: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for one in taken:
        files.setdefault((one.form, one.details), []).append(one.file)
    return [f"{_listed(names, shown=1)}: read as {'; '.join((form, *more))}" for (form, more), names in files.items()]


class CorpusError(InputError):
    """A corpus that cannot be used. The message lists the first problems and counts the rest; `problems` has all."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        lines = [str(problem) for problem in self.problems[:_SHOWN]]
        if len(self.problems) > _SHOWN:
            lines.append(f"and {len(self.problems) - _SHOWN} more; `loredact corpus check` lists them all")
        super().__init__("The corpus has problems:\n" + "\n".join(f"  {line}" for line in lines))


class FieldError(Exception):
    """Raised by the reader of one row: which field is wrong, and why."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


class PairError(FieldError):
    """Raised where a text and its masked text do not fit together, as a model that wrote freely may leave them."""


def _place(file: str, line: int) -> str:
    return f"{file}:{line}" if line else file


def _listed(places: Sequence[str], shown: int = _PLACES_SHOWN) -> str:
    different = list(dict.fromkeys(places))
    rest = len(different) - shown
    return ", ".join(different[:shown]) + (f" and {rest} more" if rest > 0 else "")

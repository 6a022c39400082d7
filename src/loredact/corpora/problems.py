"""What can be wrong with a corpus, said without showing any of its text."""

from collections.abc import Sequence
from dataclasses import dataclass

from loredact.errors import InputError

_SHOWN = 20


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
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.field}: {self.reason}" if self.field else f"{place}: {self.reason}"


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

"""What was found so far in a large file, so that a run that was stopped goes on behind it.

A line a chunk, in JSON: `[number, cells, [[cell, start, end, label, score], …]]`, behind a first line with the key of
the work. No text stands in it. The spans are what takes time to find; the rest is done again from the start, so that the
output is that of a run that was not stopped, byte for byte.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from loredact.document import Span

Found = list[list[Span]]


class Journal:
    """The journal in `path`, of the work that `key` identifies; one of other work is begun anew."""

    def __init__(self, path: Path, key: str) -> None:
        self._path, self._key = path, key
        self._whole = _whole_part(path, key)  # in bytes
        self._first: str | None = None  # what is written only when there is a second chunk

    def found(self) -> Iterator[tuple[int, Found]]:
        """What the journal holds: for each chunk the number of its cells, and the spans of each."""
        if not self._whole:
            return
        with self._path.open("rb") as file:
            file.readline()
            while file.tell() < self._whole:
                _, cells, rows = json.loads(file.readline())
                spans: Found = [[] for _ in range(cells)]
                for cell, start, end, label, score in rows:
                    spans[cell].append(Span(start, end, label, score))
                yield cells, spans

    def add(self, number: int, found: Found) -> None:
        """Note what was found in the chunk `number`, which comes behind all that are in the journal."""
        rows = [
            [cell, span.start, span.end, span.label, span.score] for cell, spans in enumerate(found) for span in spans
        ]
        line = json.dumps([number, len(found), rows], separators=(",", ":")) + "\n"
        if number == 0:
            self._first = json.dumps({"key": self._key}) + "\n" + line
            return
        if self._first is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_text(self._first + line)
            self._first = None
            self._whole = 0
            return
        with self._path.open("r+b") as file:
            if self._whole:
                file.truncate(self._whole)
                self._whole = 0
            file.seek(0, 2)
            file.write(line.encode())

    def remove(self) -> None:
        """Forget all: the file is done."""
        self._path.unlink(missing_ok=True)


def _whole_part(path: Path, key: str) -> int:
    """How many bytes of the journal are whole lines; 0 where there is none of this work."""
    try:
        with path.open("rb") as file:
            first = file.readline()
            if not first.endswith(b"\n") or json.loads(first).get("key") != key:
                return 0
            whole = file.tell()
            for number, line in enumerate(file):
                if not line.endswith(b"\n") or not _is_chunk(line, number):
                    break
                whole += len(line)
            return whole
    except (FileNotFoundError, ValueError, AttributeError):
        return 0


def _is_chunk(line: bytes, number: int) -> bool:
    try:
        row = json.loads(line)
    except ValueError:
        return False
    return isinstance(row, list) and len(row) == 3 and row[0] == number

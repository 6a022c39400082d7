"""Read a corpus of any form, plain or gzipped, from a file, a folder or standard input."""

import gzip
import io
import json
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from loredact.corpora.brat import read_brat
from loredact.corpora.columns import is_columns, read_columns
from loredact.corpora.problems import CorpusError, FieldError, PairError, Problem
from loredact.corpora.rows import FORMS, recognise
from loredact.document import Document, span_problems
from loredact.errors import InputError

STANDARD_INPUT = "-"
_GZIP_MAGIC = b"\x1f\x8b"
# Of lists and objects within one another in a row.
_DEEPEST = 100

# A document or a problem, with the file and the line it stands at.
_Item = tuple[str, int, Document] | Problem


@dataclass(slots=True)
class Reading:
    """All that a scan of a corpus found."""

    documents: list[Document] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def labels(self) -> Counter[str]:
        """How many spans each label has."""
        return Counter(span.label for document in self.documents for span in document.spans)


def read_corpus(source: str | Path, say: Callable[[str], None] = lambda step: None) -> list[Document]:
    """The documents of `source`: a file, a folder in BRAT's form, or `-` for standard input.

    Pairs of text and masked text that do not fit together are left out, and `say` is told of each.

    Raises:
        CorpusError: with every problem found, where there is any other, or where nothing is left.
        InputError: where the source is not there or cannot be read.
    """
    reading = scan_corpus(source)
    if not reading.documents or not all(problem.left_out for problem in reading.problems):
        raise CorpusError(reading.problems)
    for problem in reading.problems:
        say(f"{problem}; left out")
    return reading.documents


def scan_corpus(source: str | Path) -> Reading:
    """Read `source` to its end and tell both what is good and what is not.

    Raises:
        InputError: where the source is not there or cannot be read.
    """
    reading = Reading()
    for item in _items(source):
        if isinstance(item, Problem):
            reading.problems.append(item)
            continue
        file, line, document = item
        wrong = span_problems(document.text, document.spans)
        reading.problems.extend(Problem(file, line, f"spans[{index}]", reason) for index, reason in wrong)
        if not wrong:
            # Sorted only now, so that a problem names the span by its place in the file.
            ordered = sorted(document.spans, key=lambda span: span.start)
            reading.documents.append(replace(document, spans=tuple(ordered)))
    if not reading.documents and not reading.problems:
        reading.problems.append(Problem(str(source), 0, "", "no document in it"))
    return reading


def _items(source: str | Path) -> Iterator[_Item]:
    if str(source) == STANDARD_INPUT:
        # None where the program was started with it closed.
        if sys.stdin is None:
            raise InputError("Standard input is closed. Give a file, or pipe the text in.")
        yield from _stream_items("standard input", sys.stdin.buffer)
        return
    path = Path(source)
    if path.is_dir():
        yield from read_brat(path)
        return
    try:
        with path.open("rb") as stream:
            yield from _stream_items(str(path), stream)
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file.") from None
    except PermissionError:
        raise InputError(f"{path}: no permission to read it.") from None


def _stream_items(name: str, stream: BinaryIO) -> Iterator[_Item]:
    problems: list[Problem] = []
    lines = _decoded(name, _decompressed(stream), problems)
    try:
        first = next(((number, line) for number, line in lines if line.strip()), None)
        if first is None:
            if not problems:
                yield Problem(name, 0, "", "the file is empty")
        elif is_columns(first[1]):
            for number, item in read_columns(chain([first], lines)):
                yield _with_place(name, number, item)
        elif first[1].lstrip().startswith("["):
            yield from _array_items(name, "\n".join(line for _, line in chain([first], lines)))
        else:
            yield from _line_items(name, chain([first], lines))
    except (EOFError, zlib.error, gzip.BadGzipFile):
        yield Problem(name, 0, "", "the gzip data is damaged or cut short")
    yield from problems


def _decompressed(stream: BinaryIO) -> Iterable[bytes]:
    buffered = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(io.BytesIO(stream.read()))
    return gzip.GzipFile(fileobj=buffered) if buffered.peek(2)[:2] == _GZIP_MAGIC else buffered


def _decoded(name: str, stream: Iterable[bytes], problems: list[Problem]) -> Iterator[tuple[int, str]]:
    """The lines that are valid UTF-8, numbered from 1; the others go into `problems`."""
    for number, raw in enumerate(stream, start=1):
        try:
            # A byte-order mark, which some editors write, is no part of the text.
            line = raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            problems.append(Problem(name, number, "", f"not valid UTF-8 at byte {error.start} of the line"))
            continue
        yield number, line.rstrip("\r\n")


def _line_items(name: str, lines: Iterable[tuple[int, str]]) -> Iterator[_Item]:
    form: str | None = None
    for number, line in lines:
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            at = f" (column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
            yield Problem(name, number, "", f"not a JSON object{at}")
            continue
        item, form = _read_row(row, form)
        yield _with_place(name, number, item)


def _array_items(name: str, text: str) -> Iterator[_Item]:
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 0
        yield Problem(name, line, "", "not valid JSON")
        return
    form: str | None = None
    for number, row in enumerate(rows, start=1):
        item, form = _read_row(row, form)
        yield _with_place(f"{name}, element", number, item)


def _read_row(row: object, form: str | None) -> tuple[Document | FieldError, str | None]:
    """The document in `row`; its form is the first row's, so that a later row cannot change what fields mean."""
    if not isinstance(row, dict):
        return FieldError("", "not a JSON object"), form
    if _is_nested_too_deep(row):
        return FieldError("", f"nested deeper than {_DEEPEST} levels"), form
    try:
        form = form or recognise(row)
        return FORMS[form](row), form
    except FieldError as error:
        return error, form


def _is_nested_too_deep(row: object) -> bool:
    """Whether `row` may be read, and then too deep to be written again."""
    level = [row]
    for _ in range(_DEEPEST + 1):
        inner = [value for value in level if isinstance(value, dict | list)]
        if not inner:
            return False
        level = [child for value in inner for child in (value.values() if isinstance(value, dict) else value)]
    return True


def _with_place(name: str, number: int, item: Document | FieldError) -> _Item:
    if isinstance(item, FieldError):
        return Problem(name, number, item.field, item.reason, left_out=isinstance(item, PairError))
    return name, number, item

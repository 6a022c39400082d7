"""BRAT folders: `NAME.txt` beside `NAME.ann` (https://brat.nlplab.org/standoff.html).

A text-bound annotation is a line `T1<tab>LABEL start end<tab>text`. Fragments (`0 5;8 10`) with white space alone
between them are one span; others are refused, since a span is contiguous. Other annotations are left out. A byte order
mark is no part of a file; where a text begins with one, its annotations may count it or not, and what they repeat
shows which.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from loredact.corpora.lines import Line, decode_lines
from loredact.corpora.options import ReadAs
from loredact.corpora.problems import Change, FieldError, Item, Problem, Read, Taken
from loredact.corpora.source import Source
from loredact.document import Document, Span

_ANNOTATION = re.compile(r"T\S*\t(?P<label>\S+) (?P<offsets>[\d ;]+)(?:\t(?P<text>.*))?")
_WHITE_SPACE = re.compile(r"\s+")
_MARK = "\ufeff"
# Of an offset, at most.
_DIGITS = 18
# The other annotations, by the letter they begin with.
_OTHERS = {
    "R": "a relation",
    "E": "an event",
    "A": "an attribute",
    "M": "an attribute",
    "N": "a normalization",
    "#": "a note",
    "*": "an equivalence",
}


@dataclass(frozen=True, slots=True)
class _Annotation:
    line: int
    label: str
    fragments: tuple[tuple[int, int], ...]
    text: str | None

    def moved(self, by: int) -> "_Annotation":
        """The annotation of the same text without the byte order mark that it began with."""
        moved = tuple((max(start + by, 0), max(end + by, 0)) for start, end in self.fragments)
        return replace(self, fragments=moved, text=self.text and self.text.removeprefix(_MARK))

    def holds(self, text: str) -> bool:
        """Whether `text` has there what the annotation repeats."""
        if any(not 0 <= start <= end <= len(text) for start, end in self.fragments):
            return False
        shown = " ".join(text[start:end] for start, end in self.fragments)
        return self.text is None or _squeezed(self.text) == _squeezed(shown)


def is_brat(files: Sequence[Source]) -> bool:
    """Whether `files` are a folder of BRAT's."""
    suffixes = {file.suffix for file in files}
    return ".ann" in suffixes or suffixes == {".txt"}


def read_brat(files: Sequence[Source], read_as: ReadAs) -> Iterator[Item]:
    """Each document of `files` with its annotation file's name, or what is wrong with it."""
    by_path = {file.path: file for file in files}
    for file in files:
        if file.suffix == ".txt":
            annotations = by_path.get(f"{file.stem}.ann")
            if annotations is None:
                name = f"{file.name[: -len(file.suffix)]}.ann"
                yield Problem(name, 0, "", "is missing; a text without spans has an empty file")
            else:
                yield from _read_pair(file, annotations, read_as)
        elif file.suffix == ".ann":
            if f"{file.stem}.txt" not in by_path:
                yield Problem(file.name, 0, "", "has no text: a .txt of the same name is missing")
        elif file.suffix != ".conf":
            yield Change(file.name, 0, "left out", "a file that is neither a text nor its annotations")


def _read_pair(file: Source, annotations: Source, read_as: ReadAs) -> Iterator[Item]:
    try:
        text, has_mark = _text(file.read(), read_as)
    except FieldError as error:
        yield Problem(file.name, 0, "", error.reason)
        return
    try:
        lines, undecoded, encoding = decode_lines(annotations.read(), read_as)
    except FieldError as error:
        yield Problem(annotations.name, 0, "", error.reason)
        return
    problems = [Problem(annotations.name, number, "", "not valid UTF-8") for number, _ in undecoded]
    told: list[Change] = []
    found = _annotations(annotations.name, lines, problems, told)
    if has_mark:
        told.append(Change(file.name, 1, "left out", "a byte order mark"))
        found = _without_mark(annotations.name, found, text, told)
    spans: list[Span] = []
    for annotation in found:
        try:
            spans.append(_span(annotation, text))
        except FieldError as error:
            problems.append(Problem(annotations.name, annotation.line, error.field, error.reason))
            continue
        if len(annotation.fragments) > 1:
            what = "fragments of an annotation, with white space alone between them"
            told.append(Change(annotations.name, annotation.line, "joined", what))
    yield Taken(annotations.name, "brat", (encoding,))
    yield from told
    if problems:
        yield from sorted(problems, key=lambda problem: problem.line)
    else:
        yield Read(annotations.name, 0, Document(text, tuple(spans), {"id": file.stem}))


def _annotations(name: str, lines: Sequence[Line], problems: list[Problem], told: list[Change]) -> list[_Annotation]:
    """The text-bound annotations; what is wrong goes to `problems`, and what is left out to `told`."""
    found = []
    for number, line in lines:
        try:
            annotation = _read_line(number, line)
        except FieldError as error:
            problems.append(Problem(name, number, error.field, error.reason))
            continue
        if annotation is not None:
            found.append(annotation)
        elif line.strip():
            told.append(Change(name, number, "left out", _OTHERS[line[0]]))
    return found


def _without_mark(name: str, found: list[_Annotation], text: str, told: list[Change]) -> list[_Annotation]:
    """`found`, one character earlier where only so they hold what they repeat: they counted the byte order mark."""
    moved = [annotation.moved(-1) for annotation in found]
    if all(one.holds(text) for one in found) or not all(one.holds(text) for one in moved):
        return found
    told.append(Change(name, 0, "mended", "an offset that counted the byte order mark", len(found)))
    return moved


def _text(data: bytes, read_as: ReadAs) -> tuple[str, bool]:
    """The text of `data` without its byte order mark, and whether it had one."""
    encoding = read_as.encoding or ("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8")
    try:
        text = data.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        at = f" at byte {error.start}" if isinstance(error, UnicodeDecodeError) else ""
        raise FieldError("", f"not valid {encoding.upper()}{at}") from None
    return text.removeprefix(_MARK), text.startswith(_MARK)


def _read_line(number: int, line: str) -> _Annotation | None:
    if not line.strip() or line[0] in _OTHERS:
        return None
    match = _ANNOTATION.fullmatch(line)
    if match is None:
        raise FieldError("", "not a text-bound annotation: T<number>, tab, label, start, end, tab, text")
    fragments = []
    for fragment in match["offsets"].split(";"):
        numbers = fragment.split()
        if len(numbers) != 2:
            raise FieldError("", "a start and an end are needed")
        if max(map(len, numbers)) > _DIGITS:
            raise FieldError("", "an offset is beyond any text")
        fragments.append((int(numbers[0]), int(numbers[1])))
    return _Annotation(number, match["label"], tuple(fragments), match["text"])


def _span(annotation: _Annotation, text: str) -> Span:
    fragments = annotation.fragments
    for (_, end), (start, _) in pairwise(fragments):
        between = text[end:start]
        if not end <= start or (between and not between.isspace()):
            raise FieldError("", f"the annotation is in {len(fragments)} pieces with text between: make a span of each")
    span = Span(fragments[0][0], fragments[-1][1], annotation.label)
    # Offsets beyond the text are told where all spans are checked.
    if span.end <= len(text) and not annotation.holds(text):
        raise FieldError("", f"[{span.start}, {span.end}) does not hold the text that the annotation repeats")
    return span


def _squeezed(text: str) -> str:
    return _WHITE_SPACE.sub(" ", text).strip()

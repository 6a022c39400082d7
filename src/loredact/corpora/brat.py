"""BRAT folders: `NAME.txt` beside `NAME.ann` (https://brat.nlplab.org/standoff.html).

A text-bound annotation is a line `T1<tab>LABEL start end<tab>text`. Other annotations are ignored; a stretch in several
pieces (`0 5;8 10`) is refused, since a span is one stretch.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from loredact.corpora.problems import Problem
from loredact.document import Document, Span

_ANNOTATION = re.compile(r"T\S*\t(?P<label>\S+) (?P<offsets>[\d ;]+)(?:\t(?P<text>.*))?")
_WHITE_SPACE = re.compile(r"\s+")
# Of an offset, at most.
_DIGITS = 18


def read_brat(folder: Path) -> Iterator[tuple[str, int, Document] | Problem]:
    """Each document of `folder` with its annotation file's name, or what is wrong with it."""
    for text_path in sorted(folder.glob("*.txt")):
        annotation_path = text_path.with_suffix(".ann")
        try:
            text = text_path.read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            yield Problem(str(text_path), 0, "", f"not valid UTF-8 at byte {error.start}")
            continue
        if not annotation_path.exists():
            yield Problem(str(annotation_path), 0, "", "is missing; a text without spans has an empty file")
            continue
        spans: list[Span] = []
        lines = annotation_path.read_bytes().split(b"\n")
        problems = []
        for number, raw in enumerate(lines, start=1):
            try:
                span = _read_line(raw.decode("utf-8").rstrip("\r"), text)
            except ValueError as error:
                # UnicodeDecodeError is a ValueError whose own message quotes the bytes.
                reason = "not valid UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
                problems.append(Problem(str(annotation_path), number, "", reason))
                continue
            if span is not None:
                spans.append(span)
        if problems:
            yield from problems
        else:
            yield str(annotation_path), 0, Document(text, tuple(spans), {"id": text_path.stem})


def _read_line(line: str, text: str) -> Span | None:
    if not line.startswith("T"):
        return None
    match = _ANNOTATION.fullmatch(line)
    if match is None:
        raise ValueError("not a text-bound annotation: T<number>, tab, label, start, end, tab, text")
    if ";" in match["offsets"]:
        raise ValueError("the annotation is in several pieces; a span is one stretch")
    numbers = match["offsets"].split()
    if len(numbers) != 2:
        raise ValueError("a start and an end are needed")
    if max(map(len, numbers)) > _DIGITS:
        raise ValueError("an offset is beyond any text")
    span = Span(int(numbers[0]), int(numbers[1]), match["label"])
    stretch = text[span.start : span.end]
    if match["text"] is not None and _squeezed(match["text"]) != _squeezed(stretch):
        raise ValueError(f"[{span.start}, {span.end}) does not hold the text that the annotation repeats")
    return span


def _squeezed(text: str) -> str:
    return _WHITE_SPACE.sub(" ", text).strip()

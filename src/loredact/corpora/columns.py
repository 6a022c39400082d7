"""CoNLL columns: a token a line, its tag in the last column, an empty line after each sentence.

Tags may be BIO, IOB or BIOES. Tokens are joined with single spaces and sentences with line breaks; a `-DOCSTART-` line
begins a new document, and in a file without any each sentence is a document.
"""

import re
from collections.abc import Iterable, Iterator

from loredact.corpora.problems import FieldError
from loredact.document import Document, Span

_DOCUMENT_START = "-DOCSTART-"


def read_columns(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, Document] | tuple[int, FieldError]]:
    """Each document, or what is wrong with a line, with the number of the line it begins at."""
    sentences: list[list[tuple[str, str]]] = [[]]
    first_line = 1
    by_document = False

    for number, line in lines:
        fields = _fields(line)
        if fields and fields[0] == _DOCUMENT_START:
            by_document = True
            if any(sentences):
                yield first_line, _document(sentences)
            sentences, first_line = [[]], number
        elif not fields:
            if any(sentences) and not by_document:
                yield first_line, _document(sentences)
                sentences = [[]]
            elif sentences[-1]:
                sentences.append([])
            if not any(sentences):
                first_line = number + 1
        elif len(fields) < 2:
            yield number, FieldError("", "a token and a tag are needed, in columns")
        elif not _is_tag(fields[-1]):
            yield number, FieldError("tag", "must be O, or B-, I-, E- or S- with a label")
        else:
            sentences[-1].append((fields[0], fields[-1]))
    if any(sentences):
        yield first_line, _document(sentences)


def is_columns(line: str) -> bool:
    """Whether `line` looks like the first line of such a file."""
    fields = _fields(line)
    return bool(fields) and (fields[0] == _DOCUMENT_START or (len(fields) >= 2 and _is_tag(fields[-1])))


def _fields(line: str) -> list[str]:
    # Columns are parted by spaces and tabs; other white space may stand within a token, as in `10 000`.
    return [field for field in map(str.strip, re.split("[ \t]+", line)) if field]


def _is_tag(field: str) -> bool:
    return field == "O" or (len(field) > 2 and field[0] in "BIES" and field[1] == "-")


def _document(sentences: list[list[tuple[str, str]]]) -> Document:
    pieces: list[str] = []
    spans: list[Span] = []
    position = 0
    for sentence in sentences:
        if not sentence:
            continue
        if pieces:
            pieces.append("\n")
            position += 1
        open_label: str | None = None
        for index, (token, tag) in enumerate(sentence):
            if index:
                pieces.append(" ")
                position += 1
            prefix, _, label = tag.partition("-")
            end = position + len(token)
            if prefix in "IE" and label and open_label == label:
                spans[-1] = Span(spans[-1].start, end, label)
            elif label:
                spans.append(Span(position, end, label))
            open_label = label if prefix in "BI" and label else None
            pieces.append(token)
            position = end
    return Document("".join(pieces), tuple(spans))

"""Read a corpus of any form, plain or gzipped, from a file, a folder, a ZIP archive or standard input."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from loredact.corpora import parquet, uima
from loredact.corpora.brat import is_brat, read_brat
from loredact.corpora.columns import read_columns
from loredact.corpora.docbin import is_docbin, read_docbin
from loredact.corpora.json_rows import ROW_FORMS, parse_whole, read_array, read_lines
from loredact.corpora.layout import Layout, find_layout
from loredact.corpora.lines import Line, decode_lines
from loredact.corpora.options import AS_IT_IS, ReadAs
from loredact.corpora.problems import (
    Change,
    CorpusError,
    FieldError,
    Item,
    Problem,
    Read,
    Taken,
    summary,
    taken_summary,
)
from loredact.corpora.source import Source, open_corpus
from loredact.corpora.webanno import is_webanno, read_webanno
from loredact.document import Document, Span, span_problems
from loredact.errors import InputError

# The names of all forms.
FORMS = (*ROW_FORMS, "columns", "brat", "webanno-tsv", "uima-xmi", "uima-json", "spacy", "parquet")

_BRACKETS = (("{", "}"), ("[", "]"))
_OBJECT = re.compile(r'\s*\[?\s*\{\s*"[^"]*"\s*:')


@dataclass(slots=True)
class Reading:
    """All that a scan of a corpus found."""

    documents: list[Document] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    @property
    def labels(self) -> Counter[str]:
        """How many spans each label has."""
        return Counter(span.label for document in self.documents for span in document.spans)


def read_corpus(
    source: str | Path, say: Callable[[str], None] = lambda step: None, read_as: ReadAs = AS_IT_IS
) -> list[Document]:
    """The documents of `source`: a file, a folder in BRAT's form or of files of any, or `-` for standard input.

    Pairs of text and masked text that do not fit together are left out, and `say` is told of each, of whatever else
    was left out, joined, trimmed or not placed, and of what was taken for what where that was a choice. `read_as` says
    what to take it for.

    Raises:
        CorpusError: with every problem found, where there is any other, or where nothing is left.
        InputError: where the source is not there or cannot be read, or the form has no such name.
    """
    reading = scan_corpus(source, read_as)
    if not reading.documents or not all(problem.left_out for problem in reading.problems):
        raise CorpusError(reading.problems)
    for problem in reading.problems:
        say(f"{problem}; left out")
    for line in (*taken_summary(one for one in reading.taken if one.choice), *summary(reading.changes)):
        say(line)
    return reading.documents


def scan_corpus(source: str | Path, read_as: ReadAs = AS_IT_IS) -> Reading:
    """Read `source` to its end and tell what is good, what is not, and what was done to it.

    White space at the ends of spans is trimmed, since a span with it never is the span that a model finds.

    Raises:
        InputError: where the source is not there or cannot be read, or the form has no such name.
    """
    if read_as.form is not None and read_as.form not in FORMS:
        raise InputError(f"There is no such form. Forms: {', '.join(FORMS)}.")
    reading = Reading()
    for item in _items(source, read_as):
        if isinstance(item, Problem):
            reading.problems.append(item)
        elif isinstance(item, Taken):
            reading.taken.append(item)
        elif isinstance(item, Change):
            reading.changes.append(item)
        else:
            _add(reading, item)
    if not reading.documents and not reading.problems:
        reading.problems.append(Problem(str(source), 0, "", "no document in it"))
    return reading


def _add(reading: Reading, read: Read) -> None:
    document = read.document
    wrong = span_problems(document.text, document.spans)
    reading.problems.extend(Problem(read.file, read.line, f"spans[{index}]", reason) for index, reason in wrong)
    if wrong:
        return
    # Sorted only now, so that a problem names the span by its place in the file.
    spans = sorted((_trimmed(document.text, span) for span in document.spans), key=lambda span: span.start)
    trimmed = len(set(document.spans) - set(spans))
    if trimmed:
        reading.changes.append(Change(read.file, read.line, "trimmed", "white space at an end of a span", trimmed))
    reading.documents.append(replace(document, spans=tuple(spans)))


def _trimmed(text: str, span: Span) -> Span:
    written = text[span.start : span.end]
    start = span.end - len(written.lstrip())
    end = span.start + len(written.rstrip())
    return span if (start, end) == (span.start, span.end) else replace(span, start=start, end=end)


def _items(source: str | Path, read_as: ReadAs) -> Iterator[Item]:
    opened = open_corpus(source)
    if isinstance(opened, Source):
        beside = Path(source).parent / "TypeSystem.xml"
        types = Source(str(beside), beside.name, beside.read_bytes) if beside.is_file() else None
        yield from _file_items(opened, types, read_as)
    elif read_as.form == "brat" or (read_as.form is None and is_brat(opened)):
        yield from read_brat(opened, read_as)
    else:
        systems = {file.path.rpartition("/")[0]: file for file in opened if _is_type_system(file)}
        for file in opened:
            if not _is_type_system(file):
                yield from _file_items(file, _nearest(systems, file.path), read_as)


def _is_type_system(file: Source) -> bool:
    return file.path.rpartition("/")[2].casefold() == uima.TYPE_SYSTEM


def _nearest(types: dict[str, Source], path: str) -> Source | None:
    folder = path.rpartition("/")[0]
    while folder not in types and folder:
        folder = folder.rpartition("/")[0]
    return types.get(folder)


def _file_items(file: Source, types: Source | None, read_as: ReadAs) -> Iterator[Item]:
    name = file.name
    try:
        data = file.read()
        if not data.strip():
            yield Problem(name, 0, "", "the file is empty")
        elif read_as.form == "parquet" or data.startswith(parquet.MAGIC):
            yield from parquet.read_parquet(name, data, read_as)
        elif read_as.form == "spacy" or is_docbin(data):
            yield from read_docbin(name, data)
        elif read_as.form == "uima-xmi" or (read_as.form is None and uima.is_xmi(data)):
            yield from uima.read_xmi(name, data, types, read_as)
        else:
            yield from _text_items(name, data, read_as)
    except FieldError as error:
        yield Problem(name, 0, error.field, error.reason)


def _text_items(name: str, data: bytes, read_as: ReadAs) -> Iterator[Item]:
    lines, undecoded, encoding = decode_lines(data, read_as)
    form = read_as.form
    text = "\n".join(line for _, line in lines)
    yield from (Problem(name, number, "", reason) for number, reason in undecoded)
    if undecoded and not _are_rows(lines):
        # Without a line, the others say something else.
        return
    if not text.strip():
        yield Problem(name, 0, "", "the file is empty")
    elif form == "webanno-tsv" or (form is None and is_webanno(text)):
        yield from read_webanno(name, lines, read_as, encoding)
    elif form == "uima-json" or (form is None and uima.is_cas_json(text)):
        yield from uima.read_cas_json(name, text, read_as)
    elif form == "brat":
        yield Problem(name, 0, "", "BRAT's form is a folder of .txt and .ann files, and this is one file")
    elif form == "columns" or (form is None and not _is_json(lines) and _is_columns(lines, read_as)):
        yield from read_columns(name, lines, read_as, encoding)
    else:
        yield from _json_items(name, lines, text, read_as, encoding, bool(undecoded))


def _is_columns(lines: Sequence[Line], read_as: ReadAs) -> bool:
    return read_as.tag_column is not None or isinstance(find_layout(lines, read_as), Layout)


def _are_rows(lines: Sequence[Line]) -> bool:
    """Whether most of `lines` begin and end as rows of JSON."""
    written = [line.strip() for _, line in lines if line.strip()]
    rows = sum((line[0], line[-1]) in _BRACKETS for line in written)
    return bool(written) and rows * 2 >= len(written)


def _is_json(lines: Sequence[Line]) -> bool:
    """Whether `lines` are rows of JSON, or begin as an object with a name does, or the first and the last begin and end
    one value over all lines."""
    written = [line.strip() for _, line in lines if line.strip()]
    as_object = _OBJECT.match(written[0]) is not None
    return as_object or _are_rows(lines) or (written[0][0], written[-1][-1]) in _BRACKETS


def _json_items(
    name: str, lines: Sequence[Line], text: str, read_as: ReadAs, encoding: str, has_gaps: bool
) -> Iterator[Item]:
    """The documents of JSON; with a line that could not be decoded it is no value over several lines."""
    if not text.lstrip().startswith(("{", "[")) and not _is_json(lines):
        seen = find_layout(lines, read_as)
        what = seen if isinstance(seen, str) else "rows of columns"
        beginning = "; it begins as XML does" if text.lstrip().startswith("<") else ""
        written = sum(bool(line.strip()) for _, line in lines)
        json = f"none of {written} lines is a row of JSON"
        yield Problem(name, 0, "", f"no form that is known: {json}, and as columns: {what}{beginning}")
        return
    starts = [line.lstrip()[:1] for _, line in lines if line.strip()]
    may_be_whole = len(starts) == 1 or starts[0] == "[" or starts[1] != "{"
    whole = parse_whole(text) if may_be_whole and not has_gaps else None
    if whole is not None and (len(starts) > 1 or whole[0] == "element"):
        called, rows = whole
        yield from read_array(name, rows, called, read_as, encoding)
    elif whole is None and starts[0] == "[" and starts.count("[") < max(2, len(starts) / 2):
        yield Problem(name, 0, "", "not valid JSON")
    else:
        yield from read_lines(name, lines, read_as, encoding)

"""INCEpTION's and WebAnno's TSV, version 3 (INCEpTION's user guide, appendix "WebAnno TSV 3.3 File format").

A line a token, `sentence-token<tab>start-end<tab>token`, and behind these a column for each feature of each layer,
which `#T_SP=LAYER|FEATURE|…` names in order. `_` is no annotation and `*` one without a value; annotations over several
tokens share a number, `PER[1]`, and several on one token are parted by `|`. Offsets count UTF-16 units of the document;
of the text between two sentences only the length is known, and it is read as line breaks.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from loredact.corpora.lines import Line
from loredact.corpora.options import ReadAs
from loredact.corpora.problems import Change, FieldError, Item, Problem, Read, Taken
from loredact.corpora.uima import NAMED_ENTITY
from loredact.corpora.utf16 import code_points
from loredact.document import Document, Span

FORMAT = "#FORMAT=WebAnno TSV "
_VERSION_3 = re.compile(r"#FORMAT=WebAnno TSV 3(?:\.\d+)?\s*")
_TEXT = "#Text="
_TOKEN = re.compile(r"(\d{1,9})-(\d{1,9})(?:\.\d{1,9})?")
_OFFSETS = re.compile(r"(\d{1,15})-(\d{1,15})")
_VALUE = re.compile(r"(?P<value>.*?)(?<!\\)(?:\[(?P<id>\d+)\])?", re.DOTALL)
_ESCAPED = re.compile(r"\\(->|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
# Between two sentences: far more than any form of text has.
_LONGEST_GAP = 100_000
_FIXED = 3
_OF_THE_TEXT = "de.tudarmstadt.ukp.dkpro.core.api."


@dataclass(slots=True)
class _Layer:
    name: str
    features: list[str]
    # Its first column.
    column: int
    width: int


@dataclass(slots=True)
class _Row:
    line: int
    start: int
    end: int
    cells: list[str]
    is_part: bool


@dataclass(slots=True)
class _Sentence:
    line: int
    text: str
    rows: list[_Row]


def is_webanno(text: str) -> bool:
    """Whether `text` begins as such a file does."""
    return text.startswith(FORMAT)


def read_webanno(name: str, lines: Sequence[Line], read_as: ReadAs, encoding: str) -> Iterator[Item]:
    """The document of a file."""
    if not lines or not _VERSION_3.fullmatch(lines[0][1]):
        yield Problem(name, 1, "", "a version of WebAnno's TSV that is not read: export TSV 3 or XMI")
        return
    try:
        layers = _layers(lines)
        layer, feature = _chosen(layers, read_as)
        sentences, told = _sentences(name, lines, layers)
        text, places = _text(sentences)
        details = (f"layer {layer.name}", f"label: column {layer.column + feature + 1}", encoding)
        yield Taken(name, "webanno-tsv", details, choice=True)
        if (gaps := len(sentences) - 1) > 0:
            told.append(Change(name, 0, "not placed", "text between sentences, read as line breaks", gaps))
        spans: list[Span] = []
        numbered: dict[str, int] = {}
        for sentence in sentences:
            for row in sentence.rows:
                told += _others(name, row, layers, layer)
                for value, number in _values(row, layer.column + feature):
                    start, end = places[row.start], places[row.end]
                    if value is None:
                        told.append(Change(name, row.line, "not placed", "an annotation without a label"))
                    elif number is not None and number in numbered:
                        before = spans[numbered[number]]
                        if before.label != value:
                            raise _at(row.line, "a number in brackets has two labels")
                        spans[numbered[number]] = Span(min(before.start, start), max(before.end, end), value)
                    else:
                        if number is not None:
                            numbered[number] = len(spans)
                        spans.append(Span(start, end, value))
        yield from told
        yield Read(name, 0, Document(text, tuple(spans), {}))
    except _LineError as error:
        yield Problem(name, error.line, "", error.reason)


class _LineError(FieldError):
    def __init__(self, line: int, reason: str) -> None:
        super().__init__("", reason)
        self.line = line


def _at(line: int, reason: str) -> _LineError:
    return _LineError(line, reason)


def _layers(lines: Sequence[Line]) -> list[_Layer]:
    layers = []
    column = _FIXED
    for number, line in lines:
        if line.startswith(("#T_SP=", "#T_CH=", "#T_RL=")):
            kind, _, rest = line[1:].partition("=")
            layer, *features = rest.split("|")
            features = [feature for feature in features if feature]
            # A layer without features has a column; a feature that leads elsewhere has two.
            width = sum(2 if feature.startswith("ROLE_") else 1 for feature in features) or 1
            if not layer:
                raise _at(number, "a layer without a name")
            layers.append(_Layer(layer, features if kind == "T_SP" else [], column, width))
            column += width
        elif line.startswith(_TEXT):
            break
    return layers


def _chosen(layers: Sequence[_Layer], read_as: ReadAs) -> tuple[_Layer, int]:
    """The layer whose annotations are the spans, and which of its features is the label."""
    with_features = [layer for layer in layers if layer.features]
    if read_as.layer is not None:
        asked = read_as.layer
        found = [layer for layer in with_features if layer.name == asked or layer.name.endswith(f".{asked}")]
    else:
        found = [layer for layer in with_features if layer.name == NAMED_ENTITY]
        if not found:
            found = [layer for layer in with_features if not layer.name.startswith(_OF_THE_TEXT)]
    if len(found) != 1:
        raise _at(0, f"{len(found)} layers of {len(layers)} may hold the labels: name one with --layer")
    names = found[0].features
    simple = [index for index, name in enumerate(names) if not name.startswith("ROLE_")]
    preferred = [index for index in simple if names[index] in ("value", "label")]
    if not preferred and len(simple) != 1:
        raise _at(0, "which feature of the layer is the label cannot be told")
    index = (preferred or simple)[0]
    return found[0], index + sum(name.startswith("ROLE_") for name in names[:index])


def _sentences(name: str, lines: Sequence[Line], layers: Sequence[_Layer]) -> tuple[list[_Sentence], list[Change]]:
    width = layers[-1].column + layers[-1].width if layers else _FIXED
    sentences: list[_Sentence] = []
    told: list[Change] = []
    in_text = False
    for number, line in lines[1:]:
        if line.startswith(_TEXT):
            text = _unescaped(line[len(_TEXT) :])
            # Before 3.3 a sentence over several lines has a line of its text for each.
            if in_text:
                sentences[-1].text += "\n" + text
            else:
                sentences.append(_Sentence(number, text, []))
            in_text = True
        elif line.startswith("#T_"):
            continue
        elif line.startswith("#"):
            told.append(Change(name, number, "left out", "a comment"))
        elif line.strip():
            in_text = False
            cells = line.split("\t")
            if len(cells) == width + 1 and not cells[-1]:
                cells.pop()
            token, offsets = _TOKEN.fullmatch(cells[0]), _OFFSETS.fullmatch(cells[1]) if len(cells) > 1 else None
            if len(cells) != width or token is None or offsets is None:
                raise _at(number, f"not a token's number, its offsets, the token and {width - _FIXED} columns")
            if not sentences:
                raise _at(number, "a token before the text of its sentence")
            start, end = int(offsets[1]), int(offsets[2])
            sentences[-1].rows.append(_Row(number, start, end, cells, "." in cells[0]))
    return sentences, told


def _text(sentences: Sequence[_Sentence]) -> tuple[str, dict[int, int]]:
    """The document's text, and the offset in code points of each in UTF-16 units."""
    pieces: list[str] = []
    places: dict[int, int] = {}
    units = points = 0
    for index, sentence in enumerate(sentences):
        if not sentence.rows:
            raise _at(sentence.line, "a sentence without tokens")
        own = code_points(sentence.text)
        first = sentence.rows[0]
        lead = sentence.text.find(_unescaped(first.cells[2]))
        begin = first.start - next((unit for unit, point in own.items() if point == lead), 0)
        gap = begin - units
        if not 0 <= gap <= _LONGEST_GAP or (index == 0 and gap and lead < 0):
            raise _at(first.line, "offsets that do not go on from the sentence before")
        pieces += ["\n" * gap, sentence.text]
        points += gap
        places |= {begin + unit: points + point for unit, point in own.items()}
        units, points = begin + max(own), points + len(sentence.text)
        for row in sentence.rows:
            here, there = places.get(row.start), places.get(row.end)
            if here is None or there is None or not begin <= row.start <= row.end <= units:
                raise _at(row.line, "offsets that are not within the text of the sentence")
            shown = sentence.text[here - (points - len(sentence.text)) : there - (points - len(sentence.text))]
            if shown != _unescaped(row.cells[2]):
                raise _at(row.line, "the text of the sentence has another token at these offsets")
    return "".join(pieces), places


def _values(row: _Row, column: int) -> Iterator[tuple[str | None, str | None]]:
    """The value and the number of each annotation in a cell; None for a value that is missing."""
    cell = row.cells[column]
    if cell == "_" or not cell:
        return
    for part in re.split(r"(?<!\\)\|", cell):
        match = _VALUE.fullmatch(part)
        value, number = (match["value"], match["id"]) if match else (part, None)
        yield (None if value == "*" else _unescaped(value)), number


def _others(name: str, row: _Row, layers: Sequence[_Layer], chosen: _Layer) -> Iterator[Change]:
    for layer in layers:
        if layer is not chosen:
            within = row.cells[layer.column : layer.column + layer.width]
            if any(cell not in ("_", "") for cell in within):
                yield Change(name, row.line, "left out", f"an annotation of the layer {layer.name}")


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: _ESCAPES.get(match[1], match[1]), text)

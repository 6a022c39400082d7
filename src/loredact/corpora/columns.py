"""Columns: a token a line, an empty line after each sentence, as in CoNLL-2003, CoNLL-U, CoNLL-U Plus and GermEval.

Which column is what, `layout.py` decides; which tags there are, `tags.py` says. Tokens are joined with single spaces,
or placed in the text that a comment `# text = …` holds where they are all of it. Sentences are joined with line breaks
where `-DOCSTART-` or a comment begins documents, and are documents of their own where nothing does. A written token of
several words (CoNLL-U's `1-2`) is one token, and an empty node (`1.1`) none.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from loredact.corpora.layout import (
    NUMBER,
    Layout,
    find_layout,
    is_comment,
    is_document_comment,
    starts_document,
)
from loredact.corpora.lines import Line
from loredact.corpora.options import ReadAs
from loredact.corpora.problems import Change, Item, Kind, Problem, Read, Taken
from loredact.corpora.tags import PREFIXES, Tag, joined_tag, parse_tag, scheme_of, spans_of
from loredact.corpora.tokens import join_tokens, place_tokens
from loredact.document import Document, Span

_TEXT = re.compile(r"#\s*text\s*=\s?(?P<text>.*)")


@dataclass(slots=True)
class _Token:
    text: str
    tag: Tag
    line: int
    glued: bool = False
    words: list[Tag] = field(default_factory=list)


@dataclass(slots=True)
class _Sentence:
    line: int
    tokens: list[_Token] = field(default_factory=list)
    text: str | None = None
    # A line of it that could not be read.
    broken: bool = False
    # The last number that its last token covers.
    covered: int = 0

    @property
    def tags(self) -> list[Tag]:
        return [joined_tag([token.tag, *token.words]) if token.words else token.tag for token in self.tokens]


def read_columns(name: str, lines: Sequence[Line], read_as: ReadAs, encoding: str) -> Iterator[Item]:
    """The documents of a file in columns, with what was taken for what."""
    layout = find_layout(lines, read_as)
    if isinstance(layout, str):
        yield Problem(name, 0, "", f"not read as columns: {layout}. Name them with --token-column and --tag-column")
        return
    reader = _Reader(name, layout)
    for number, line in lines:
        reader.take(number, line)
    reader.end()
    sentences = [sentence for document in reader.documents for sentence in document]
    scheme = scheme_of(sentence.tags for sentence in sentences)
    if not layout.separator:
        scheme += ", labels without a prefix"
    items = [item for document in reader.documents if document for item in _document(name, document, scheme)]
    placed = sum(sentence.text is not None for sentence in sentences)
    details = [*layout.details(), f"tags: {scheme}"]
    if reader.underscores:
        details.append("`_` taken for O")
    if placed:
        details.append(f"text of {placed} of {len(sentences)} sentences from `# text`")
    yield Taken(name, "columns", (*details, encoding), choice=True)
    yield from reader.told
    yield from items


class _Reader:
    """What has been read of a file: documents of sentences, and what was told on the way."""

    def __init__(self, name: str, layout: Layout) -> None:
        self.name = name
        self.layout = layout
        self.documents: list[list[_Sentence]] = [[]]
        self.told: list[Problem | Change] = []
        self.by_document = False
        # The line at which the last document began.
        self.begun = 0
        self.heading = layout.heading
        self.underscores = 0
        self.sentence = _Sentence(1)

    def take(self, number: int, line: str) -> None:
        """Take one line."""
        layout = self.layout
        if not line.strip():
            self.end_sentence(number)
        elif is_comment(line, layout):
            self._comment(number, line)
        elif starts_document(row := layout.cells(line)):
            self._begin_document(number)
        elif self.heading:
            self.heading = False
            self.tell(number, "left out", "a heading of the columns")
        else:
            self._row(number, row)

    def tell(self, number: int, kind: Kind, what: str, count: int = 1) -> None:
        """Note what was done at a line."""
        self.told.append(Change(self.name, number, kind, what, count))

    def end_sentence(self, number: int) -> None:
        """What comes from line `number` on is another sentence."""
        sentence = self.sentence
        self.sentence = _Sentence(number + 1)
        if not sentence.tokens and not sentence.broken:
            if sentence.text is None:
                return
            # A text of white space is an empty line of its document.
            if sentence.text.strip():
                self.tell(sentence.line, "left out", "a `# text` without tokens")
                return
        if not self.by_document and self.documents[-1]:
            self.documents.append([])
        self.documents[-1].append(sentence)

    def end(self) -> None:
        """There are no more lines."""
        self.end_sentence(0)
        if self.by_document and not self.documents[-1]:
            self.tell(self.begun, "left out", "a document without a token")

    def _begin_document(self, number: int) -> None:
        self.end_sentence(number)
        if self.by_document and not self.documents[-1]:
            self.tell(self.begun, "left out", "a document without a token")
        self.by_document, self.begun = True, number
        self.documents.append([])

    def _comment(self, number: int, line: str) -> None:
        if is_document_comment(line):
            self._begin_document(number)
            self.tell(number, "left out", "a comment that begins a document")
        elif match := _TEXT.fullmatch(line):
            if not self.sentence.tokens and self.sentence.text is None:
                self.sentence.line = number
                self.sentence.text = match["text"]
            else:
                self.tell(number, "not placed", "a second `# text` of a sentence, or one behind its tokens")
        else:
            self.tell(number, "left out", "a comment")

    def _row(self, number: int, row: list[str]) -> None:
        layout, sentence = self.layout, self.sentence
        needed = max(layout.token, layout.tag) + 1
        if len(row) != layout.width and not (layout.named and len(row) >= needed):
            self._refuse(number, "", f"{len(row)} columns where the others have {layout.width}")
            return
        if layout.number:
            match = NUMBER.fullmatch(row[0].strip())
            if match is None:
                self._refuse(number, "", "the first column must be the token's number, as in the other rows")
                return
            if match["empty"]:
                self.tell(number, "left out", "an empty node, which is not written")
                return
        written = layout.tag_of(row)
        tag = parse_tag(written, layout.separator)
        token = row[layout.token].strip()
        if tag is None:
            with_label = f"{layout.separator or '-'} and a label"
            self._refuse(number, "tag", f"must be O, or one of {', '.join(PREFIXES)} with {with_label}")
            return
        self.underscores += written == "_"
        self._others(number, row)
        if layout.number and match is not None and int(match["first"]) <= sentence.covered and not match["last"]:
            sentence.tokens[-1].words.append(tag)
            self.tell(number, "joined", "a word that is a part of a written token")
            return
        if not token:
            if tag.label:
                self._refuse(number, "token", "is missing, and has a label")
            else:
                self.tell(number, "left out", "a row without a token")
            return
        if token != row[layout.token]:
            self.tell(number, "trimmed", "white space at an end of a token")
        if not sentence.tokens and sentence.text is None:
            sentence.line = number
        sentence.covered = int(match["last"]) if layout.number and match is not None and match["last"] else 0
        glued = layout.number and any("SpaceAfter=No" in cell.split("|") for cell in row[layout.token + 1 :])
        sentence.tokens.append(_Token(token, tag, number, glued))

    def _others(self, number: int, row: Sequence[str]) -> None:
        for other in self.layout.others:
            if other < len(row) and row[other].strip() not in ("O", "_"):
                self.tell(number, "left out", f"a tag of column {other + 1}")

    def _refuse(self, number: int, where: str, reason: str) -> None:
        self.told.append(Problem(self.name, number, where, reason))
        self.sentence.broken = True


def _document(name: str, sentences: Sequence[_Sentence], scheme: str) -> Iterator[Item]:
    """The document that `sentences` make, with what was done to it; none where a line of it could not be read."""
    if any(sentence.broken for sentence in sentences):
        return
    pieces: list[str] = []
    spans: list[Span] = []
    position = 0
    for index, sentence in enumerate(sentences):
        if index:
            pieces.append("\n")
            position += 1
        tokens = [token.text for token in sentence.tokens]
        text, places = join_tokens(tokens, [token.glued for token in sentence.tokens])
        if sentence.text is not None:
            found = place_tokens(sentence.text, tokens)
            if found is None:
                yield Change(name, sentence.line, "not placed", "a `# text` that is not its tokens")
                sentence.text = None
            else:
                text, places = sentence.text, found
        found_spans, broken = spans_of(sentence.tags, scheme)
        for place in broken:
            line = sentence.tokens[place].line
            yield Change(name, line, "mended", f"a tag that {scheme} does not have there")
        for first, last, label in found_spans:
            spans.append(Span(position + places[first], position + places[last] + len(tokens[last]), label))
        pieces.append(text)
        position += len(text)
    yield Read(name, sentences[0].line, Document("".join(pieces), tuple(spans)))

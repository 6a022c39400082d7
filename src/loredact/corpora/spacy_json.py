"""spaCy's JSON forms.

- `Doc.to_json`: `{"text", "ents": [{"start", "end", "label"}]}`
- training data of version 2, in Python's words: `["text", {"entities": [[start, end, "LABEL"]]}]`, and a page's
  `{"annotations": [["text", {"entities": …}], …], "classes": […]}`
- `spacy convert`'s input of version 2: `{"paragraphs": [{"raw", "sentences": [{"tokens": [{"orth", "ner"}]}]}]}`, with
  BILOU tags or, in later versions, `"entities": [[start, end, "LABEL"]]`

A row that is a list is given to `read` as `{"": row}`.
"""

from collections.abc import Iterator

from loredact.corpora.doccano import triple
from loredact.corpora.fields import as_object, list_field, text_field
from loredact.corpora.problems import FieldError
from loredact.corpora.rows import Row, RowForm, Told, spans_of, without
from loredact.corpora.tags import parse_tag, scheme_of
from loredact.corpora.tags import spans_of as tagged_spans
from loredact.corpora.tokens import join_tokens, place_tokens
from loredact.document import Document, Span


def fits(row: Row) -> bool:
    """Whether `row` is one of spaCy's."""
    if "" in row:
        return _is_pair(row[""])
    return "paragraphs" in row or ("text" in row and isinstance(row.get("ents"), list)) or _is_page(row)


def read(row: Row) -> Iterator[Document | Told]:
    """The documents of a row.

    Raises:
        FieldError: where a field is missing or not as it must be.
    """
    if "" in row:
        yield _pair(row[""], "")
    elif "paragraphs" in row:
        for index, value in enumerate(list_field(row, "paragraphs")):
            where = f"paragraphs[{index}]"
            yield from _paragraph(as_object(value, where), where, without(row, "paragraphs"))
    elif "annotations" in row:
        for index, value in enumerate(list_field(row, "annotations")):
            if value is None:
                yield Told("left out", "a text that nobody annotated")
            else:
                yield _pair(value, f"annotations[{index}]")
    else:
        spans = spans_of(list_field(row, "ents"), "ents", "start", "end", "label")
        yield Document(text_field(row, "text"), spans, without(row, "text", "ents", "tokens"))


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], dict)


def _is_page(row: Row) -> bool:
    annotations = row.get("annotations")
    return isinstance(annotations, list) and "classes" in row and "data" not in row


def _pair(value: object, where: str) -> Document:
    if not isinstance(value, list) or len(value) != 2:
        raise FieldError(where, "must be [text, {entities}]")
    text = text_field({"text": value[0]}, "text", f"{where}.")
    said = as_object(value[1], f"{where}[1]")
    return Document(text, _triples(said, f"{where}."), without(said, "entities"))


def _triples(row: Row, where: str) -> tuple[Span, ...]:
    values = list_field(row, "entities")
    return tuple(Span(*triple(value, f"{where}entities[{index}]")) for index, value in enumerate(values))


def _paragraph(row: Row, where: str, extra: dict[str, object]) -> Iterator[Document | Told]:
    tokens, written, ends = [], [], []
    for index, sentence in enumerate(list_field(row, "sentences")):
        for place, value in enumerate(list_field(as_object(sentence, f"{where}.sentences[{index}]"), "tokens")):
            at = f"{where}.sentences[{index}].tokens[{place}]"
            token = as_object(value, at)
            tokens.append(text_field(token, "orth", f"{at}."))
            written.append(text_field(token, "ner", f"{at}.") if "ner" in token else "O")
        ends.append(len(tokens))
    raw = row.get("raw")
    text, places = join_tokens(tokens)
    if isinstance(raw, str):
        text = text_field(row, "raw", f"{where}.")
        found = place_tokens(text, [token for token in tokens if not token.isspace()])
        if found is None:
            raise FieldError(f"{where}.raw", "is not its tokens")
        places = _with_blanks(tokens, found)
    elif tokens:
        yield Told("joined", "a paragraph without `raw`, of its tokens")
    if isinstance(row.get("entities"), list):
        yield Document(text, _triples(row, f"{where}."), extra)
        return
    open_spans = tuple(
        Span(places[i], places[i] + len(token), "")
        for i, token in enumerate(tokens)
        if written[i] == "-" and not token.isspace()
    )
    if open_spans:
        yield Told("left open", "a token whose tag is missing", len(open_spans))
    tags = [parse_tag("O" if tag == "-" else tag, "-") for tag in written]
    if not all(tags):
        raise FieldError(f"{where}.sentences", "an `ner` is no tag of BILOU or BIO")
    spans: list[Span] = []
    scheme = scheme_of([[tag for tag in tags if tag]])
    first = 0
    for end in ends:
        within, broken = tagged_spans([tag for tag in tags[first:end] if tag], scheme)
        spans += (Span(places[first + a], places[first + b] + len(tokens[first + b]), label) for a, b, label in within)
        if broken:
            yield Told("mended", "a tag that its scheme does not have there", len(broken))
        first = end
    yield Document(text, tuple(spans), extra, None, open_spans)


def _with_blanks(tokens: list[str], places: list[int]) -> list[int]:
    """A place for each of `tokens`, of which those of white space have the place of what follows."""
    following = iter(places)
    found: list[int] = []
    waiting = 0
    for token in tokens:
        if token.isspace():
            waiting += 1
            continue
        place = next(following)
        found += [place] * (waiting + 1)
        waiting = 0
    return found + [places[-1] if places else 0] * waiting


FORM = RowForm(fits, read)

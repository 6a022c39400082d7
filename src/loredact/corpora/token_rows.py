"""Rows of tokens and tags, as in Hugging Face's `datasets`: `{"tokens": […], "ner_tags": […]}`.

Tags are names or numbers; of numbers the names are in the features of the data set (`parquet.py` has them). Tokens are
joined with single spaces, or placed in the row's `text` where they are all of it.
"""

from collections.abc import Mapping, Sequence

from loredact.corpora.fields import list_field, require_unicode, text_field
from loredact.corpora.problems import FieldError
from loredact.corpora.rows import Found, Row, RowForm, Told, without
from loredact.corpora.tags import Tag, parse_tag, scheme_of, spans_of
from loredact.corpora.tokens import join_tokens, place_tokens
from loredact.document import Document, Span, is_label

_TOKENS = ("tokens", "words")
_TAGS = ("ner_tags", "ner", "tags", "labels", "ner_tags_str")


def fits(row: Row) -> bool:
    """Whether `row` has tokens and tags."""
    return _one_of(row, _TOKENS) is not None and _one_of(row, _TAGS) is not None


def read(row: Row) -> Found:
    """The document of a row whose tags are names."""
    return read_named(row, {})


def read_named(row: Row, names: Mapping[str, Sequence[str]]) -> Found:
    """The document of a row; where its tags are numbers, `names` has those of the field.

    Raises:
        FieldError: where the two lists do not fit together, or a tag is none.
    """
    token_field, tag_field = _one_of(row, _TOKENS), _one_of(row, _TAGS)
    if token_field is None or tag_field is None:
        raise FieldError(str((token_field and "ner_tags") or "tokens"), "is missing")
    tokens = []
    for index, value in enumerate(list_field(row, token_field)):
        if not isinstance(value, str):
            raise FieldError(f"{token_field}[{index}]", "must be a string")
        require_unicode(value, f"{token_field}[{index}]")
        tokens.append(value)
    written = [
        _name(value, names.get(tag_field), f"{tag_field}[{index}]")
        for index, value in enumerate(list_field(row, tag_field))
    ]
    if len(tokens) != len(written):
        raise FieldError(tag_field, f"{len(written)} tags for {len(tokens)} tokens")
    tags = _tags(written, tag_field)
    told = []
    text, places = join_tokens(tokens)
    own = text_field(row, "text") if isinstance(row.get("text"), str) else None
    fitting = None if own is None else place_tokens(own, tokens)
    if own is not None and fitting is not None:
        text, places = own, fitting
    elif "text" in row:
        told.append(Told("not placed", "a `text` that is not its tokens"))
    scheme = scheme_of([tags])
    # One row is too few to tell BIO from IOB1.
    found, broken = spans_of(tags, "BIO" if scheme == "IOB1" else scheme)
    if broken:
        told.append(Told("mended", "a tag that its scheme does not have there", len(broken)))
    spans = tuple(Span(places[first], places[last] + len(tokens[last]), label) for first, last, label in found)
    return [*told, Document(text, spans, without(row, token_field, tag_field, "text"))]


def _tags(written: Sequence[str], field: str) -> list[Tag]:
    tags = []
    for separator in "-_":
        tags = [parse_tag(tag, separator) for tag in written]
        if all(tags):
            return [tag for tag in tags if tag]
    if all(is_label(tag) for tag in written) and not any(parse_tag(t, s) for t in written for s in "-_" if t != "O"):
        return [Tag("I", tag) if tag != "O" else Tag("O") for tag in written]
    raise FieldError(field, "tags must be O, or a prefix and a label such as B-PERSON")


def _name(value: object, names: Sequence[str] | None, where: str) -> str:
    if isinstance(value, str):
        require_unicode(value, where)
        return value
    if not isinstance(value, int) or isinstance(value, bool):
        raise FieldError(where, "must be a tag or its number")
    if names is None:
        raise FieldError(where, "is a number, and the names of the tags are not in the file; read the Parquet file")
    if not 0 <= value < len(names):
        raise FieldError(where, f"is {value}, and there are {len(names)} names of tags")
    return names[value]


def _one_of(row: Row, fields: Sequence[str]) -> str | None:
    return next((name for name in fields if isinstance(row.get(name), list)), None)


FORM = RowForm(fits, read)

"""spaCy's `.spacy` files: a DocBin (https://spacy.io/api/docbin), written with spaCy."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from loredact.corpora.needs import needing
from loredact.corpora.problems import Change
from loredact.corpora.writers.losses import change, lost
from loredact.document import Document, Span
from loredact.files import replacing


def write_docbin(path: Path, documents: Sequence[Document]) -> list[Change]:
    """Write `documents` with the tokens of spaCy's tokenizer for any language, cut at the borders of spans.

    What was left open is a missing entity, of which spaCy learns nothing.
    """
    with needing("spacy", "spacy"):
        import spacy
        from spacy.tokens import DocBin
    nlp = spacy.blank("xx")
    docs = DocBin(attrs=["ORTH", "SPACY", "ENT_IOB", "ENT_TYPE"])
    told: list[Change] = []
    for number, document in enumerate(documents, start=1):
        docs.add(_doc(nlp, document))
        told += lost(path, number, document, keeps_open=True)
        text = document.text
        touching = sum(not text[a.end : b.start].strip() for a, b in pairwise(document.open_spans))
        if touching:
            told.append(change(path, number, "substrings left open, with only white space between", touching, "joined"))
    data = docs.to_bytes()
    with replacing(path) as part:
        part.write_bytes(data)
    return told


def _doc(nlp: Any, document: Document) -> Any:
    from spacy.tokens import Doc

    text = document.text
    borders = {place for span in (*document.spans, *document.open_spans) for place in (span.start, span.end)}
    words: list[str] = []
    spaces: list[bool] = []
    starts: list[int] = []
    for token in nlp.tokenizer(text):
        end = token.idx + len(token.text)
        places = [token.idx, *(place for place in range(token.idx + 1, end) if place in borders), end]
        for start, stop in pairwise(places):
            starts.append(start)
            words.append(text[start:stop])
            spaces.append(stop == end and bool(token.whitespace_))
    doc = Doc(nlp.vocab, words=words, spaces=spaces)
    doc.set_ents(
        [_tokens(doc, starts, span) for span in document.spans],
        missing=[_tokens(doc, starts, span) for span in document.open_spans],
    )
    return doc


def _tokens(doc: Any, starts: Sequence[int], span: Span) -> Any:
    from spacy.tokens import Span as Tokens

    return Tokens(doc, bisect_left(starts, span.start), bisect_left(starts, span.end), label=span.label)

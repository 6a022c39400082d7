"""A component for spaCy: `nlp.add_pipe("loredact")`, with `config={"adapter": "my-adapter"}` for another adapter.

What is found stands in `doc.spans["loredact"]`, whole tokens that hold it, and in `doc.ents` too where `ents` is set
and no other entity is there. Each document's offsets in characters, exact, are in `doc.user_data["loredact"]`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import filter_spans

from loredact.adapters import DEFAULT_ADAPTER
from loredact.document import Document, Span
from loredact.masking import Masker

KEY = "loredact"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text(Document):
    """The text of a document of spaCy's, and that document."""

    doc: Doc


class LoredactComponent:
    """Puts what a masker finds into documents."""

    def __init__(self, masker: Masker, ents: bool) -> None:
        self._masker, self._ents = masker, ents

    def __call__(self, doc: Doc) -> Doc:
        """`doc`, with its spans."""
        return self._annotated(doc, self._masker.find(doc.text))

    def pipe(self, docs: Iterable[Doc], batch_size: int = 128) -> Iterator[Doc]:
        """The documents, with their spans; they are taken some thousands of tokens at a time."""
        for found in self._masker.find_many(_Text(doc.text, doc=doc) for doc in docs):
            assert isinstance(found, _Text)
            yield self._annotated(found.doc, found.spans)

    def _annotated(self, doc: Doc, found: Sequence[Span]) -> Doc:
        aligned = [doc.char_span(span.start, span.end, label=span.label, alignment_mode="expand") for span in found]
        spans = [span for span in aligned if span is not None]
        doc.spans[KEY] = spans
        doc.user_data[KEY] = [(span.start, span.end, span.label, span.score) for span in found]
        if self._ents:
            doc.ents = filter_spans([*doc.ents, *spans])
        return doc


_DEFAULTS: dict[str, object] = {
    "adapter": DEFAULT_ADAPTER,
    "recall": None,
    "precision": None,
    "also": [],
    "ents": False,
}


@Language.factory("loredact", default_config=_DEFAULTS)  # type: ignore[untyped-decorator]
def make(
    nlp: Language,
    name: str,
    adapter: str,
    recall: float | None,
    precision: float | None,
    also: list[str],
    ents: bool,
) -> LoredactComponent:
    """The component of an adapter, at an operating point of one's own where one is given."""
    return LoredactComponent(Masker.load(adapter, recall=recall, precision=precision, also=also), ents)

"""How good a set of predicted spans is.

- **strict**: a predicted span is right where offsets and label are those of a labelled one.
- **spans**: the same with the label left aside.
- **characters**: how many personal characters lie in a predicted span, and how many characters in predicted spans are
  personal; white space is not counted, and labels are left aside.
- **documents**: in how many no personal character was missed.

precision = right / predicted, recall = right / labelled, F1 = 2 · right / (predicted + labelled). A figure whose
denominator is 0 is 1: nothing was to be found and nothing was found wrongly.

Spans may be ignored, such as a corpus' organisations where they are not personal. Their characters count nowhere,
and neither does a predicted span that has no others; one that reaches beyond them counts as usual, by its others.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import repeat

from loredact.document import Document, Span


@dataclass(slots=True)
class Figures:
    """Counts, and the figures that follow from them."""

    right: int = 0
    predicted: int = 0
    labelled: int = 0

    @property
    def precision(self) -> float:
        return self.right / self.predicted if self.predicted else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.labelled if self.labelled else 1.0

    @property
    def f1(self) -> float:
        both = self.predicted + self.labelled
        return 2 * self.right / both if both else 1.0

    @property
    def f1_error(self) -> float:
        """The standard error of F1, by the delta method, as if spans were right or wrong independently.

        √((2 − F) F (1 − F) / (predicted + labelled)).
        """
        both = self.predicted + self.labelled
        return math.sqrt((2 - self.f1) * self.f1 * (1 - self.f1) / both) if both else 0.0

    def add(self, right: int, predicted: int, labelled: int) -> None:
        """Count one more document."""
        self.right += right
        self.predicted += predicted
        self.labelled += labelled

    def as_json(self) -> dict[str, float | int]:
        """Figures and counts, as `loredact evaluate --json` prints them."""
        return {
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "right": self.right,
            "predicted": self.predicted,
            "labelled": self.labelled,
        }


@dataclass(slots=True)
class Apart:
    """How many of the characters of ignored spans lie in a predicted span."""

    covered: int = 0
    characters: int = 0

    @property
    def share(self) -> float:
        return self.covered / self.characters if self.characters else 0.0

    def add(self, covered: int, characters: int) -> None:
        """Count one more span."""
        self.covered += covered
        self.characters += characters

    def as_json(self) -> dict[str, float | int]:
        """Share and counts, as `loredact evaluate --json` prints them."""
        return {"share": self.share, "covered": self.covered, "characters": self.characters}


@dataclass(slots=True)
class Evaluation:
    """All figures over a corpus."""

    strict: Figures = field(default_factory=Figures)
    spans: Figures = field(default_factory=Figures)
    characters: Figures = field(default_factory=Figures)
    labels: dict[str, Figures] = field(default_factory=lambda: defaultdict(Figures))
    apart: dict[str, Apart] = field(default_factory=lambda: defaultdict(Apart))
    documents: int = 0
    leaking_documents: int = 0

    @property
    def macro_f1(self) -> float:
        """The mean of the labels' strict F1, over labels that occur in the labelled spans."""
        values = [figures.f1 for figures in self.labels.values() if figures.labelled]
        return sum(values) / len(values) if values else 1.0

    @property
    def leak_free(self) -> float:
        """The share of documents in which no personal character was missed."""
        return 1 - self.leaking_documents / self.documents if self.documents else 1.0

    def as_json(self) -> dict[str, object]:
        """The figures under the keys of `loredact evaluate --json`."""
        return {
            "strict": {**self.strict.as_json(), "macro_f1": self.macro_f1},
            "spans": self.spans.as_json(),
            "characters": self.characters.as_json(),
            "documents": {
                "count": self.documents,
                "leaking": self.leaking_documents,
                "leak_free": self.leak_free,
            },
            "labels": {label: self.labels[label].as_json() for label in sorted(self.labels)},
            "apart": {label: self.apart[label].as_json() for label in sorted(self.apart)},
        }


def set_apart(
    documents: Sequence[Document],
    labels: Collection[str],
    apart: Iterable[Sequence[Span]] | None = None,
) -> tuple[list[Document], list[tuple[Span, ...]]]:
    """`documents` without their spans of `labels`, and for each those spans, beside those in `apart` already."""
    none: tuple[Span, ...] = ()
    kept, aside = [], []
    for document, already in zip(documents, repeat(none, len(documents)) if apart is None else apart, strict=True):
        kept.append(replace(document, spans=tuple(span for span in document.spans if span.label not in labels)))
        aside.append((*already, *(span for span in document.spans if span.label in labels)))
    return kept, aside


def evaluate(
    documents: Sequence[Document],
    found: Iterable[Document],
    apart: Iterable[Sequence[Span]] | None = None,
) -> Evaluation:
    """Hold the spans of the documents that were `found` against those of the labelled `documents`, one by one.

    `apart` holds, for each document, spans that are none of its own and are ignored.

    Raises:
        ValueError: where there are more or fewer documents found, or lists of ignored spans, than labelled ones, or
            one that was found has another text.
    """
    result = Evaluation()
    none: tuple[Span, ...] = ()
    aside = repeat(none, len(documents)) if apart is None else apart
    for document, guess, kept in zip(documents, found, aside, strict=True):
        if guess.text != document.text:
            raise ValueError("the documents that were found are others than the labelled ones")
        neutral = _characters(document.text, kept)
        predicted = [span for span in guess.spans if not _lies_in(neutral, document.text, span)]
        strict_gold = {(span.start, span.end, span.label) for span in document.spans}
        strict_found = {(span.start, span.end, span.label) for span in predicted}
        result.strict.add(len(strict_gold & strict_found), len(strict_found), len(strict_gold))
        for label in {span.label for span in (*document.spans, *predicted)}:
            gold = {key for key in strict_gold if key[2] == label}
            of_label = {key for key in strict_found if key[2] == label}
            result.labels[label].add(len(gold & of_label), len(of_label), len(gold))

        gold_places = {key[:2] for key in strict_gold}
        found_places = {key[:2] for key in strict_found}
        result.spans.add(len(gold_places & found_places), len(found_places), len(gold_places))

        masked = _characters(document.text, guess.spans)
        for span in kept:
            characters = _characters(document.text, [span])
            result.apart[span.label].add(len(characters & masked), len(characters))

        personal = _characters(document.text, document.spans) - neutral
        covered = masked - neutral
        result.characters.add(len(personal & covered), len(covered), len(personal))
        result.documents += 1
        result.leaking_documents += bool(personal - covered)
    return result


def missed_share(document: Document, found: Iterable[Span], kept: Iterable[Span] = ()) -> float | None:
    """The share of the document's personal characters that lie in none of the spans `found`, those in `kept` left out;
    None where it has none.
    """
    personal = _characters(document.text, document.spans) - _characters(document.text, kept)
    return len(personal - _characters(document.text, found)) / len(personal) if personal else None


def _characters(text: str, spans: Iterable[Span]) -> set[int]:
    return {offset for span in spans for offset in range(span.start, span.end) if not text[offset].isspace()}


def _lies_in(characters: set[int], text: str, span: Span) -> bool:
    own = _characters(text, [span])
    return bool(own) and own <= characters

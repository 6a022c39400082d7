"""Likely slips: labelled texts in which an adapter that was trained without them is sure of something else.

The texts are dealt into folds; for each fold an adapter is trained on the others and looks at the fold. Source of the
idea: Northcutt et al., "Confident Learning", 2021, arXiv:1911.00068.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loredact.document import Document, Span
from loredact.rules.seen import see
from loredact.studio.choices import change_choice, read_choice
from loredact.studio.database import Database
from loredact.studio.labelled import MAIN, Place, read_layer
from loredact.studio.texts import digest_of

if TYPE_CHECKING:
    from loredact.decoding import Scored
    from loredact.masking import Masker

FOLDS = 3
# How sure the adapter must be.
SURE = 0.9
# The key under which is kept what a person said of slips that are none.
SETTLED = "slips"
_QUOTED, _AROUND = 80, 40


@dataclass(frozen=True, slots=True)
class Slip:
    """Where an adapter is sure of something else than is labelled in a text: of `found` where it found a span, and that
    `labelled` is nothing where it did not. `sure` is its probability of that.
    """

    labelled: Place | None
    found: Place | None
    sure: float


def fold_of(document: Document) -> int:
    """The fold of a document, which follows from its text alone."""
    return int(digest_of(document.text)[8:16], 16) % FOLDS


def slips(document: Document, found: Sequence[Span], nothing: Sequence[float]) -> list[Slip]:
    """The slips in a document: `found` are spans with their scores, and `nothing` says of each labelled span how likely
    no part of it is personal.
    """
    labelled = {_place(span) for span in document.spans}
    told = []
    for span in found:
        if span.score >= SURE and _place(span) not in labelled:
            met = next((one for one in document.spans if one.start < span.end and span.start < one.end), None)
            told.append(Slip(None if met is None else _place(met), _place(span), span.score))
    for span, chance in zip(document.spans, nothing, strict=True):
        free = not any(one.start < span.end and span.start < one.end for one in found)
        if free and chance >= SURE:
            told.append(Slip(_place(span), None, chance))
    return told


def look_for_slips(masker: "Masker", document: Document) -> list[Slip]:
    """The slips in a document that the adapter of `masker` was trained without."""
    tagger = masker.tagger
    assert tagger is not None
    seen = see(document.text)
    (scored,) = tagger.score([seen.text])
    found = masker.spans_of(document.text, seen, scored)
    outside = _outside(scored, tagger.description.decoding.temperature)
    starts, ends = scored.tokens.starts, scored.tokens.ends
    tokens = [
        (seen.written([Span(int(start), int(end), "X")]), chance)
        for start, end, chance in zip(starts, ends, outside, strict=True)
        if start < end
    ]
    nothing = [
        min((chance for at, chance in tokens if at and at[0].start < span.end and span.start < at[0].end), default=0.0)
        for span in document.spans
    ]
    return slips(document, found, nothing)


def open_slips(database: Database, result: dict[str, Any]) -> list[dict[str, Any]]:
    """Of the slips in `result`, those that nobody has settled, the surest first: the fields of `Slip` and the number of
    the `text`, with what stands there.
    """
    settled = {tuple(map(_key, one)) for one in read_choice(database, SETTLED, [])}
    told = []
    for slip in result["slips"]:
        labelled, found = _read(slip["labelled"]), _read(slip["found"])
        layer = read_layer(database, slip["text"], MAIN)
        gone = labelled is not None and labelled not in layer.spans
        there = found is not None and found in layer.spans
        # Something was labelled there since.
        met = labelled is None and found is not None and any(a < found[1] and found[0] < b for a, b, _ in layer.spans)
        if gone or there or met or (slip["text"], _key(labelled), _key(found)) in settled:
            continue
        row = database.rows("SELECT name, text FROM texts WHERE id = ?", slip["text"])[0]
        start, end = (found or labelled or (0, 0, ""))[:2]
        told.append(
            {
                **slip,
                "name": row["name"],
                "version": layer.version,
                "before": row["text"][max(0, start - _AROUND) : start],
                "value": row["text"][start:end][:_QUOTED],
                "after": row["text"][end : end + _AROUND],
                "was": None if labelled is None else row["text"][labelled[0] : labelled[1]][:_QUOTED],
            }
        )
    return sorted(told, key=lambda slip: -slip["sure"])


def settle(database: Database, text: int, labelled: Place | None, found: Place | None, who: str) -> None:
    """Say that what is labelled there is right."""
    change_choice(database, SETTLED, [], lambda kept: [*kept, [text, labelled, found]], who)


def _outside(scored: "Scored", temperature: float) -> list[float]:
    """The probability of `O` for each token."""
    import numpy as np

    from loredact.decoding import log_softmax
    from loredact.encoding.tags import OUTSIDE

    if not len(scored.scores):
        return []
    return [float(p) for p in np.exp(log_softmax(scored.scores, temperature)[:, OUTSIDE])]


def _place(span: Span) -> Place:
    return span.start, span.end, span.label


def _read(place: Sequence[Any] | None) -> Place | None:
    return None if place is None else (place[0], place[1], place[2])


def _key(place: Any) -> Any:
    return tuple(place) if isinstance(place, list | tuple) else place

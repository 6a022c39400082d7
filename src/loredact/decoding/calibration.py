"""Calibration: fit how scores become spans to held-out text, and measure how far a score of 0.9 means that nine in ten
such spans are right.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from loredact.decoding.evidence import fit_evidence_threshold
from loredact.decoding.operating_points import OFFSETS, OperatingPoint, offset_for
from loredact.decoding.settings import Decoding
from loredact.decoding.spans import Scored, highest_evidence, log_softmax
from loredact.document import Document, Span, up_to
from loredact.encoding import AllowedTags, TagSet
from loredact.encoding.tags import OUTSIDE
from loredact.evaluation import Evaluation, evaluate, set_apart

# Held-out text decoded once for each offset.
_CHARACTERS = 300_000
# A threshold is raised so many times at most until it holds at the adapter's own operating point.
_MOST_THRESHOLDS = 10


def calibrate(scores: Sequence[Scored], gold: Sequence[Document], tags: TagSet, targets: Decoding) -> Decoding:
    """`targets` with the temperature, the operating points and the evidence threshold that meet it on held-out text.

    `scores` are of the documents in `gold`, which annotate what they say. A recall out of reach becomes the highest
    that was measured, None where nothing is found at all. Where no threshold leaves as few false positives as asked for
    at that recall, there is none.
    """
    plain = targets.uncalibrated().model_copy(update={"temperature": _fit_temperature(scores, gold, tags)})
    without = _with_operating_points(plain, scores, gold, tags)
    if targets.max_false_positive_rate is None:
        return without
    return _with_evidence_threshold(without, scores, gold, tags) or without


def find_scored(
    decoding: Decoding, scores: Iterable[Scored], gold: Sequence[Document], tags: TagSet, offset: float
) -> Iterator[Document]:
    """The documents `gold` with what is found in their `scores` at `offset`, but for what they say nothing of."""
    pairs = zip(gold, scores, strict=True)
    return told(gold, (document.with_spans(decoding.spans(scored, tags, offset)) for document, scored in pairs))


def told(gold: Sequence[Document], found: Iterable[Document]) -> Iterator[Document]:
    """What was found in each of the documents `gold`, without what they say nothing of: spans of a label that is not
    annotated where nothing is labelled, and spans in open ones.
    """
    for document, guess in zip(gold, found, strict=True):
        yield guess.with_spans(
            span
            for span in guess.spans
            if overlaps(span, document.spans)
            or not (_is_untold(document, span.label) or overlaps(span, document.open_spans))
        )


def evaluate_told(gold: Sequence[Document], found: Iterable[Document], off: Iterable[str]) -> Evaluation:
    """What was found held against `gold`, in which spans of labels that are `off` are ignored."""
    personal, apart = set_apart(gold, frozenset(off))
    return evaluate(personal, found, apart)


def is_pii_free(document: Document) -> bool:
    """Whether nothing in the document is personal, as far as it says."""
    return not document.spans and not document.open_spans and document.annotated is None


def overlaps(span: Span, others: Iterable[Span]) -> bool:
    """Whether `span` shares a character with one of `others`."""
    return any(span.start < other.end and other.start < span.end for other in others)


def _is_untold(document: Document, label: str) -> bool:
    return document.annotated is not None and label not in document.annotated


def _with_operating_points(
    decoding: Decoding, scores: Sequence[Scored], gold: Sequence[Document], tags: TagSet
) -> Decoding:
    """`decoding` with what each offset gives on the held-out text, or on so much of it as is decoded in reasonable
    time, and with the highest recall in place of one that is out of reach.
    """
    count = up_to(gold, _CHARACTERS)
    points = []
    for offset in OFFSETS:
        found = find_scored(decoding, scores[:count], gold[:count], tags, offset)
        characters = evaluate_told(gold[:count], found, decoding.off).characters
        points.append(OperatingPoint(offset=offset, recall=characters.recall, precision=characters.precision))
    recall = decoding.recall
    if recall is not None:
        # Of an adapter that finds nothing at all, nothing is asked.
        recall = min(recall, points[-1].recall) or None
    return decoding.model_copy(update={"operating_points": tuple(points), "recall": recall})


def _with_evidence_threshold(
    without: Decoding, scores: Sequence[Scored], gold: Sequence[Document], tags: TagSet
) -> Decoding | None:
    """The decoding with a threshold that leaves no more false positives than may be, None where there is none.

    With a threshold a higher offset finds as much, and at that one a higher threshold may be needed.
    """
    assert without.max_false_positive_rate is not None
    pii_free = [scored for scored, document in zip(scores, gold, strict=True) if is_pii_free(document)]
    decoding, threshold = without, -np.inf
    for _ in range(_MOST_THRESHOLDS):
        offset = offset_for(decoding.operating_points, recall=decoding.recall)
        evidence = [highest_evidence(part.scores, tags, without.temperature, offset, without.off) for part in pii_free]
        evidence = [nats if nats >= threshold else -np.inf for nats in evidence]
        higher = fit_evidence_threshold(evidence, without.max_false_positive_rate)
        if higher is None:
            return decoding
        threshold = higher
        asked = decoding.model_copy(update={"evidence_threshold": threshold})
        decoding = _with_operating_points(asked, scores, gold, tags)
        if decoding.recall != without.recall:  # out of reach with the threshold
            break
    return None


def _fit_temperature(scores: Sequence[Scored], gold: Sequence[Document], tags: TagSet) -> float:
    """The temperature, by the tokens whose tag the held-out text tells."""
    allowed = AllowedTags(tags)
    written = [tags.write(part.tokens, document.spans) for part, document in zip(scores, gold, strict=True)]
    sets = [allowed.of(part.tokens, own, d) for part, own, d in zip(scores, written, gold, strict=True)]
    known, every_score = np.concatenate(written), np.concatenate([part.scores for part in scores])
    # Where a tag is not known, one that is not allowed is a mistake for `O`; any other says nothing.
    best, table, chosen = every_score.argmax(-1), allowed.table, np.concatenate(sets)
    is_told = (chosen == 0) | (best == OUTSIDE) & table[chosen, OUTSIDE] | ~table[chosen, best] & (chosen > 0)
    is_told &= ~np.all(table, axis=1)[chosen]  # where anything is allowed, nothing is told
    return fit_temperature(every_score[is_told], known[is_told])


def fit_temperature(scores: NDArray[np.float32], tags: NDArray[np.int64]) -> float:
    """The temperature T that makes held-out tags most probable: it minimises −mean log softmax(scores / T)[tag].

    Source: Guo et al., "On Calibration of Modern Neural Networks", arXiv:1706.04599, section 4.2.
    Shapes: scores `(tokens, tags)`, tags `(tokens,)`. Without tokens the temperature is 1.
    """
    if len(tags) == 0:
        return 1.0
    # Only training needs it, and importing it takes most of a second.
    from scipy.optimize import minimize_scalar

    # Tokens that are outside beyond doubt say nothing of the temperature and are most of a text.
    log_p = log_softmax(scores, 1.0)
    telling = (tags != 0) | (log_p[:, 0] < np.log(0.9999))
    if not telling.any():
        return 1.0

    def loss(log_temperature: float) -> float:
        chosen = log_softmax(scores[telling], float(np.exp(log_temperature)))
        return -float(chosen[np.arange(len(chosen)), tags[telling]].mean())

    found = minimize_scalar(loss, bounds=(np.log(0.25), np.log(8.0)), method="bounded")
    return float(np.exp(found.x))


def calibration_error(scores: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Expected calibration error: Σ over bins of (share of spans in it) · |mean score − share that is right|.

    Source: Naeini et al., 2015, as given by arXiv:1706.04599, equation 5. 0 for no spans.
    """
    values, outcomes = np.asarray(scores, dtype=np.float64), np.asarray(right, dtype=np.float64)
    if len(values) == 0:
        return 0.0
    which = np.minimum((values * bins).astype(int), bins - 1)
    error = 0.0
    for number in range(bins):
        inside = which == number
        if inside.any():
            error += inside.mean() * abs(values[inside].mean() - outcomes[inside].mean())
    return float(error)

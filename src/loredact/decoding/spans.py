"""Decode tag scores to spans of the text."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from loredact.decoding.evidence import evidence
from loredact.decoding.lattice import best_path, posteriors
from loredact.document import Span
from loredact.encoding import TagSet, Tokens
from loredact.encoding.tags import OUTSIDE


@dataclass(frozen=True, slots=True)
class Scored:
    """A text, its tokens and their tag scores, shape `(tokens, tags)`, before any softmax."""

    text: str
    tokens: Tokens
    scores: NDArray[np.float32]


def decode(
    scores: NDArray[np.float32],
    tokens: Tokens,
    tags: TagSet,
    temperature: float = 1.0,
    offset: float = 0.0,
    evidence_threshold: float | None = None,
    off: Collection[str] = (),
) -> list[Span]:
    """The spans of the best allowed tag sequence, in order and without overlap, each with its probability.

    Shapes: scores `(tokens, tags)`, before any softmax. They are divided by `temperature` first (Guo et al., 2017,
    arXiv:1706.04599), which leaves the best of a token's tags the best and makes the probabilities match how often they
    turn out right. What has one of the labels in `off` counts as not personal, as `O` does, and is no span. `offset`,
    in nats, is taken off the scores of what is not personal: above 0 more is found. With an `evidence_threshold`, what
    may look personal by chance alone is no span (see `decoding.evidence`).
    """
    outside = _not_personal(tags, off)
    log_p = log_softmax(_shifted(scores, offset, outside), temperature)
    segments = [segment for segment in best_path(log_p) if tags.labels[segment.label] not in off]
    if evidence_threshold is not None:
        beyond = evidence(log_p, segments, outside)
        segments = [s for s, nats in zip(segments, beyond, strict=True) if nats >= evidence_threshold]
    spans: list[Span] = []
    for segment, score in zip(segments, posteriors(log_p, segments), strict=True):
        start = int(tokens.starts[segment.first])
        end = int(tokens.ends[segment.past - 1])
        # Two tokens can share a character (a byte-level vocabulary splits an emoji); the earlier span keeps it.
        if spans:
            start = max(start, spans[-1].end)
        if start < end:
            spans.append(Span(start, end, tags.labels[segment.label], score))
    return spans


def highest_evidence(
    scores: NDArray[np.float32], tags: TagSet, temperature: float = 1.0, offset: float = 0.0, off: Collection[str] = ()
) -> float:
    """The highest evidence (see `decoding.evidence`) of any span found without a threshold; -inf for none."""
    outside = _not_personal(tags, off)
    log_p = log_softmax(_shifted(scores, offset, outside), temperature)
    segments = [segment for segment in best_path(log_p) if tags.labels[segment.label] not in off]
    return max(evidence(log_p, segments, outside), default=-np.inf)


def _not_personal(tags: TagSet, off: Collection[str]) -> list[int]:
    """The tags of what is not personal: `O`, and those of the labels in `off`."""
    return [OUTSIDE, *(tags.tag(label, place) for label in tags.labels if label in off for place in range(4))]


def _shifted(scores: NDArray[np.float32], offset: float, outside: Sequence[int]) -> NDArray[np.float32]:
    if offset:
        scores = scores.copy()
        scores[:, outside] -= offset
    return scores


def log_softmax(scores: NDArray[np.float32], temperature: float) -> NDArray[np.float64]:
    """log softmax(scores / temperature) along the last axis, in float64."""
    log_p: NDArray[np.float64] = torch.log_softmax(torch.from_numpy(scores).double() / temperature, -1).numpy()
    return log_p

"""Decode tag scores to spans of the text."""

from collections.abc import Collection, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from loredact.decoding.chance import evidence
from loredact.decoding.lattice import best_path, posteriors
from loredact.document import Span
from loredact.encoding import TagSet, Tokens
from loredact.encoding.tags import OUTSIDE


def decode(
    scores: NDArray[np.float32],
    tokens: Tokens,
    tags: TagSet,
    temperature: float = 1.0,
    bias: float = 0.0,
    margin: float | None = None,
    off: Collection[str] = (),
) -> list[Span]:
    """The spans of the best allowed tag sequence, in order and without overlap, each with its probability.

    Shapes: scores `(tokens, tags)`, before any softmax. They are divided by `temperature` first (Guo et al., 2017,
    arXiv:1706.04599), which leaves the best of a token's tags the best and makes the probabilities match how often they
    turn out right. What has one of the labels in `off` counts as not personal, as `O` does, and is no span. `bias`, in
    nats, is taken off the scores of what is not personal: above 0 more is found. With a `margin`, what may look
    personal by chance alone is no span (see `decoding.chance`).
    """
    outside = _not_personal(tags, off)
    log_p = log_softmax(_biased(scores, bias, outside), temperature)
    stretches = [stretch for stretch in best_path(log_p) if tags.labels[stretch.label] not in off]
    if margin is not None:
        beyond = evidence(log_p, stretches, outside)
        stretches = [s for s, nats in zip(stretches, beyond, strict=True) if nats >= margin]
    spans: list[Span] = []
    for stretch, score in zip(stretches, posteriors(log_p, stretches), strict=True):
        start = int(tokens.starts[stretch.first])
        end = int(tokens.ends[stretch.past - 1])
        # Two tokens can share a character (a byte-level vocabulary splits an emoji); the earlier span keeps it.
        if spans:
            start = max(start, spans[-1].end)
        if start < end:
            spans.append(Span(start, end, tags.labels[stretch.label], score))
    return spans


def highest_evidence(
    scores: NDArray[np.float32], tags: TagSet, temperature: float = 1.0, bias: float = 0.0, off: Collection[str] = ()
) -> float:
    """The highest evidence (see `decoding.chance`) of any span that `decode` finds without a margin; -inf for none."""
    outside = _not_personal(tags, off)
    log_p = log_softmax(_biased(scores, bias, outside), temperature)
    stretches = [stretch for stretch in best_path(log_p) if tags.labels[stretch.label] not in off]
    return max(evidence(log_p, stretches, outside), default=-np.inf)


def _not_personal(tags: TagSet, off: Collection[str]) -> list[int]:
    """The tags of what is not personal: `O`, and those of the labels in `off`."""
    return [OUTSIDE, *(tags.tag(label, place) for label in tags.labels if label in off for place in range(4))]


def _biased(scores: NDArray[np.float32], bias: float, outside: Sequence[int]) -> NDArray[np.float32]:
    if bias:
        scores = scores.copy()
        scores[:, outside] -= bias
    return scores


def log_softmax(scores: NDArray[np.float32], temperature: float) -> NDArray[np.float64]:
    """log softmax(scores / temperature) along the last axis, in float64."""
    log_p: NDArray[np.float64] = torch.log_softmax(torch.from_numpy(scores).double() / temperature, -1).numpy()
    return log_p

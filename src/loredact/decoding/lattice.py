"""The spans of the best allowed tag sequence, and the probability of each."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from loredact.encoding.tags import BEGIN, END, SINGLE
from loredact.kernels import forward_backward, viterbi

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Segment:
    """Tokens `[first, past)` that the best path gives to one label, with its index."""

    first: int
    past: int
    label: int


def best_path(log_probabilities: Floats) -> list[Segment]:
    """The spans on the allowed tag sequence with the highest sum of log-probabilities.

    Shapes: log_probabilities `(tokens, 1 + 4·labels)`.
    """
    tags = viterbi(torch.from_numpy(log_probabilities)).numpy()
    label, place = np.divmod(tags - 1, 4)  # of O: -1
    firsts = np.flatnonzero((label >= 0) & ((place == BEGIN) | (place == SINGLE)))
    lasts = np.flatnonzero((label >= 0) & ((place == END) | (place == SINGLE)))
    return [
        Segment(first, last + 1, of)
        for first, last, of in zip(firsts.tolist(), lasts.tolist(), label[firsts].tolist(), strict=True)
    ]


def posteriors(log_probabilities: Floats, segments: list[Segment]) -> list[float]:
    """The probability of each segment, summed over all allowed tag sequences that hold it.

    With p the tags' probabilities, P(segment) = α(first) · Π p(its tags) · β(past) / Z, where α and β sum the products
    over all allowed ways to be outside any span before and to end after it, and Z over all allowed sequences.
    """
    if not segments:
        return []
    log_p = torch.from_numpy(log_probabilities)
    log_alpha, log_beta = (sums.numpy() for sums in forward_backward(log_p.exp()))
    return [
        float(np.exp(min(0.0, log_alpha[s.first] + _inner(log_probabilities, s) + log_beta[s.past] - log_alpha[-1])))
        for s in segments
    ]


def _inner(log_probabilities: Floats, segment: Segment) -> float:
    first_tag = 1 + 4 * segment.label
    if segment.past - segment.first == 1:
        return float(log_probabilities[segment.first, first_tag + 3])
    middle = log_probabilities[segment.first + 1 : segment.past - 1, first_tag + 1].sum()
    return float(
        log_probabilities[segment.first, first_tag] + middle + log_probabilities[segment.past - 1, first_tag + 2]
    )

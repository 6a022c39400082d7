"""The tags that BIOES allows to follow one another: the best path, and the probability of a stretch of it.

Numbering of tags as in `encoding.tags`: 0 is `O`; label l has B, I, E, S at 1 + 4l, 2 + 4l, 3 + 4l, 4 + 4l. A sequence
begins closed (no span open) and must end closed:

    closed --O, S-l--> closed       closed --B-l--> open l       open l --I-l--> open l       open l --E-l--> closed

So one number for `closed` and one for each open label hold all there is to know of the past, and a step costs a number
of operations linear in the labels, not quadratic in the tags.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Tokens `[first, past)` that the best path gives to one label, with its index."""

    first: int
    past: int
    label: int


def best_path(log_probabilities: Floats) -> list[Stretch]:
    """The spans on the allowed tag sequence with the highest sum of log-probabilities (Viterbi, 1967).

    Shapes: log_probabilities `(tokens, 1 + 4·labels)`.
    """
    tokens, width = log_probabilities.shape
    labels = (width - 1) // 4
    outside = log_probabilities[:, 0]
    begin, inside, end, single = (log_probabilities[:, 1 + place :: 4] for place in range(4))  # (tokens, labels) each
    if labels == 0 or tokens == 0:
        return []
    # Which way each state was entered: for `closed` 0 = O, 1 + l = S-l, 1 + labels + l = E-l; for open l, by I or by B.
    closed_from = np.zeros(tokens, dtype=np.int64)
    by_inside = np.zeros((tokens, labels), dtype=bool)
    closed = 0.0
    opened = np.full(labels, -np.inf)
    single_best = single.argmax(axis=1)
    for t in range(tokens):
        ends = opened + end[t]
        best_end = int(ends.argmax())
        best_single = int(single_best[t])
        candidates = (closed + outside[t], closed + single[t, best_single], ends[best_end])
        going_on = opened + inside[t]
        starting = closed + begin[t]
        np.greater(going_on, starting, out=by_inside[t])
        opened = np.maximum(going_on, starting)
        way = max(range(3), key=candidates.__getitem__)
        closed = candidates[way]
        closed_from[t] = 0 if way == 0 else 1 + best_single if way == 1 else 1 + labels + best_end

    found: list[Stretch] = []
    t = tokens - 1
    while t >= 0:
        entered = int(closed_from[t])
        if entered == 0:
            t -= 1
        elif entered <= labels:
            found.append(Stretch(t, t + 1, entered - 1))
            t -= 1
        else:
            label = entered - 1 - labels
            past = t + 1
            t -= 1
            while by_inside[t, label]:
                t -= 1
            found.append(Stretch(t, past, label))
            t -= 1
    found.reverse()
    return found


def posteriors(log_probabilities: Floats, stretches: list[Stretch]) -> list[float]:
    """The probability of each stretch, summed over all allowed tag sequences that hold it.

    With p the tags' probabilities, P(stretch) = α(first) · Π p(its tags) · β(past) / Z, where α and β sum the products
    over all allowed ways to reach `closed` before and to end after it, and Z over all allowed sequences (the forward
    and backward sums of Rabiner, 1989, scaled at each step).
    """
    if not stretches:
        return []
    tokens = len(log_probabilities)
    labels = (log_probabilities.shape[1] - 1) // 4
    p = np.exp(log_probabilities)
    begin, inside, end = (np.ascontiguousarray(p[:, 1 + place :: 4]) for place in range(3))  # (tokens, labels) each
    stay = p[:, 0] + p[:, 4::4].sum(axis=1)  # (tokens,): from closed to closed in one token

    log_alpha = np.empty(tokens + 1)  # log of the sum over ways to be closed before token t
    log_alpha[0] = 0.0
    closed, opened, scale = 1.0, np.zeros(labels), 0.0
    for t in range(tokens):
        closed, opened = closed * stay[t] + opened @ end[t], closed * begin[t] + opened * inside[t]
        total = closed + opened.sum()
        closed, opened, scale = closed / total, opened / total, scale + np.log(total)
        log_alpha[t + 1] = scale + (np.log(closed) if closed > 0 else -np.inf)

    log_beta = np.empty(tokens + 1)  # log of the sum over ways to go on from closed before token t to the end
    log_beta[tokens] = 0.0
    closed, opened, scale = 1.0, np.zeros(labels), 0.0
    for t in range(tokens - 1, -1, -1):
        closed, opened = closed * stay[t] + begin[t] @ opened, closed * end[t] + inside[t] * opened
        total = closed + opened.sum()
        closed, opened, scale = closed / total, opened / total, scale + np.log(total)
        log_beta[t] = scale + (np.log(closed) if closed > 0 else -np.inf)

    normaliser = log_alpha[tokens]
    return [
        float(np.exp(min(0.0, log_alpha[s.first] + _inner(log_probabilities, s) + log_beta[s.past] - normaliser)))
        for s in stretches
    ]


def _inner(log_probabilities: Floats, stretch: Stretch) -> float:
    first_tag = 1 + 4 * stretch.label
    if stretch.past - stretch.first == 1:
        return float(log_probabilities[stretch.first, first_tag + 3])
    middle = log_probabilities[stretch.first + 1 : stretch.past - 1, first_tag + 1].sum()
    return float(
        log_probabilities[stretch.first, first_tag] + middle + log_probabilities[stretch.past - 1, first_tag + 2]
    )

"""Make a score of 0.9 mean that nine in ten such spans are right, and measure how far that holds."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from loredact.decoding.spans import log_softmax


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

"""The evidence threshold: what would look personal by chance alone in so many tokens is no span.

The most personal-looking of n tokens passes a threshold about n times as often as one of them does, so longer PII-free
documents have more false positives. Where an evidence threshold was fitted, a span therefore counts only if the
evidence near it is enough, corrected for the number of tokens n:

    evidence = max over the tokens around of log(P(personal) / P(O))  −  log n  >=  threshold

A threshold of 0 would be Bonferroni's correction for n comparisons (Dunn, "Multiple Comparisons Among Means", Journal
of the American Statistical Association 56, 1961); which one leaves few enough false positives is counted on held-out
text.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from loredact.decoding.lattice import Segment
from loredact.encoding.tags import OUTSIDE

# Tokens on either side of a token that are around it: a window of most adapters, however long the text is.
_AROUND = 256


def evidence(
    log_probabilities: NDArray[np.float64], segments: Sequence[Segment], outside: Sequence[int] = (OUTSIDE,)
) -> list[float]:
    """For each segment the highest log-odds of the tokens around any token of it, less the log of their number; nats.

    Shapes: log_probabilities `(tokens, tags)`; `outside` are the tags of what is not personal.
    """
    if not segments:
        return []
    # log((1 − p) / p) from log p, exact where p is almost 1.
    log_outside = torch.logsumexp(torch.from_numpy(log_probabilities[:, list(outside)]), -1).numpy()
    surprise = np.clip(-log_outside, np.finfo(np.float64).tiny, 700.0)
    log_odds = np.log(np.expm1(surprise))
    if len(log_odds) <= _AROUND + 1:  # every token is around every other
        return [float(log_odds.max() - np.log(len(log_odds)))] * len(segments)
    pooled = torch.nn.functional.max_pool1d(torch.from_numpy(log_odds)[None], 2 * _AROUND + 1, 1, _AROUND)
    highest = pooled[0].numpy()
    places = np.arange(len(highest))
    around = np.minimum(len(highest), places + _AROUND + 1) - np.maximum(0, places - _AROUND)
    beyond = highest - np.log(around)
    return [float(beyond[s.first : s.past].max()) for s in segments]


def fit_evidence_threshold(highest: Sequence[float], share: float) -> float | None:
    """A threshold by which at most a `share` of PII-free documents has a false positive, if one is needed.

    `highest` is the highest evidence of anything found in each document, -inf where nothing is. The threshold is
    half-way between the last document that may have something found and the first that may not.
    """
    documents = sorted(highest, reverse=True)
    allowed = allowed_of(len(documents), share)
    if allowed >= len(documents) or documents[allowed] == -np.inf:
        return None
    least = float(np.nextafter(documents[allowed], np.inf))
    return max(least, (documents[allowed] + documents[allowed - 1]) / 2) if allowed else least


def allowed_of(count: int, share: float) -> int:
    """How many of `count` documents a `share` of them is."""
    return int(share * count + 1e-9)  # 0.29 of 100 are 29

"""What looks personal by chance alone.

The most personal-looking of n tokens passes a threshold about n times as often as one of them does, so a long text
without personal data has something masked where a short one has not. Where a margin was learnt, a span therefore counts
only if the evidence near it is enough, by a threshold that rises with n:

    evidence = max over the tokens around of log(P(personal) / P(O))  −  log n  >=  margin

A margin of 0 would be Bonferroni's correction for n comparisons (Dunn, "Multiple Comparisons Among Means", Journal of
the American Statistical Association 56, 1961); which one leaves as few texts masked as may be is counted on held-out
text.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from loredact.decoding.lattice import Stretch
from loredact.encoding.tags import OUTSIDE

# Tokens on either side of a token that are around it: a window of most adapters, however long the text is.
_AROUND = 256


def evidence(
    log_probabilities: NDArray[np.float64], stretches: Sequence[Stretch], outside: Sequence[int] = (OUTSIDE,)
) -> list[float]:
    """For each stretch the highest log-odds of the tokens around any token of it, less the log of their number; nats.

    Shapes: log_probabilities `(tokens, tags)`; `outside` are the tags of what is not personal.
    """
    if not stretches:
        return []
    # log((1 − p) / p) from log p, exact where p is almost 1.
    log_outside = torch.logsumexp(torch.from_numpy(log_probabilities[:, list(outside)]), -1).numpy()
    surprise = np.clip(-log_outside, np.finfo(np.float64).tiny, 700.0)
    log_odds = torch.from_numpy(np.log(np.expm1(surprise)))
    highest = torch.nn.functional.max_pool1d(log_odds[None], 2 * _AROUND + 1, stride=1, padding=_AROUND)[0].numpy()
    places = np.arange(len(highest))
    around = np.minimum(len(highest), places + _AROUND + 1) - np.maximum(0, places - _AROUND)
    beyond = highest - np.log(around)
    return [float(beyond[s.first : s.past].max()) for s in stretches]


def fit_margin(highest: Sequence[float], share: float) -> float | None:
    """A margin by which at most a `share` of texts without personal data has anything found, if one is needed.

    `highest` is the highest evidence of anything found in each text, -inf where nothing is. The margin is half-way
    between the last text that may have something found and the first that may not.
    """
    texts = sorted(highest, reverse=True)
    allowed = int(share * len(texts) + 1e-9)  # 0.29 of 100 are 29
    if allowed >= len(texts) or texts[allowed] == -np.inf:
        return None
    least = float(np.nextafter(texts[allowed], np.inf))
    return max(least, (texts[allowed] + texts[allowed - 1]) / 2) if allowed else least

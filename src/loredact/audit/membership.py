"""Was this document learnt from? Attacks by its loss.

- *loss* (Yeom et al., arXiv:1709.01604): what was learnt from costs less. −loss is the score.
- *calibrated* (Watson et al., arXiv:2111.08440): some documents are easy for any model, so the score is how much less
  the document costs than it cost the adapter that training started from.
- *LiRA* (Carlini et al., arXiv:2112.03570): shadow adapters, each trained the same way on a random half of all
  documents, tell for each document how confident a model is that learnt from it, and one that did not. The score is the
  log of the likelihood ratio of the two for the audited adapter's own confidence.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from loredact.decoding import Scored, log_softmax
from loredact.document import Document
from loredact.encoding import AllowedTags
from loredact.tagger import Tagger

Floats = NDArray[np.float64]
# A confidence is no surer than so: below, losses are what rounding left of them.
_LEAST_LOSS = 1e-7


def document_losses(tagger: Tagger, documents: Sequence[Document], scored: Iterable[Scored] | None = None) -> Floats:
    """The mean cross-entropy of each document's tokens, in nats, as in training: where a document does not tell a
    token's tag, that of the set of tags it allows. `scored` are the documents' scores, if they are there already.
    Shape `(documents,)`.
    """
    allowed = AllowedTags(tagger.tags)
    everything = tagger.score(document.text for document in documents) if scored is None else scored
    return np.array([_loss(tagger, allowed, d, s) for d, s in zip(documents, everything, strict=True)])


def _loss(tagger: Tagger, allowed: AllowedTags, document: Document, scored: Scored) -> float:
    if not len(scored.tokens):
        return 0.0
    written = tagger.tags.write(scored.tokens, document.spans)
    sets = allowed.of(scored.tokens, written, document)
    log_p = log_softmax(scored.scores, 1.0)
    told = log_p[np.arange(len(written)), written]
    open_ = np.flatnonzero(sets)
    if len(open_):
        within = np.where(allowed.table[sets[open_]], log_p[open_], -np.inf)
        told[open_] = np.logaddexp.reduce(within, axis=1)
    return -float(told.mean())


def confidence(losses: Floats) -> Floats:
    """The logit of p = exp(−loss), the geometric mean of the probabilities of what is labelled: log(p / (1 − p)).

    It is nearer to a normal distribution than the loss (Carlini et al., section IV.C).
    """
    result: Floats = -np.log(np.expm1(np.maximum(losses, _LEAST_LOSS)))
    return result


def lira_scores(target: Floats, shadows: Floats, inside: NDArray[np.bool_]) -> Floats:
    """The log of the likelihood ratio of each document having been learnt from.

    Shapes: target `(documents,)`, the audited adapter's confidences; shadows `(shadows, documents)`, theirs; inside, of
    the same shape, says which learnt from which. Each document must be inside one at least, and outside one. With few
    shadows a variance for each document would be noise, so all share one for inside and one for outside (section VI.C).
    """
    mean_in, mean_out = _mean_where(shadows, inside), _mean_where(shadows, ~inside)
    spread_in, spread_out = _spread(shadows, inside, mean_in), _spread(shadows, ~inside, mean_out)
    result: Floats = _log_normal(target, mean_in, spread_in) - _log_normal(target, mean_out, spread_out)
    return result


def _mean_where(values: Floats, where: NDArray[np.bool_]) -> Floats:
    mean: Floats = np.where(where, values, 0.0).sum(axis=0) / where.sum(axis=0)
    return mean


def _spread(values: Floats, where: NDArray[np.bool_], mean: Floats) -> float:
    """The standard deviation around each document's own mean, over all documents."""
    squared = np.where(where, (values - mean) ** 2, 0.0).sum()
    freedom = (where.sum(axis=0) - 1).sum()
    # One shadow a side tells no spread: that of all documents, which is too wide, stands for it.
    return float(np.sqrt(squared / freedom)) if freedom > 0 else float(values[where].std())


def _log_normal(values: Floats, mean: Floats, spread: float) -> Floats:
    spread = max(spread, 1e-6)
    result: Floats = -0.5 * ((values - mean) / spread) ** 2 - np.log(spread)
    return result

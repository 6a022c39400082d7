"""An operating point with a guarantee: conformal risk control.

For each of n held-out documents, `missed` is the share of its personal characters that is missed at each offset: a loss
between 0 and 1 that a higher offset makes no greater. The guaranteed offset is the least b with

    (Σ missed_i(b) + 1) / (n + 1)  <=  1 − R

The expected share missed in a further document is then at most 1 − R, whatever the model and the texts are, as long as
that document and the held-out ones are exchangeable: as if drawn from one pile. The expectation is over both, so one
calibration may be a little above or below. Decoding is not strictly monotone in the offset, so the worst share at this
offset or any higher one stands for it. Where no offset will do there is no guarantee; that stands for masking
everything, which misses nothing and which the theorem allows for.

Source: Angelopoulos et al., "Conformal Risk Control", arXiv:2208.02814, theorem 1.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from loredact.errors import InputError


class Guarantee(BaseModel):
    """At `offset`, an expected share of at least `recall` of a document's personal characters is found, told by the
    number of held-out `documents`; in these a mean share of `missed` was missed there.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    recall: float = Field(gt=0, lt=1)
    offset: float = Field(ge=-100, le=100)
    documents: int = Field(ge=1)
    missed: float = Field(ge=0, le=1)


def guarantee(missed: NDArray[np.float64], offsets: Sequence[float], recall: float) -> Guarantee:
    """The guarantee of `recall` that held-out documents give.

    Shapes: missed `(documents, offsets)`; `offsets` rise.

    Raises:
        InputError: where the recall is not between 0 and 1, the documents are too few to tell it, which says how many
            are missing, or more is missed at the highest offset than may be.
    """
    if not 0 < recall < 1:
        raise InputError(f"A recall can be guaranteed between 0 and 1, and {recall:g} is not. Ask for 0.99, say.")
    allowed = 1 - recall
    count = len(missed)
    worst = np.maximum.accumulate(missed[:, ::-1], axis=1)[:, ::-1]
    bound = (worst.sum(axis=0) + 1) / (count + 1)
    within = np.flatnonzero(bound <= allowed + 1e-12)
    if not len(within):
        _complain(float(worst[:, -1].mean()) if count else 0.0, count, recall)
    first = int(within[0])
    return Guarantee(recall=recall, offset=offsets[first], documents=count, missed=float(missed[:, first].mean()))


def documents_needed(recall: float, missed: float = 0.0) -> int:
    """The fewest documents that can tell a `recall` where a mean share of `missed` is missed at the highest offset.

    From (n · missed + 1) / (n + 1) <= 1 − recall: n >= recall / (1 − recall − missed).
    """
    return math.ceil(recall / (1 - recall - missed) - 1e-9)


def _complain(missed: float, count: int, recall: float) -> None:
    if missed >= 1 - recall:
        raise InputError(
            f"A recall of {recall:g} cannot be guaranteed: even at the highest offset {missed:.4f} of a document's "
            f"personal characters are missed on average, and {1 - recall:.4g} may be. Train on more such text first."
        )
    needed = documents_needed(recall, missed)
    raise InputError(
        f"A recall of {recall:g} takes {needed} held-out documents with personal data to guarantee, and there are "
        f"{count}: {needed - count} are missing. Give more, or ask for less."
    )

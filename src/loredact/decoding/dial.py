"""The dial: how much to find, at the price of how many false alarms.

Before decoding, a bias is taken off the score of `O`: a positive one makes every token more likely to be personal. What
each bias gives is measured on held-out text when an adapter is trained, and kept in it.
"""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from loredact.errors import InputError

# In nats; the scores of a trained tagger lie some 10 nats apart where it is sure.
BIASES = tuple(float(bias) for bias in range(-6, 13))


class DialPoint(BaseModel):
    """A bias, and the personal characters found and precision by character that it gave on held-out text."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    bias: float = Field(ge=-100, le=100)
    recall: float = Field(ge=0, le=1)
    precision: float = Field(ge=0, le=1)


def bias_for(dial: Sequence[DialPoint], *, recall: float | None = None, precision: float | None = None) -> float:
    """The bias for at least that recall at the best precision, or at least that precision at the best recall.

    Between two points of the dial the bias is interpolated. Neither asked for: 0.

    Raises:
        InputError: where both are asked for, one is out of reach of the dial, or there is no dial.
    """
    if recall is None and precision is None:
        return 0.0
    if recall is not None and precision is not None:
        raise InputError("Ask for a recall or for a precision, not for both.")
    if not dial:
        raise InputError("This adapter has no dial: it was trained without held-out text. Train it again with --eval.")
    points = sorted(dial, key=lambda point: point.bias)
    if recall is not None:
        return _crossing([(point.bias, point.recall) for point in points], recall, "recall")
    assert precision is not None
    return -_crossing([(-point.bias, point.precision) for point in reversed(points)], precision, "precision")


def _crossing(points: Sequence[tuple[float, float]], wanted: float, what: str) -> float:
    """The least bias from which on the figure stays at `wanted` or above, on the line between two points."""
    if not 0 < wanted <= 1:
        raise InputError(f"The {what} asked for is {wanted:g}: it must lie above 0 and be at most 1.")
    reached = len(points)
    while reached > 0 and points[reached - 1][1] >= wanted:
        reached -= 1
    if reached == len(points):
        best = max(figure for _, figure in points)
        raise InputError(f"A {what} of {wanted:g} is out of reach: on held-out text this adapter reached {best:.4f}.")
    if reached == 0:
        return points[0][0]
    (low, below), (high, above) = points[reached - 1], points[reached]
    return low + (high - low) * (wanted - below) / (above - below)

"""Operating points: how much is found, at the price of how many false positives.

Before decoding, an offset is taken off the logit of `O`: a positive one makes every token more likely to be personal.
What each offset gives is measured on held-out text when an adapter is trained, and kept in it.
"""

from collections.abc import Sequence

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from loredact.errors import InputError

# In nats; the scores of a trained tagger lie some 10 nats apart where it is sure.
OFFSETS = tuple(float(offset) for offset in range(-6, 13))


class OperatingPoint(BaseModel):
    """An offset, and the recall and precision by character that it gave on held-out text."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    # `bias` in adapters of format 2 and earlier.
    offset: float = Field(ge=-100, le=100, validation_alias=AliasChoices("offset", "bias"))
    recall: float = Field(ge=0, le=1)
    precision: float = Field(ge=0, le=1)


def offset_for(
    points: Sequence[OperatingPoint], *, recall: float | None = None, precision: float | None = None
) -> float:
    """The offset for at least that recall at the best precision, or at least that precision at the best recall.

    Between two operating points the offset is interpolated. Neither asked for: 0.

    Raises:
        InputError: where both are asked for, one is out of reach, or no point was measured.
    """
    if recall is None and precision is None:
        return 0.0
    if recall is not None and precision is not None:
        raise InputError("Ask for a recall or for a precision, not for both.")
    if not points:
        raise InputError(
            "This adapter has no operating points: it was trained without held-out text. Train it again with --eval."
        )
    ordered = sorted(points, key=lambda point: point.offset)
    if recall is not None:
        return _crossing([(point.offset, point.recall) for point in ordered], recall, "recall")
    assert precision is not None
    return -_crossing([(-point.offset, point.precision) for point in reversed(ordered)], precision, "precision")


def _crossing(points: Sequence[tuple[float, float]], wanted: float, what: str) -> float:
    """The least offset from which on the figure stays at `wanted` or above, on the line between two points."""
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

"""How an adapter's tag scores become spans: a value."""

from collections.abc import Collection

from pydantic import BaseModel, ConfigDict, Field

from loredact.decoding.boundaries import Boundaries
from loredact.decoding.conformal import Guarantee
from loredact.decoding.operating_points import OperatingPoint, offset_for
from loredact.decoding.spans import Scored, decode
from loredact.document import Span
from loredact.encoding import TagSet


class Decoding(BaseModel):
    """What turns tag scores into spans: what is asked for, and what `calibrate` fitted to held-out text."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    off: tuple[str, ...] = Field(
        default=(), max_length=4096, description="labels that are masked only where they are asked for"
    )
    recall: float | None = Field(
        default=None, gt=0, le=1, description="the operating point where a user asks for nothing"
    )
    max_false_positive_rate: float | None = Field(
        default=None, ge=0, le=1, description="share of held-out PII-free documents in which something may be found"
    )
    temperature: float = Field(default=1.0, ge=1e-3, le=1e3, description="scores are divided by it before the softmax")
    boundaries: Boundaries = Field(default=Boundaries(), description="where spans end within tokens")
    evidence_threshold: float | None = Field(
        default=None, ge=-1e3, le=1e3, description="in nats: least evidence that a span must have"
    )
    operating_points: tuple[OperatingPoint, ...] = Field(
        default=(), max_length=4096, description="what each offset gave on held-out text"
    )

    guarantees: tuple[Guarantee, ...] = Field(
        default=(), max_length=64, description="recalls that held-out documents guarantee, each at its offset"
    )

    @property
    def offset(self) -> float:
        """The offset of the operating point that is its own."""
        return self.offset_for()

    def offset_for(self, *, recall: float | None = None, precision: float | None = None) -> float:
        """The offset for a recall or a precision; where neither is asked for, for its own recall. A recall that is
        guaranteed has the offset that it is guaranteed at.

        Raises:
            InputError: where both are asked for, one is out of reach, or no operating point was measured.
        """
        asked = self.recall if recall is None and precision is None else recall
        guaranteed = {known.recall: known.offset for known in self.guarantees}
        if precision is None and asked in guaranteed:
            return guaranteed[asked]
        return offset_for(self.operating_points, recall=asked, precision=precision)

    def spans(
        self, scored: Scored, tags: TagSet, offset: float = 0.0, off: Collection[str] | None = None
    ) -> list[Span]:
        """The spans of a scored text, in order and without overlap; more of them above an `offset` of 0.

        Labels in `off` are not looked for; None: those that are off here.
        """
        off = self.off if off is None else off
        found = decode(scored.scores, scored.tokens, tags, self.temperature, offset, self.evidence_threshold, off)
        return self.boundaries.apply(scored.text, scored.tokens, found)

    def uncalibrated(self) -> "Decoding":
        """The same without what is fitted to held-out text."""
        none = {"temperature": 1.0, "evidence_threshold": None, "operating_points": (), "guarantees": ()}
        return self.model_copy(update=none)

"""What is asked of private training."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

DEFAULT_EPSILON = 8.0


class Privacy(BaseModel):
    """How private a run is to be."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    epsilon: float = Field(default=DEFAULT_EPSILON, gt=0, le=100, description="the ε that all steps spend at most")
    delta: float | None = Field(
        default=None, gt=0, lt=1, description="the δ; none: 1e-5, or a tenth of one over the documents if that is less"
    )
    unit: Literal["document"] = Field(default="document", description="what one more or one less of is hidden")
    layers: int | None = Field(
        default=None,
        ge=1,
        description="so many of the upper layers learn, and the others stay as they start: sooner done; none: all do",
    )
    documents: int | None = Field(
        default=None, ge=1, description="expected documents a step; none: a tenth of them, 16 at least"
    )

"""What a LoRA fine-tune is set to."""

import math
import re
from functools import lru_cache
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Start = Literal["kaiming", "pissa"]
# Far beyond what is of use, and far from where a float32 overflows.
Rank = Annotated[int, Field(ge=1, le=65_536)]
Alpha = Annotated[float, Field(ge=1e-6, le=1e6)]


class LoRAConfig(BaseModel):
    """Rank, scale, place and kind of the low-rank matrices.

    `targets` chooses the linear layers: the word `all-linear` (every one but the head), a list of names (a layer
    matches where its dotted name is the name or ends in it after a dot), or one regular expression for the whole name.
    The keys of `rank_pattern` and `alpha_pattern` are regular expressions that match a layer's whole name or its end
    after a dot; the first that matches gives the layer's own rank or alpha.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    rank: Rank = Field(default=16, description="rank r of the update")
    alpha: Alpha = Field(default=32.0, description="the update is scaled by alpha / rank; twice the rank if not given")
    targets: str | tuple[str, ...] = Field(default="all-linear", description="which linear layers are adapted")
    rank_pattern: dict[str, Rank] = Field(default_factory=dict, description="ranks of single layers, by pattern")
    alpha_pattern: dict[str, Alpha] = Field(default_factory=dict, description="alphas of single layers, by pattern")
    rank_stabilised: bool = Field(default=False, description="rsLoRA: scale by alpha / sqrt(rank)")
    dora: bool = Field(default=False, description="DoRA: learn the length of each of the weight's rows apart")
    start: Start = Field(default="kaiming", description="pissa: start from the weight's principal directions")
    dropout: float = Field(default=0.0, ge=0, lt=1, description="share of the inputs of A dropped in training")

    @model_validator(mode="after")
    def _alpha_follows_rank(self) -> Self:
        # With one alpha for all ranks, a lower rank would learn as if at a higher rate. It is still not one asked for.
        if "alpha" not in self.model_fields_set:
            object.__setattr__(self, "alpha", 2.0 * self.rank)
        return self

    @model_validator(mode="after")
    def _patterns_are_regular_expressions(self) -> Self:
        targets = [self.targets] if isinstance(self.targets, str) else []
        for pattern in (*targets, *self.rank_pattern, *self.alpha_pattern):
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern!r} is no regular expression: {error}") from None
        return self

    def rank_of(self, layer: str) -> int:
        """The rank of the layer called `layer`."""
        return next((rank for key, rank in self.rank_pattern.items() if _matches_end(key, layer)), self.rank)

    def scaling_of(self, layer: str) -> float:
        """α / r of the layer called `layer`, or α / √r where rank-stabilised (rsLoRA, arXiv:2312.03732)."""
        alpha = next((alpha for key, alpha in self.alpha_pattern.items() if _matches_end(key, layer)), self.alpha)
        rank = self.rank_of(layer)
        return alpha / (math.sqrt(rank) if self.rank_stabilised else rank)


def _matches_end(pattern: str, layer: str) -> bool:
    return _end_with(pattern).match(layer) is not None


@lru_cache(maxsize=16_384)
def _end_with(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(.*\.)?({pattern})$")

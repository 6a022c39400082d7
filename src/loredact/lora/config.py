"""What a LoRA fine-tune is set to."""

from pydantic import BaseModel, ConfigDict, Field


class LoRAConfig(BaseModel):
    """Rank, scale and place of the low-rank matrices.

    `targets` chooses the linear layers: the word `all-linear` (every one but the head), a list of names (a layer
    matches where its dotted name is the name or ends in it after a dot), or one regular expression for the whole name.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    rank: int = Field(default=16, ge=1, description="rank r of the update")
    alpha: float = Field(default=32.0, gt=0, description="the update is scaled by alpha / rank")
    targets: str | tuple[str, ...] = Field(default="all-linear", description="which linear layers are adapted")

    @property
    def scaling(self) -> float:
        """α / r."""
        return self.alpha / self.rank

"""What is to be known of a tagger's adapter."""

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from loredact.adapters.description import LONGEST_WINDOW, AdapterDescription, BaseModelReference, decoder_of, read_as
from loredact.decoding import Decoding
from loredact.document import LABEL_RULE, is_label
from loredact.errors import AdapterError
from loredact.network import Attention
from loredact.tagger.methods import Method


class Architecture(BaseModel):
    """What is built on the base model: a tag head, and which weights were trained."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    decoder: Literal["tags"] = "tags"
    method: Method = Field(default="lora", description="which weights were trained")
    labels: tuple[str, ...] = Field(max_length=4096, description="in the order of the tag head's outputs")
    num_layers: int = Field(ge=1, le=4096, description="how many of the base's layers are used")
    attention: Attention = Field(description="causal: a token sees those before it; both: all of its window")
    window: int = Field(ge=8, le=LONGEST_WINDOW, description="tokens shown to the model at once")
    overlap: int = Field(ge=0, description="tokens that neighbouring windows share at least")

    @field_validator("labels")
    @classmethod
    def _labels_are_names(cls, labels: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(labels)) < len(labels) or not all(map(is_label, labels)):
            raise ValueError(f"labels must be there once each, of {LABEL_RULE}")
        return labels

    @model_validator(mode="after")
    def _overlap_fits(self) -> Self:
        if self.overlap >= self.window:
            raise ValueError("overlap: must be below window")
        return self


class Description(AdapterDescription):
    """What `loredact.json` says of a tagger's adapter."""

    base: BaseModelReference
    architecture: Architecture
    decoding: Decoding = Decoding()
    privacy: dict[str, Any] = Field(
        default_factory=dict, description="what private training spent, and under what assumptions; empty: it was not"
    )


def read_description(folder: Path) -> Description:
    """The description of the adapter in `folder`.

    Raises:
        AdapterError: where it is missing, damaged, of a generator, or of a later version of loredact.
    """
    if decoder_of(folder) == "generate":
        raise AdapterError(f"The adapter {folder} writes masked text and has no tag head, which this needs.")
    return read_as(Description, folder)

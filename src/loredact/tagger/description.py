"""What is to be known of a tagger's adapter."""

from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from loredact.adapters.description import FORMAT, LONGEST_WINDOW, decoder_of, read_as
from loredact.decoding import DialPoint, Edges, Guarantee, bias_for
from loredact.document import LABEL_RULE, is_label
from loredact.errors import AdapterError
from loredact.network import Attention
from loredact.tagger.methods import Method


class Description(BaseModel):
    """Labels, the base and how it is used, decoding settings, and the figures the adapter was measured at."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    format: int = Field(default=FORMAT, ge=1)
    base: str = Field(min_length=1, max_length=4096, description="name of the base")
    fingerprint: str = Field(max_length=128, description="SHA-256 over the base's weights")
    identity: str | None = Field(
        default=None, max_length=128, description="SHA-256 over the base's weights, tokenizer and configuration"
    )
    method: Method = Field(default="lora", description="which weights were trained")
    labels: tuple[str, ...] = Field(max_length=4096, description="in the order of the tag head's outputs")
    off: tuple[str, ...] = Field(
        default=(), max_length=4096, description="labels that are masked only where they are asked for"
    )
    depth: int = Field(ge=1, le=4096, description="how many of the base's layers are used")
    attention: Attention = Field(description="causal: a token sees those before it; both: all of its window")
    window: int = Field(ge=8, le=LONGEST_WINDOW, description="tokens shown to the model at once")
    overlap: int = Field(ge=0, description="tokens that neighbouring windows share at least")
    temperature: float = Field(default=1.0, ge=1e-3, le=1e3, description="scores are divided by it before the softmax")
    edges: Edges = Field(default=Edges(), description="where spans end within tokens")
    recall: float | None = Field(
        default=None, gt=0, le=1, description="asked of the dial where a user asks for nothing"
    )
    nobodys_masked: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="share of held-out texts without personal data in which something may be found",
    )
    margin: float | None = Field(
        default=None, ge=-1e3, le=1e3, description="in nats: least evidence that something found must have"
    )
    dial: tuple[DialPoint, ...] = Field(default=(), max_length=4096, description="what each bias gave on held-out text")
    guarantees: tuple[Guarantee, ...] = Field(
        default=(), max_length=64, description="recalls that held-out documents guarantee, each at its bias"
    )
    figures: dict[str, Any] = Field(default_factory=dict, description="measured on held-out text when it was trained")
    privacy: dict[str, Any] = Field(
        default_factory=dict, description="what private training spent, and under what assumptions; empty: it was not"
    )
    digests: Annotated[
        dict[str, str] | None, Field(description="SHA-256 of the adapter's files; null: not to check")
    ] = None

    def bias(self, *, recall: float | None = None, precision: float | None = None) -> float:
        """The bias of the operating point asked for: a guaranteed one if there is one for this very recall, else what
        held-out text told; the adapter's own where nothing is asked for.

        Raises:
            InputError: where it is out of reach.
        """
        asked = self.recall if recall is None and precision is None else recall
        for known in self.guarantees:
            if precision is None and asked == known.recall:
                return known.bias
        return bias_for(self.dial, recall=asked, precision=precision)

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


def read_description(folder: Path) -> Description:
    """The description of the adapter in `folder`.

    Raises:
        AdapterError: where it is missing, damaged, of a writer, or written by a later version.
    """
    if decoder_of(folder) == "generate":
        raise AdapterError(f"The adapter {folder} writes masked text and has no tag head, which this needs.")
    return read_as(Description, folder)

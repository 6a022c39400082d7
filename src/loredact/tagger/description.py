"""What is to be known of a tagger's adapter."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from loredact.adapters.description import FORMAT, decoder_of, read_as
from loredact.bases import Attention
from loredact.decoding import DialPoint, Edges
from loredact.errors import AdapterError
from loredact.tagger.methods import Method


class Description(BaseModel):
    """Labels, the base and how it is used, decoding settings, and the figures the adapter was measured at."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: int = FORMAT
    base: str = Field(description="name of the base")
    fingerprint: str = Field(description="SHA-256 over the base's weights")
    method: Method = Field(default="lora", description="which weights were trained")
    labels: tuple[str, ...] = Field(description="in the order of the tag head's outputs")
    off: tuple[str, ...] = Field(default=(), description="labels that are masked only where they are asked for")
    depth: int = Field(ge=1, description="how many of the base's layers are used")
    attention: Attention = Field(description="causal: a token sees those before it; both: all of its window")
    window: int = Field(ge=8, description="tokens shown to the model at once")
    overlap: int = Field(ge=0, description="tokens that neighbouring windows share at least")
    temperature: float = Field(default=1.0, gt=0, description="scores are divided by it before the softmax")
    edges: Edges = Field(default=Edges(), description="where spans end within tokens")
    recall: float | None = Field(default=None, description="asked of the dial where a user asks for nothing")
    nobodys_masked: float | None = Field(
        default=None, description="share of held-out texts without personal data in which something may be found"
    )
    margin: float | None = Field(default=None, description="in nats: least evidence that something found must have")
    dial: tuple[DialPoint, ...] = Field(default=(), description="what each bias gave on held-out text")
    figures: dict[str, Any] = Field(default_factory=dict, description="measured on held-out text when it was trained")


def read_description(folder: Path) -> Description:
    """The description of the adapter in `folder`.

    Raises:
        AdapterError: where it is missing, damaged, of a writer, or written by a later version.
    """
    if decoder_of(folder) == "generate":
        raise AdapterError(f"The adapter {folder} writes masked text and has no tag head, which this needs.")
    return read_as(Description, folder)

"""What `loredact.json` says of a generator's adapter."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from loredact.adapters.description import FILE, LONGEST_WINDOW, AdapterDescription, decoder_of, read_as
from loredact.corpora.pairs import INSTRUCTION, LABEL_RULE, is_label
from loredact.errors import AdapterError
from loredact.lora.files import CONFIG_FILE
from loredact.strict_json import read_json


class GeneratorBase(BaseModel):
    """The base model of a generator's adapter, of which one that was trained elsewhere may say nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str | None = Field(
        default=None,
        min_length=1,
        max_length=4096,
        description="name of the base; none: the one that PEFT's file names",
    )
    fingerprint: str | None = Field(
        default=None, max_length=128, description="SHA-256 over the base's weights; none: any base it fits"
    )
    identity: str | None = Field(
        default=None, max_length=128, description="SHA-256 over the base's weights, tokenizer and configuration"
    )


class GeneratorArchitecture(BaseModel):
    """How the base model is asked, and what it may write."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    decoder: Literal["generate"] = "generate"
    prompt: str | None = Field(
        default=None, max_length=128, description="SHA-256 over what stands around a text, by the base's chat template"
    )
    labels: tuple[str, ...] | None = Field(
        default=None, max_length=4096, description="labels it may generate; none: capitals, digits and _"
    )
    num_layers: int | None = Field(
        default=None, ge=1, le=4096, description="how many of the base's layers are used; none: all"
    )
    window: int = Field(default=256, ge=8, le=LONGEST_WINDOW, description="tokens of text in one prompt")
    instruction: str = Field(
        default=INSTRUCTION, max_length=65_536, description="what the model is asked; the text follows on a new line"
    )

    @field_validator("labels")
    @classmethod
    def _labels_can_be_read(cls, labels: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if labels is not None and not (labels and all(map(is_label, labels))):
            raise ValueError(f"labels must {LABEL_RULE}")
        return labels


class GeneratorDescription(AdapterDescription):
    """What `loredact.json` says of a generator's adapter.

    Of an adapter that was trained elsewhere nothing but the base is known; a `loredact.json` written by hand beside it
    can say any of the rest.
    """

    base: GeneratorBase = GeneratorBase()
    architecture: GeneratorArchitecture = GeneratorArchitecture()


def read_description(folder: Path) -> GeneratorDescription:
    """The description of the generator's adapter in `folder`, which may hold PEFT's files alone.

    Raises:
        AdapterError: where it is damaged, of a tagger, or names no base.
    """
    if (folder / FILE).exists() and decoder_of(folder) != "generate":
        raise AdapterError(f"The adapter {folder} is of a tagger, and this needs a generator.")
    about = read_as(GeneratorDescription, folder) if (folder / FILE).exists() else GeneratorDescription()
    if about.base.name is None:
        try:
            base = read_json(folder / CONFIG_FILE)["base_model_name_or_path"]
        except (OSError, ValueError, KeyError, TypeError):
            base = None
        if not isinstance(base, str):
            raise AdapterError(f"{folder / CONFIG_FILE} names no base. Name one as `base` in {folder / FILE}.")
        about = about.changed(base={"name": base})
    return about

"""All that a training run can be set to; `loredact train --config` reads the same names from YAML."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError, model_validator

from loredact.adapters.description import LONGEST_WINDOW, Decoder
from loredact.bases import DEFAULT_BASE
from loredact.errors import InputError
from loredact.lora import LoRAConfig
from loredact.network import Attention, DType
from loredact.tagger import Method
from loredact.training.llamafactory import datasets, from_llamafactory, is_llamafactory
from loredact.training.privacy import Privacy

# Chosen by measurement (docs/notes/2026-11-25-settings.md).
RATES: dict[Method, float] = {"feature": 1e-2, "head": 2e-3, "full": 5e-4, "lora": 2e-3}
WRITER_RATE = 1e-3
# Two ways to say how long a run is.
_LENGTHS = {"epochs", "minutes"}
# Of a tagger that continues from an adapter: its matrices are to keep what they know; its head has more to learn.
CONTINUED_RATE, CONTINUED_HEAD_RATIO = 5e-4, 4.0


class Settings(BaseModel):
    """Settings of a training run, with defaults chosen by measurement (see docs/notes/2026-11-25-settings.md)."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    base: str = Field(default=DEFAULT_BASE, description="name of the base, a folder, or a Hugging Face name")
    depth: int | None = Field(
        default=None, ge=1, description="layers used; none: all of a generator's and an encoder's, else two fifths"
    )
    attention: Attention = Field(
        default="both", description="causal: a token sees those before it; both: all of its window"
    )
    window: int = Field(default=256, ge=8, le=LONGEST_WINDOW, description="tokens shown at once")
    overlap: int = Field(default=16, ge=0, description="tokens that neighbouring windows share at least")
    decoder: Decoder = Field(default="tags", description="tags: spans are tagged; generate: the masked text is written")
    method: Method = Field(default="lora", description="which weights are trained")
    lora: LoRAConfig = Field(default=LoRAConfig(), description="rank, scale and place of the matrices of LoRA")
    epochs: float = Field(default=3.0, gt=0, description="times through the corpus")
    minutes: float | None = Field(default=None, gt=0, description="a time to train for, in place of epochs")
    learning_rate: float | None = Field(
        default=None, gt=0, le=1, description="none: what suits the method, and a start"
    )
    head_ratio: float | None = Field(
        default=None,
        gt=0,
        description="how many times the rate the tag head learns at; none: 1, and 10 over an encoder",
    )
    b_ratio: float = Field(default=1.0, gt=0, description="LoRA+: how many times the rate the B matrices learn at")
    weight_decay: float = Field(default=0.0, ge=0, description="AdamW's")
    warm_up: float = Field(default=0.06, ge=0, lt=1, description="share of the run in which the rate rises")
    clip: float = Field(default=1.0, gt=0, description="largest norm of the gradient")
    row_tokens: int = Field(default=512, ge=8, description="tokens a step")
    evaluations: int = Field(default=3, ge=1, description="times the held-out text is measured during the run")
    seed: int = Field(default=0, ge=0, description="of the start, the order of rows and what is held out")
    recall: float | None = Field(
        default=None, gt=0, le=1, description="the operating point of the adapter where a user asks for nothing"
    )
    # `nobodys_masked` in settings of earlier versions.
    max_false_positive_rate: float | None = Field(
        default=None,
        gt=0,
        lt=1,
        validation_alias=AliasChoices("max_false_positive_rate", "nobodys_masked"),
        description="share of the held-out PII-free documents in which something may be found",
    )
    off: tuple[str, ...] = Field(default=(), description="labels to learn, and to mask only where a user asks for them")
    precision: DType | None = Field(default=None, description="none: what the processor is fastest in")
    private: Privacy | None = Field(default=None, description="train so that little can be told of any one document")

    @property
    def rate(self) -> float:
        """The highest learning rate."""
        return self.learning_rate or (WRITER_RATE if self.decoder == "generate" else RATES[self.method])

    def continued(self, head_ratio: float) -> Self:
        """These settings for a run that continues from an adapter, with the rates that suit that if none is asked for.

        `head_ratio` is what the head learns at in a run from nothing; of new labels it has more to learn than the rest.
        """
        if self.learning_rate is not None or self.method != "lora" or self.decoder != "tags":
            return self
        ratio = self.head_ratio or CONTINUED_HEAD_RATIO * head_ratio
        return self.model_copy(update={"learning_rate": CONTINUED_RATE, "head_ratio": ratio})

    @property
    def base_if_given(self) -> str | None:
        """The base, where one was asked for by name."""
        return self.base if "base" in self.model_fields_set else None

    @model_validator(mode="after")
    def _fits_a_writer(self) -> Self:
        if self.decoder == "generate" and self.method != "lora":
            raise ValueError("method: a generator is trained by lora alone")
        if self.decoder == "generate" and self.recall is not None:
            raise ValueError("recall: a generator has no operating points")
        if self.decoder == "generate" and self.max_false_positive_rate is not None:
            raise ValueError("max_false_positive_rate: a generator has no scores that a threshold could be put to")
        return self

    @model_validator(mode="after")
    def _can_be_private(self) -> Self:
        if self.private is None:
            return self
        if self.decoder != "tags" or self.method != "lora":
            raise ValueError("private: only taggers trained by lora can be private")
        if self.minutes is not None:
            raise ValueError("private: the noise depends on the number of steps, so give epochs and not minutes")
        if self.lora.dora or self.lora.dropout:
            raise ValueError("private: only plain LoRA can be private, without dora and dropout")
        return self

    @model_validator(mode="after")
    def _overlap_fits(self) -> Self:
        if self.overlap >= self.window:
            raise ValueError(f"overlap: must be below window ({self.window})")
        return self


def make_settings(
    config: Path | None, given: dict[str, Any], say: Callable[[str], None] = lambda step: None
) -> Settings:
    """Settings from a YAML file, if any, with the values `given` on the command line on top; None is not given.

    The file may be LLaMA Factory's; `say` is then told of the keys in it that are not used.

    Raises:
        InputError: where the file cannot be read, a name is unknown, a value is out of range, or epochs and minutes
            are both given.
    """
    written: dict[str, Any] = {}
    if config is not None:
        written = read_yaml(config)
        if is_llamafactory(written):
            written, unused = from_llamafactory(written)
            if unused:
                say(f"not used of {config}: {', '.join(unused)}")
    chosen = {name: value for name, value in given.items() if value is not None}
    for source in (written, chosen):
        if {name for name in source if source[name] is not None} >= _LENGTHS:
            raise InputError("Give epochs or minutes, not both.")
    if _LENGTHS & chosen.keys():
        written = {name: value for name, value in written.items() if name not in _LENGTHS}
    try:
        return Settings.model_validate(_nested([*written.items(), *chosen.items()]))
    except ValidationError as error:
        lines = [f"  {'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors()]
        raise InputError("Settings that cannot be used:\n" + "\n".join(lines)) from None


def corpora(
    data: str | None, config: Path | None, say: Callable[[str], None] = lambda step: None
) -> Sequence[str | Path]:
    """What to read labelled text from: `data`, or where it is None the files that LLaMA Factory's YAML names.

    Raises:
        InputError: where there is neither, or a corpus that the YAML names cannot be found.
    """
    written = {} if config is None else read_yaml(config)
    named = is_llamafactory(written)
    if data is None:
        if not named:
            raise InputError(
                "Give DATA, labelled text, or with --config a YAML of LLaMA Factory that names its dataset."
            )
        return datasets(written)
    if named and "dataset" in written:
        say(f"not used of {config}: dataset, since DATA is given")
    return [data]


def read_yaml(path: Path) -> dict[str, Any]:
    """The names and values in a YAML file.

    Raises:
        InputError: where it cannot be read, or holds something else.
    """
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, RecursionError, yaml.YAMLError) as error:
        raise InputError(f"{path} cannot be read as YAML ({type(error).__name__}).") from None
    if not isinstance(values, dict) or not all(isinstance(name, str) for name in values):
        raise InputError(f"{path} must hold names and values, such as `epochs: 3`.")
    return values


def _nested(named: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """The values by name, later ones on top; one named as `lora.rank` is among the values under `lora`, and so are
    those of a mapping called `lora`."""
    values: dict[str, Any] = {}
    for name, value in named:
        outer, _, inner = name.partition(".")
        others, more = values.get(outer), {inner: value} if inner else value
        values[outer] = {**others, **more} if isinstance(others, dict) and isinstance(more, dict) else more
    return values

"""What the pages send."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from loredact.studio.choices import Label
from loredact.studio.labelled import Change, Place, Status

Places = Annotated[list[tuple[int, int, str]], Field(max_length=100_000)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Edit(_Body):
    """An edit of a layer that is at `version`, as far as its page knows."""

    layer: str = Field(default="", max_length=100)
    version: int = Field(ge=0)
    add: Places = []
    remove: Places = []
    dismiss: Places = []
    restore: Places = []

    @property
    def change(self) -> Change:
        def places(values: Places) -> tuple[Place, ...]:
            return tuple(values)

        return Change(places(self.add), places(self.remove), places(self.dismiss), places(self.restore))


class AtVersion(_Body):
    """A layer, and the version that its page knows."""

    layer: str = Field(default="", max_length=100)
    version: int = Field(ge=0)


class NewStatus(AtVersion):
    """A layer's next status."""

    status: Status


class Everywhere(_Body):
    """A value, by where it stands in a text, that is to be labelled in all texts."""

    text: int
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    label: str = Field(max_length=64)


class Open(_Body):
    """A text that a page shows, or is left; `take` takes it over from another."""

    layer: str = Field(default="", max_length=100)
    take: bool = False
    close: bool = False


class Labels(_Body):
    """The folder's labels in the place of those of `version`."""

    version: int = Field(ge=0)
    labels: list[Label] = Field(max_length=500)


class Paste(_Body):
    """A text that was pasted."""

    name: str = Field(default="", max_length=200)
    text: str


class NewRun(_Body):
    """A training run to be queued, with the settings that the page has."""

    start: str | None = Field(default="default", max_length=100)
    base: str | None = Field(default=None, max_length=4096)
    epochs: float | None = Field(default=None, gt=0)
    minutes: float | None = Field(default=None, gt=0)
    learning_rate: float | None = Field(default=None, gt=0, le=1)
    rank: int | None = Field(default=None, ge=1)
    seed: int | None = Field(default=None, ge=0)

    @property
    def settings(self) -> dict[str, object]:
        """As `loredact train --config` reads them; what was not given is left to its default."""
        given = {
            "base": self.base,
            "epochs": self.epochs,
            "minutes": self.minutes,
            "learning_rate": self.learning_rate,
            "lora.rank": self.rank,
            "seed": self.seed,
        }
        return {name: value for name, value in given.items() if value is not None}


class Several(_Body):
    """A run of several adapters, each from `start`: one that ships, or nothing."""

    start: str | None = Field(default="default", max_length=100)


class Settled(_Body):
    """A slip that is none: what is labelled there, and what an adapter found."""

    text: int
    labelled: Place | None
    found: Place | None


class UseAdapter(_Body):
    """The adapter that suggests and masks from now on, and where on its curve, in nats off the score of `O`."""

    name: str = Field(max_length=100)
    point: float | None = Field(default=None, ge=-100, le=100)


class Masking(_Body):
    """How to mask: a policy that ships, or `written`, the YAML of one; `operator` takes the place of its default
    rule's, and `operators` of its rules by label.
    """

    policy: str = Field(default="default", max_length=100)
    written: str | None = Field(default=None, max_length=1_000_000)
    operator: str | None = Field(default=None, max_length=30)
    operators: dict[str, Annotated[str, Field(max_length=30)]] = Field(default={}, max_length=500)


class Try(_Body):
    """A text to mask."""

    text: str
    how: Masking = Masking()


class Two(_Body):
    """Two adapters to hold against each other."""

    old: str = Field(max_length=100)
    new: str = Field(max_length=100)


class MaskMany(_Body):
    """Which of the folder's texts to mask."""

    which: Literal["new", "done", "all"] = "new"
    how: Masking = Masking()

"""What a run needs to know of that which is trained: it tags, or it writes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel
from torch import Tensor, nn

from loredact.decoding import Decoding
from loredact.document import Document
from loredact.errors import InputError
from loredact.evaluation import Evaluation
from loredact.generator import ConstrainedGenerator
from loredact.lora import LoRAConfig
from loredact.tagger import Tagger
from loredact.training.settings import Settings


class Example(Protocol):
    """What a row holds: so many tokens, of which `learnt` have a loss."""

    @property
    def ids(self) -> NDArray[np.int64]: ...
    @property
    def learnt(self) -> int: ...
    def __len__(self) -> int: ...


# What continuing from an adapter does not change.
_FOR_GOOD = {"depth", "attention", "window", "overlap"} | {
    f"lora.{name}" for name in ("rank", "alpha", "rank_stabilised", "dora", "start", "dropout")
}

Item = TypeVar("Item", bound=Example)
Learnt_contra = TypeVar("Learnt_contra", bound=Example, contravariant=True)


@dataclass(frozen=True, slots=True)
class Measured:
    """What held-out text said of an adapter at the end of its run."""

    evaluation: Evaluation
    report: dict[str, Any]  # what the adapter says of itself
    decoding: Decoding | None = None
    calibration: dict[str, float] = field(default_factory=dict)
    note: str = ""  # what is to be said of it


# Labels that an adapter found in the documents it is continued on: for each, where they start and end, and the label.
FoundLabels = list[list[tuple[int, int, str]]]


class Task(Protocol[Learnt_contra]):
    """A network with its examples, its loss, and what it finds."""

    @property
    def network(self) -> nn.Module: ...
    @property
    def device(self) -> torch.device: ...
    @property
    def in_parts(self) -> bool:
        """Whether several threads may compute the loss at a time, each of some windows."""

    @property
    def heads(self) -> tuple[str, ...]:
        """The modules that learn at a rate of their own."""

    @property
    def head_ratio(self) -> float:
        """How many times the rate those learn at where the settings do not say."""

    @property
    def labels(self) -> tuple[str, ...]: ...
    @property
    def fixed(self) -> dict[str, Any]:
        """The settings, by name, that the adapter has for good, whoever continues it."""

    @property
    def guessing(self) -> float:
        """What it costs to guess every token alike, in nats."""

    def loss(self, windows: Sequence[Learnt_contra]) -> Tensor:
        """The sum of the cross-entropies of what is learnt of a row's windows, the shortest first."""

    def find(self, documents: Sequence[Document]) -> Iterator[Document]:
        """Labelled `documents` with what is found in them, but for what their labels say nothing of."""

    def measure(self, held_out: Sequence[Document]) -> Measured:
        """Measure on `held_out`, calibrated to it."""

    def measured(self, measured: Measured | None) -> Tagger | ConstrainedGenerator:
        """What finds, and can be saved as an adapter, with what was measured of it."""


@dataclass(frozen=True, slots=True)
class Beginning(Generic[Item]):
    """What a run begins with: its task, and the documents it learns from, with what was `found` in them; `examples`
    are what there is to learn from them in each epoch, by its number.
    """

    task: Task[Item]
    documents: Sequence[Document]
    examples: Callable[[int], Sequence[Item]]
    found: FoundLabels | None = None


def for_good(base: str | None, architecture: BaseModel, config: LoRAConfig | None) -> dict[str, Any]:
    """The settings, by name, that an adapter of this base, architecture and LoRA has for good."""
    about = architecture.model_dump(include={"num_layers", "attention", "window", "overlap"})
    about = {"base": base, "depth": about.pop("num_layers")} | about
    return about if config is None else about | {"lora": config.model_dump(mode="json")}


def require_same(start: object, settings: Settings, fixed: Mapping[str, Any]) -> None:
    """Refuse `settings` of a run that continues from `start` where they ask for another of what is `fixed` in it.

    Raises:
        InputError: naming what cannot be changed.
    """
    asked = _flat(settings.model_dump(exclude_unset=True))
    same = _flat(fixed)
    for name in sorted(asked.keys() & same.keys() & _FOR_GOOD):
        if None not in (asked[name], same[name]) and asked[name] != same[name]:
            raise InputError(
                f"{name}: {asked[name]} cannot be had. The adapter {start} has {same[name]}, and what continues from "
                "it keeps that. Leave the setting out, or train from scratch."
            )


def _flat(settings: Mapping[str, Any]) -> dict[str, Any]:
    """`settings`, with those under `lora` by names of their own."""
    return {**settings, **{f"lora.{name}": value for name, value in settings.get("lora", {}).items()}}


def figures(held_out: Sequence[Document], evaluation: Evaluation) -> dict[str, Any]:
    """What an adapter says of itself."""
    return {
        "held_out_documents": len(held_out),
        "strict": evaluation.strict.as_json(),
        "characters": evaluation.characters.as_json(),
    }

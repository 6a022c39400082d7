"""What a run needs to know of that which is trained: it tags, or it writes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from loredact.decoding import DialPoint
from loredact.evaluation import Evaluation
from loredact.spans import Document, Span


class Example(Protocol):
    """What a row holds: so many tokens, of which `learnt` have a loss."""

    @property
    def ids(self) -> NDArray[np.int64]: ...
    @property
    def learnt(self) -> int: ...
    def __len__(self) -> int: ...


Item = TypeVar("Item", bound=Example)


@dataclass(frozen=True, slots=True)
class Measured:
    """What held-out text said of an adapter at the end of its run."""

    evaluation: Evaluation
    calibration: dict[str, float] = field(default_factory=dict)
    dial: tuple[DialPoint, ...] = ()


class Task(Protocol[Item]):
    """A network with its examples, its loss, and what it finds."""

    @property
    def network(self) -> nn.Module: ...
    @property
    def device(self) -> torch.device: ...
    @property
    def heads(self) -> tuple[str, ...]:
        """The modules that learn at a rate of their own."""

    @property
    def labels(self) -> tuple[str, ...]: ...
    @property
    def guessing(self) -> float:
        """What it costs to guess every token alike, in nats."""

    def examples_by_epoch(self, documents: Sequence[Document]) -> Callable[[int], Sequence[Item]]:
        """What there is to learn from `documents` in each epoch, by its number."""

    def loss(self, windows: Sequence[Item]) -> Tensor:
        """The sum of the cross-entropies of what is learnt of a row's windows, the shortest first."""

    def find(self, texts: Iterable[str]) -> Iterator[list[Span]]:
        """The spans of each text."""

    def measure(self, held_out: Sequence[Document]) -> Measured:
        """Measure on `held_out`, and note in the adapter what it says."""

    def save(self, folder: Path) -> None:
        """Write the adapter."""


def figures(held_out: Sequence[Document], evaluation: Evaluation) -> dict[str, Any]:
    """What an adapter says of itself."""
    return {
        "held_out_documents": len(held_out),
        "strict": evaluation.strict.as_json(),
        "characters": evaluation.characters.as_json(),
    }

"""What a run says while it runs."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """A step that was taken: its number, the share of the run done, its mean loss in nats, tokens learnt a second, and
    the figures on held-out text where they were measured after it.
    """

    number: int
    done: float
    loss: float
    tokens_per_second: float
    measured: dict[str, float] | None = None


def _ignore(_: object) -> None:
    """Show nothing."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What watches a run: `step` is called after each step, `say` with each stage and with what a user should know."""

    step: Callable[[Step], None] = _ignore
    say: Callable[[str], None] = _ignore

"""How an adapter is used to mask, as a value: what the command line and runs over files load a masker by."""

from collections.abc import Callable
from dataclasses import dataclass

from loredact.adapters import DEFAULT_ADAPTER
from loredact.masking.masker import Masker
from loredact.policy import Policy


@dataclass(frozen=True, slots=True)
class MaskerSettings:
    """The arguments of `Masker.load` that can be written down; that method says what each of them means."""

    adapter: str = str(DEFAULT_ADAPTER)
    rules: bool = True
    recall: float | None = None
    precision: float | None = None
    also: tuple[str, ...] = ()
    policy: Policy | None = None
    base: str | None = None

    def load(self, say: Callable[[str], None] = lambda step: None) -> Masker:
        """The masker. See `Masker.load` for what it raises."""
        return Masker.load(
            self.adapter,
            rules=self.rules,
            recall=self.recall,
            precision=self.precision,
            also=self.also,
            policy=self.policy,
            base=self.base,
            say=say,
        )

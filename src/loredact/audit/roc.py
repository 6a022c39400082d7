"""How well a score tells two groups apart: ROC, the area under it, and true positives where false ones are rare."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_95 = 1.959964  # two-sided, of the normal distribution
# How improbable by chance what an attack tells must be to be said to show: several are tried on one adapter.
SHOWS = 0.001
FALSE_POSITIVE_RATES = (0.001, 0.01)


@dataclass(frozen=True, slots=True)
class Share:
    """A share and its 95 % confidence interval (Wilson, 1927)."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, count: int, total: int) -> "Share":
        """`count` of `total`."""
        p, z = count / total, _95**2 / total
        middle, half = (p + z / 2) / (1 + z), math.sqrt(z * (p * (1 - p) + z / 4)) / (1 + z)
        return cls(p, max(0.0, middle - half), min(1.0, middle + half))


@dataclass(frozen=True, slots=True)
class Roc:
    """How an attack's scores tell members from others.

    `auc` is the probability that a member scores above another document, 0.5 by chance, from `low` to `high` with 95 %
    confidence (DeLong et al., 1988); `chance` is how probable one as high is where nothing was learnt (Mann and
    Whitney, 1947). `found` is the share of members found where at most such a share of the others is taken for one.
    `points` are the curve, shares of others and of members, each rising from 0 to 1.
    """

    auc: float
    low: float
    high: float
    chance: float
    found: dict[float, Share]
    points: tuple[tuple[float, float], ...]

    @property
    def shows(self) -> bool:
        """Whether members are told from others beyond chance."""
        return self.chance < SHOWS

    def as_json(self) -> dict[str, object]:
        """The figures, without the curve."""
        return {
            "auc": self.auc,
            "auc_95": [self.low, self.high],
            "chance": self.chance,
            "true_positives": {
                f"{rate:g}": {"share": share.value, "95": [share.low, share.high]} for rate, share in self.found.items()
            },
        }


def roc(members: Sequence[float], others: Sequence[float]) -> Roc:
    """The ROC of scores that are to be higher for members.

    With n others a false positive rate below 1/n means that none of them is taken for a member.
    """
    inside, outside = np.asarray(members, dtype=np.float64), np.asarray(others, dtype=np.float64)
    above = (inside[:, None] > outside).astype(np.float64) + 0.5 * (inside[:, None] == outside)  # (members, others)
    auc = float(above.mean())
    variance = _variance(above.mean(axis=1)) / len(inside) + _variance(above.mean(axis=0)) / len(outside)
    half = _95 * math.sqrt(variance)
    found = {rate: Share.of(_found(inside, outside, rate), len(inside)) for rate in FALSE_POSITIVE_RATES}
    spread = math.sqrt((len(inside) + len(outside) + 1) / (12 * len(inside) * len(outside)))
    chance = 0.5 * math.erfc((auc - 0.5) / spread / math.sqrt(2))
    return Roc(auc, max(0.0, auc - half), min(1.0, auc + half), chance, found, tuple(_curve(inside, outside)))


def _variance(values: NDArray[np.float64]) -> float:
    return float(values.var(ddof=1)) if len(values) > 1 else 0.0


def _found(inside: NDArray[np.float64], outside: NDArray[np.float64], rate: float) -> int:
    allowed = int(rate * len(outside) + 1e-9)
    threshold = np.sort(outside)[::-1][allowed] if allowed < len(outside) else -np.inf
    return int((inside > threshold).sum())


def _curve(inside: NDArray[np.float64], outside: NDArray[np.float64]) -> list[tuple[float, float]]:
    thresholds = np.unique(np.concatenate([inside, outside]))[::-1]
    points = [(float((outside >= t).mean()), float((inside >= t).mean())) for t in thresholds]
    return [(0.0, 0.0), *points]

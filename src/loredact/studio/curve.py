"""The learning curve: how good adapters are that learnt from a quarter, a half and all of the texts, and what more
texts would bring about.

The share of mistakes is taken to fall as a power of the number of texts, e(n) = a · n^(−b), as it does over wide ranges
(Hestness et al., 2017, arXiv:1712.00409). How uncertain that is comes from the bootstrap: the held-out texts are drawn
anew with replacement, the figures counted and the curve fitted again, many times.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loredact.document import Document
from loredact.evaluation import Evaluation
from loredact.studio.texts import digest_of

SHARES = (0.25, 0.5, 0.75, 1.0)
MORE = 50
_DRAWS = 400
# Nine draws in ten lie within.
_WITHIN = (5, 95)
# What is told of the band that is drawn.
_STEPS = 12


def subsets(documents: Sequence[Document]) -> list[list[Document]]:
    """A quarter, a half, … of `documents`, each within the next, each with something to learn from, and no two alike.

    Which come first follows from the texts alone: of those that were labelled in a queue the first may be the hardest.
    """
    documents = sorted(documents, key=lambda document: digest_of(document.text))
    counts = sorted({max(2, round(share * len(documents))) for share in SHARES})
    parts = [list(documents[:count]) for count in counts]
    return [part for part in parts if any(document.spans for document in part)]


def counted(found: Evaluation) -> dict[str, list[int]]:
    """What the figures of one document are made of: right and possible, doubled for F1 as its two denominators are."""
    return {
        "strict_f1": [2 * found.strict.right, found.strict.predicted + found.strict.labelled],
        "characters_recall": [found.characters.right, found.characters.labelled],
    }


def told(sizes: Sequence[int], counts: Sequence[Sequence[dict[str, list[int]]]]) -> dict[str, Any]:
    """What is to be said of adapters that learnt from `sizes` texts: `counts` has, of each, the held-out texts'.

    For each figure the points, and, where there are three sizes or more, the fit: the figure at the last size and with
    `MORE` texts, with what lies within nine draws of ten, and the band between.
    """
    return {
        "more": MORE,
        "held_out": len(counts[0]),
        "figures": {
            figure: _figure(np.array(sizes, dtype=float), np.array([[one[figure] for one in size] for size in counts]))
            for figure in ("strict_f1", "characters_recall")
        },
    }


def _figure(sizes: NDArray[np.float64], counts: NDArray[np.int64]) -> dict[str, Any]:
    # counts: (sizes, documents, 2)
    measured = _shares(counts.sum(axis=1))
    points = [[int(n), float(share)] for n, share in zip(sizes, measured, strict=True)]
    if len(sizes) < len(SHARES) - 1:
        return {"points": points, "fit": None}
    last = sizes[-1]
    at = np.linspace(sizes[0], last + MORE, _STEPS)
    random = np.random.default_rng(0)
    documents = counts.shape[1]
    drawn = [
        _fitted(sizes, counts[:, random.integers(documents, size=documents)].sum(axis=1), np.append(at, last))
        for _ in range(_DRAWS)
    ]
    curves = np.array(drawn)
    low, high = np.percentile(curves, _WITHIN, axis=0)
    best = _fitted(sizes, counts.sum(axis=1), np.append(at, last))
    gains = np.percentile(curves[:, -2] - curves[:, -1], _WITHIN)
    return {
        "points": points,
        "fit": {
            "now": float(best[-1]),
            "then": float(best[-2]),
            "gain": [float(gains[0]), float(best[-2] - best[-1]), float(gains[1])],
            "line": [[float(n), float(share)] for n, share in zip(at, best[:-1], strict=True)],
            "band": [[float(n), float(a), float(b)] for n, a, b in zip(at, low[:-1], high[:-1], strict=True)],
        },
    }


def _shares(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    shares: NDArray[np.float64] = np.where(counts[:, 1] > 0, counts[:, 0] / np.maximum(counts[:, 1], 1), 1.0)
    return shares


def _fitted(sizes: NDArray[np.float64], counts: NDArray[np.int64], at: NDArray[np.float64]) -> NDArray[np.float64]:
    """The figure at `at`, by a line through the logarithms of mistakes and sizes; no mistake counts as half of one."""
    mistakes = np.maximum(1 - _shares(counts), 0.5 / np.maximum(counts[:, 1], 1))
    slope, level = np.polyfit(np.log(sizes), np.log(mistakes), 1)
    figures: NDArray[np.float64] = np.clip(1 - np.exp(level + slope * np.log(at)), 0.0, 1.0)
    return figures

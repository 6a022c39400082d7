"""Shadow adapters: trained as the audited one was, each on a random half of the documents, and kept on disk."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from loredact.document import Document
from loredact.tagger import DESCRIPTION_FILE, Tagger
from loredact.training import Progress, Settings, train_into
from loredact.training.examples import corpus_digest


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the audited adapter was trained: settings, and the adapter it continued from, if any."""

    settings: Settings
    start: str | None = None


def halves(count: int, shadows: int, seed: int) -> NDArray[np.bool_]:
    """Which of `count` documents each shadow learns from, `(shadows, count)`: two and two, one half and the other.

    So each document is inside just as many shadows as it is outside of.
    """
    result = np.zeros((shadows, count), dtype=bool)
    for pair in range(0, shadows, 2):
        order = np.random.default_rng((seed, pair)).permutation(count)
        result[pair, order[: count // 2]] = True
        result[pair + 1] = ~result[pair]
    return result


def train_shadow(
    documents: Sequence[Document], recipe: Recipe, seed: int, folder: Path, say: Callable[[str], None]
) -> Tagger:
    """The shadow adapter of `documents`, trained into a folder within `folder`, or read from there if it is there.

    Nothing is held out: what is to be told of the audited adapter does not depend on its operating point.
    """
    # What needs held-out text is left out; all else is as it was, but for the seed.
    settings = recipe.settings.model_copy(update={"recall": None, "max_false_positive_rate": None, "seed": seed})
    told = json.dumps([settings.model_dump(mode="json"), recipe.start, corpus_digest(documents)])
    place = folder / hashlib.sha256(told.encode()).hexdigest()[:16]
    if not (place / DESCRIPTION_FILE).exists():
        progress = Progress(say=say)
        train_into(place, documents, settings, held_out=[], start=recipe.start, resume=True, progress=progress)
    return Tagger.load(place, say=say)

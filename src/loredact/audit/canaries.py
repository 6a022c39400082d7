"""Canaries: invented values planted in a training corpus, and how far the adapter knows them from others.

Each canary is a document of its own, a fixed sentence with two words that mean nothing, labelled by a label drawn at
random: no model can know which label goes with which value but by heart. After training, the canary's loss is ranked
among those of other values made the same way with the same label, and its exposure in bits is

    log2(values) − log2(rank)

(Carlini et al., "The Secret Sharer", arXiv:1802.08232, section 4.2). A value that was not learnt has any rank alike, so
its exposure is 1.44 bits on average; the highest that can be seen is log2(values).
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from loredact.audit.membership import document_losses
from loredact.audit.roc import SHOWS
from loredact.document import Document, Span
from loredact.errors import InputError
from loredact.files import write_text
from loredact.strict_json import read_json
from loredact.tagger import Tagger
from loredact.training.examples import labels_of

TIMES = (1, 4, 16)
VALUES = 1024
_CONSONANTS, _VOWELS = "bdfgklmnprstvz", "aeiou"
_BEFORE, _AFTER = "Reference: ", ", as noted above."


@dataclass(frozen=True, slots=True)
class Canary:
    """An invented value, its label, and how many documents of the training corpus hold it."""

    value: str
    label: str
    times: int

    @property
    def document(self) -> Document:
        """The document that is planted."""
        return _document(self.value, self.label)


@dataclass(frozen=True, slots=True)
class Exposure:
    """The exposures in bits of the canaries planted so many `times`; `chance` is the probability of such a sum or a
    greater one had none been learnt.
    """

    times: int
    bits: tuple[float, ...]
    chance: float

    @property
    def shows(self) -> bool:
        """Whether they were learnt by heart, beyond chance."""
        return self.chance < SHOWS

    def as_json(self) -> dict[str, object]:
        """All figures."""
        return {"times": self.times, "bits": list(self.bits), "chance": self.chance, "shows": self.shows}


def plant(
    documents: Sequence[Document], *, each: int = 4, times: Sequence[int] = TIMES, seed: int = 0
) -> tuple[list[Document], list[Canary]]:
    """`documents` with canaries among them, and the canaries: `each` so many for each of `times`.

    Raises:
        InputError: where the documents have no label.
    """
    labels = labels_of(documents)
    if not labels:
        raise InputError("The corpus holds no span, so there is no label to plant canaries with.")
    random = np.random.default_rng(seed)
    canaries = [
        Canary(_value(random), labels[int(random.integers(len(labels)))], count) for count in times for _ in range(each)
    ]
    planted = [canary.document for canary in canaries for _ in range(canary.times)]
    together = [*documents, *planted]
    return [together[index] for index in random.permutation(len(together))], canaries


def exposures(tagger: Tagger, canaries: Sequence[Canary], values: int = VALUES, seed: int = 1) -> list[Exposure]:
    """How far `tagger` knows each of `canaries` from `values` - 1 others, by how many times they were planted.

    Raises:
        InputError: where the adapter does not know the label of one.
    """
    if not canaries:
        return []
    if not {canary.label for canary in canaries}.issubset(tagger.tags.labels):
        raise InputError("The adapter does not know the label of a canary: these were not planted in its corpus.")
    random = np.random.default_rng(seed)
    others = [_value(random) for _ in range(values - 1)]
    bits: dict[int, list[float]] = {}
    everything = [*(canary.value for canary in canaries), *others]
    # What a text scores does not depend on the label that it is asked for.
    scored = list(tagger.score(_document(value, canaries[0].label).text for value in everything))
    for label in sorted({canary.label for canary in canaries}):
        losses = document_losses(tagger, [_document(value, label) for value in everything], scored)
        for canary, loss in zip(canaries, losses, strict=False):
            if canary.label == label:
                rank = 1 + int((losses[len(canaries) :] <= loss).sum())
                bits.setdefault(canary.times, []).append(float(np.log2(values) - np.log2(rank)))
    return [Exposure(times, tuple(found), _chance(found)) for times, found in sorted(bits.items())]


def write_canaries(path: Path, canaries: Sequence[Canary]) -> None:
    """Write `canaries` to a JSON file, for the audit of what learns from them."""
    write_text(path, json.dumps([asdict(canary) for canary in canaries], indent=2) + "\n")


def read_canaries(path: Path) -> list[Canary]:
    """What `write_canaries` wrote.

    Raises:
        InputError: where it cannot be read.
    """
    try:
        rows = read_json(path)
        return [Canary(str(row["value"]), str(row["label"]), int(row["times"])) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{path} holds no canaries as `loredact corpus plant` writes them ({type(error).__name__})."
        ) from None


def _value(random: np.random.Generator) -> str:
    """Two words of three syllables each: 1.2e11 values."""
    syllables = ["".join((_CONSONANTS[random.integers(14)], _VOWELS[random.integers(5)])) for _ in range(6)]
    return " ".join("".join(syllables[part : part + 3]).capitalize() for part in (0, 3))


def _document(value: str, label: str) -> Document:
    span = Span(len(_BEFORE), len(_BEFORE) + len(value), label)
    return Document(_BEFORE + value + _AFTER, (span,))


def _chance(bits: Sequence[float]) -> float:
    """How probable a sum of exposures as high is where every rank is alike: in nats each is exponential, mean 1."""
    from scipy.stats import gamma

    return float(gamma.sf(sum(bits) * np.log(2), len(bits)))

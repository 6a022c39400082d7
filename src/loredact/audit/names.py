"""Does an adapter find a name better for having learnt it? The same sentences with learnt names and with others.

The two groups of names come from texts of one origin, each name from one document alone, so they are alike but for
having been learnt. Every name stands in the same sentences, which come from documents that were not learnt from. A gap
in the score, or in what is found, betrays who was in the training texts.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from loredact.decoding import Scored, log_softmax
from loredact.document import Document, Span
from loredact.encoding.tags import OUTSIDE
from loredact.errors import InputError
from loredact.evaluation import missed_share
from loredact.tagger import Tagger

_95, _999 = 1.959964, 3.090232  # of the normal distribution: two-sided, and one-sided
_AROUND = 100  # characters kept on either side of a name
MOST_NAMES, SENTENCES = 60, 6
FEWEST_NAMES = 5


@dataclass(frozen=True, slots=True)
class NameGap:
    """What learnt names have over others, a mean over names: the score, P(personal) of the name's tokens, and the share
    of sentences in which the name was found whole. Each gap has a 95 % confidence interval (Welch).
    """

    label: str
    learnt: int
    others: int
    score_learnt: float
    score_others: float
    score_gap: tuple[float, float, float]  # gap, low, high
    found_learnt: float
    found_others: float
    found_gap: tuple[float, float, float]

    @property
    def betrays(self) -> bool:
        """Whether a learnt name scores higher, or is found more often, beyond chance: with 99.9 % confidence."""
        return any(gap > 0 and gap > _999 / _95 * (gap - low) for gap, low, _ in (self.score_gap, self.found_gap))

    def as_json(self) -> dict[str, object]:
        """The figures; no name."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class NameTest:
    """Names of one label, learnt and others, and sentences `(before, after)` to put them into."""

    label: str
    learnt: tuple[str, ...]
    others: tuple[str, ...]
    sentences: tuple[tuple[str, str], ...]


def choose_names(
    members: Sequence[Document], others: Sequence[Document], label: str | None = None, seed: int = 0
) -> NameTest | None:
    """Names of `label` that stand in one document of one group and in none of the other, and sentences of `others`.

    Without a `label`: PERSON, or else that which has most different values. None where there are too few names.

    Raises:
        InputError: where no document of the members has the label.
    """
    labels = {span.label for document in members for span in document.spans}
    if label is not None and label not in labels:
        raise InputError("No member document has a span of the label given for names.")
    if label is None:
        label = (
            "PERSON" if "PERSON" in labels else max(sorted(labels), key=lambda one: len(_documents_of(members, one)))
        )
    within, without = _documents_of(members, label), _documents_of(others, label)
    random = np.random.default_rng(seed)
    learnt = sorted(name for name, where in within.items() if len(where) == 1 and name.lower() not in _lower(without))
    unlearnt = sorted(name for name, where in without.items() if len(where) == 1 and name.lower() not in _lower(within))
    sentences = [_around(d.text, s) for d in others for s in d.spans if s.label == label]
    if min(len(learnt), len(unlearnt)) < FEWEST_NAMES:
        return None
    return NameTest(
        label,
        tuple(learnt[index] for index in random.permutation(len(learnt))[:MOST_NAMES]),
        tuple(unlearnt[index] for index in random.permutation(len(unlearnt))[:MOST_NAMES]),
        tuple(sentences[index] for index in random.permutation(len(sentences))[:SENTENCES]),
    )


def name_gap(tagger: Tagger, test: NameTest) -> NameGap:
    """The gap of `tagger`, at its own operating point."""
    offset = tagger.offset_for()
    learnt, others = (_measure(tagger, names, test, offset) for names in (test.learnt, test.others))
    return NameGap(
        test.label,
        len(test.learnt),
        len(test.others),
        float(learnt[:, 0].mean()),
        float(others[:, 0].mean()),
        _gap(learnt[:, 0], others[:, 0]),
        float(learnt[:, 1].mean()),
        float(others[:, 1].mean()),
        _gap(learnt[:, 1], others[:, 1]),
    )


def _documents_of(documents: Sequence[Document], label: str) -> dict[str, set[int]]:
    """Each value of `label`, and the documents that it stands in."""
    found: dict[str, set[int]] = {}
    for index, document in enumerate(documents):
        for span in document.spans:
            if span.label == label:
                found.setdefault(document.text[span.start : span.end], set()).add(index)
    return found


def _lower(names: dict[str, set[int]]) -> set[str]:
    return {name.lower() for name in names}


def _around(text: str, span: Span) -> tuple[str, str]:
    """What stands before and after a span, cut at white space."""
    before, after = text[max(0, span.start - _AROUND) : span.start], text[span.end : span.end + _AROUND]
    if span.start > _AROUND:
        before = before.partition(" ")[2]
    if span.end + _AROUND < len(text):
        after = after.rpartition(" ")[0]
    return before, after


def _measure(tagger: Tagger, names: Sequence[str], test: NameTest, offset: float) -> NDArray[np.float64]:
    """For each name its mean score, and the share of sentences in which it is found whole. Shape `(names, 2)`."""
    texts = [(before + name + after, len(before), len(name)) for name in names for before, after in test.sentences]
    rows = []
    for (text, start, length), scored in zip(texts, tagger.score(text for text, _, _ in texts), strict=True):
        document = Document(text, (Span(start, start + length, test.label),))
        found = missed_share(document, tagger.decode(scored, offset)) == 0
        rows.append((_score(tagger, scored, start, start + length), float(found)))
    means: NDArray[np.float64] = np.array(rows).reshape(len(names), len(test.sentences), 2).mean(axis=1)
    return means


def _score(tagger: Tagger, scored: Scored, start: int, end: int) -> float:
    """The mean probability that the tokens of `[start, end)` are personal."""
    tokens = scored.tokens
    own = (tokens.starts < end) & (tokens.ends > start)
    log_p = log_softmax(scored.scores[own], tagger.description.decoding.temperature)
    return float(1 - np.exp(log_p[:, OUTSIDE]).mean()) if own.any() else 0.0


def _gap(first: NDArray[np.float64], second: NDArray[np.float64]) -> tuple[float, float, float]:
    gap = float(first.mean() - second.mean())
    half = _95 * math.sqrt(first.var(ddof=1) / len(first) + second.var(ddof=1) / len(second))
    return gap, gap - half, gap + half

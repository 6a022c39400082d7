"""Fill templates with values: two corpora that share neither."""

import re
from collections.abc import Sequence
from random import Random

from faker import Faker

from loredact.corpora.synthetic.phrases import PHRASES
from loredact.corpora.synthetic.templates import TEMPLATES
from loredact.corpora.synthetic.values import LABELS, LOCALES, LOOK_ALIKES, PERSONAL
from loredact.spans import Document, Span

_SLOT = re.compile(r"\{\{(?P<other>\w+)\}\}|\{(?P<label>[A-Z_]+)(?::(?P<number>\d))?\}")
# What cannot be told apart by value: there are only so many ages.
_SHARED = {"AGE"}


def make_corpus(training: int, evaluation: int, seed: int) -> tuple[list[Document], list[Document]]:
    """`training` and `evaluation` documents, without a template or a personal value in common (ages aside).

    The same numbers and seed give the same corpora.
    """
    used: set[str] = set()
    first = _Filler(seed, used, avoid=frozenset(), unseen=False)
    training_documents = [first.document() for _ in range(training)]
    second = _Filler(seed + 1_000_003, set(), avoid=frozenset(used), unseen=True)
    return training_documents, [second.document() for _ in range(evaluation)]


def _part(patterns: Sequence[str], unseen: bool) -> list[str]:
    """The patterns kept for evaluation, one in four, or the others."""
    return [pattern for index, pattern in enumerate(patterns) if (index % 4 == 3) == unseen]


class _Filler:
    """Makes documents; `used` gathers their personal values, none of which is ever among `avoid`."""

    def __init__(self, seed: int, used: set[str], avoid: frozenset[str], unseen: bool) -> None:
        self.random = Random(seed)
        self._templates = _part(TEMPLATES, unseen)
        self._phrases = _part(PHRASES, unseen)
        self._fakes = [Faker(locale) for locale in LOCALES]
        for number, fake in enumerate(self._fakes):
            fake.seed_instance(seed + number)
        self._used = used
        self._avoid = avoid

    def document(self) -> Document:
        """A template, or some phrases strung together, filled with values."""
        if self.random.random() < 0.5:
            patterns = [self.random.choice(self._templates)]
        else:
            patterns = self.random.sample(self._phrases, self.random.randint(1, 6))
        joint = self.random.choice((" ", "\n", "\n\n", " - "))
        return self._fill(joint.join(patterns), patterns)

    def _fill(self, template: str, patterns: list[str]) -> Document:
        fake = self.random.choice(self._fakes)
        known: dict[tuple[str, str], str] = {}
        pieces: list[str] = []
        spans: list[Span] = []
        position = length = 0
        for slot in _SLOT.finditer(template):
            before = template[position : slot.start()]
            pieces.append(before)
            length += len(before)
            position = slot.end()
            if slot["other"]:
                value = LOOK_ALIKES[slot["other"]](fake, self.random)
            else:
                value = self._personal(slot["label"], slot["number"], known, fake)
                label = LABELS.get(slot["label"], slot["label"])
                spans.append(Span(length, length + len(value), label))
            pieces.append(value)
            length += len(value)
        pieces.append(template[position:])
        return Document("".join(pieces), tuple(spans), {"patterns": patterns})

    def _personal(self, label: str, number: str | None, known: dict[tuple[str, str], str], fake: Faker) -> str:
        if number and (label, number) in known:
            return known[label, number]
        value = PERSONAL[label](fake, self.random)
        while label not in _SHARED and value in self._avoid:
            value = PERSONAL[label](fake, self.random)
        self._used.add(value)
        if number:
            known[label, number] = value
        return value

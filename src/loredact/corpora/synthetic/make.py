"""Fill templates with values: two corpora that share neither."""

import re
from random import Random

from faker import Faker

from loredact.corpora.synthetic.templates import TEMPLATES
from loredact.corpora.synthetic.values import LABELS, LOCALES, LOOK_ALIKES, PERSONAL
from loredact.spans import Document, Span

_SLOT = re.compile(r"\{\{(?P<other>\w+)\}\}|\{(?P<label>[A-Z_]+)(?::(?P<number>\d))?\}")
_EVALUATION_EVERY = 4
# What cannot be told apart by value: there are only so many ages.
_SHARED = {"AGE"}


def make_corpus(training: int, evaluation: int, seed: int) -> tuple[list[Document], list[Document]]:
    """`training` and `evaluation` documents, without a template or a personal value in common (ages aside).

    The same numbers and seed give the same corpora.
    """
    chosen = {index for index in range(len(TEMPLATES)) if index % _EVALUATION_EVERY == _EVALUATION_EVERY - 1}
    kept = [template for index, template in enumerate(TEMPLATES) if index not in chosen]
    unseen = [template for index, template in enumerate(TEMPLATES) if index in chosen]
    used: set[str] = set()
    first = _Filler(seed, used, avoid=frozenset())
    training_documents = [first.fill(first.random.choice(kept)) for _ in range(training)]
    second = _Filler(seed + 1_000_003, set(), avoid=frozenset(used))
    return training_documents, [second.fill(second.random.choice(unseen)) for _ in range(evaluation)]


class _Filler:
    """Fills templates; `used` gathers the personal values, none of which is ever among `avoid`."""

    def __init__(self, seed: int, used: set[str], avoid: frozenset[str]) -> None:
        self.random = Random(seed)
        self._fakes = [Faker(locale) for locale in LOCALES]
        for number, fake in enumerate(self._fakes):
            fake.seed_instance(seed + number)
        self._used = used
        self._avoid = avoid

    def fill(self, template: str) -> Document:
        """A document of `template`, with values of one locale."""
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
        return Document("".join(pieces), tuple(spans), {"template": TEMPLATES.index(template)})

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

"""Fill templates with values: two corpora that share neither."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from itertools import chain, islice
from random import Random

from faker import Faker

from loredact.document import Document, Span
from loredact.synthetic.dates import joined
from loredact.synthetic.noise import Piece, add_noise
from loredact.synthetic.parts import draw
from loredact.synthetic.people import HOME, WORLD, People, write_name
from loredact.synthetic.places import ABROAD, LOCALES
from loredact.synthetic.templates import ALTERNATIVES, SLOT, Template, part_of_templates, templates
from loredact.synthetic.values import (
    DATES,
    LABELS,
    LOOK_ALIKES,
    OF_A_PERSON,
    ORGANIZATIONS,
    PERSONAL,
    SHARED,
    Scene,
)

# The share of texts without any personal data where none is asked for, and of English among the languages.
PII_FREE = 0.4
ENGLISH = 0.6
# The share of months that are written with a year.
_WITH_ITS_YEAR = 0.5
# Kinds that count for more than their templates: bare values, text of the web and tables are most of what people paste.
_MORE_OF = {"bare": 2.0, "web": 3.0, "table": 2.0}
_STRUNG_KINDS = {"sentence", "social_post"}
# The languages of a corpus: some of them, or each with its weight.
Languages = Collection[str] | Mapping[str, float]


def make_corpus(
    training: int,
    evaluation: int,
    seed: int,
    pii_free: float = PII_FREE,
    english: float = ENGLISH,
    languages: Languages | None = None,
) -> tuple[list[Document], list[Document]]:
    """`training` and `evaluation` documents, without a template or a personal value in common (ages aside).

    Nothing is personal in a share of `pii_free`; they may still name organisations. A share of `english` is in English,
    the others in each language by its templates; `languages` leaves some out, or gives a weight to each that is to occur,
    English too, and then `english` counts for nothing. The same arguments give the same corpora.
    """
    weights = _weights(english, languages)
    return (
        list(_documents(training, seed, pii_free, weights, unseen=False)),
        list(_documents(evaluation, seed + 1_000_003, pii_free, weights, unseen=True)),
    )


def make_without_personal_data(count: int, seed: int, languages: Languages | None = None) -> list[Document]:
    """`count` documents of the evaluation part's templates in which nothing is personal and no organisation is named."""
    filler = _Filler(seed, unseen=True, weights=_weights(ENGLISH, languages))
    documents = iter(lambda: filler.document(personal=False), None)
    return list(islice((document for document in documents if not document.spans), count))


def _weights(english: float, languages: Languages | None) -> dict[str, float]:
    """How often a document is in each language.

    Raises:
        ValueError: where there are no templates in a language.
    """
    sizes: dict[str, Counter[str]] = {}
    for template in templates():
        sizes.setdefault(template.language, Counter())[template.kind] += 1
    if unknown := sorted(set(languages or ()) - sizes.keys()):
        raise ValueError(f"there are no templates in {', '.join(unknown)}")
    if isinstance(languages, Mapping):
        return dict(languages)
    kept = sizes.keys() if languages is None else set(languages)
    others = {
        language: sum(count**0.5 for count in kinds.values())
        for language, kinds in sizes.items()
        if language in kept and language != "en"
    }
    if "en" not in kept:
        return others
    share = english if others else 1.0
    return {"en": share, **{language: (1 - share) * size / sum(others.values()) for language, size in others.items()}}


def _documents(count: int, seed: int, pii_free: float, weights: dict[str, float], unseen: bool) -> Iterator[Document]:
    filler = _Filler(seed, unseen, weights)
    for _ in range(count):
        yield filler.document(personal=filler.random.random() >= pii_free)


@cache
def _fakes() -> dict[str, Faker]:
    """Faker for every locale. They take a second to make, so each filler seeds the same ones anew."""
    return {locale: Faker(locale) for locale in sorted({*WORLD, *ABROAD, *chain(*HOME.values(), *LOCALES.values())})}


class _Filler:
    """Makes the documents of one part. Only the filler made last gives what its seed says."""

    def __init__(self, seed: int, unseen: bool, weights: dict[str, float]) -> None:
        self.random = Random(seed)
        self._unseen = unseen
        self._weights = weights
        self._fakes = _fakes()
        for number, fake in enumerate(self._fakes.values()):
            fake.seed_instance(seed + number)
        self._people = People(self._fakes, self.random, unseen)
        self._templates: dict[bool, dict[str, dict[str, list[Template]]]] = {True: {}, False: {}}
        for template in part_of_templates(unseen):
            kinds = self._templates[template.personal].setdefault(template.language, {})
            kinds.setdefault(template.kind, []).append(template)

    def document(self, personal: bool) -> Document:
        """A template filled with values, or some short ones strung together."""
        random = self.random
        of_languages = self._templates[personal]
        weights = [self._weights.get(language, 0.0) for language in of_languages]
        kinds = of_languages[random.choices(list(of_languages), weights)[0]]
        # A kind counts by the root of its templates: many sentences are worth more than few forms, but not all.
        kind = random.choices(
            list(kinds), [_MORE_OF.get(name, 1) * len(of_kind) ** 0.5 for name, of_kind in kinds.items()]
        )[0]
        chosen = [random.choice(kinds[kind])]
        if chosen[0].kind in _STRUNG_KINDS:
            others = [template for template in kinds[kind] if template is not chosen[0]]
            chosen += random.sample(others, min(len(others), random.choice((0, 0, 0, 1, 2, 4))))
        joint = random.choice((" ", "\n", "\n\n"))
        scene = Scene(chosen[0].language, random, self._fakes)
        pieces: list[Piece] = []
        for number, template in enumerate(chosen):
            if number:
                pieces.append((joint, None))
            scene.people.clear()
            pieces += self._fill(template, scene)
        return _document(add_noise(pieces, random), chosen)

    def _fill(self, template: Template, scene: Scene) -> Iterator[Piece]:
        random = self.random
        text = ALTERNATIVES.sub(lambda found: random.choice(found["choices"].split("|")), template.text)
        text = text.replace("{{month}} {{year}}", "{{monthofyear}}")  # one date, and so one span
        known: dict[tuple[str, str], str] = {}
        named: set[str] = set()
        position = 0
        previous: Piece = ("", None)
        for slot in SLOT.finditer(text):
            yield from self._pair(previous, text[position : slot.start()], scene.language)
            position = slot.end()
            if slot["other"]:
                previous = self._other(slot["other"], scene, template.personal)
            else:
                label = slot["label"]
                previous = (
                    self._personal(label, slot["number"], scene, known, named),
                    LABELS.get(label, label),
                )
        yield from self._pair(previous, text[position:], scene.language)

    def _pair(self, filled: Piece, after: str, language: str) -> Iterator[Piece]:
        value, label = filled
        value, after = joined(value, after, language)
        if value:
            yield value, label
        yield after, None

    def _other(self, name: str, scene: Scene, beside_a_person: bool) -> Piece:
        """A look-alike; but an organisation's name is one, and a date beside a person points to that person."""
        if name == "month" and self.random.random() < _WITH_ITS_YEAR:
            name = "monthofyear"
        if name in ORGANIZATIONS:
            return draw(lambda: LOOK_ALIKES[name](scene), self._unseen), "ORGANIZATION"
        if beside_a_person and name in DATES:
            return draw(lambda: LOOK_ALIKES[name](scene), self._unseen), "DATE_TIME"
        return LOOK_ALIKES[name](scene), None

    def _personal(
        self, label: str, number: str | None, scene: Scene, known: dict[tuple[str, str], str], named: set[str]
    ) -> str:
        random = self.random
        if label in {"PERSON", "FIRST_NAME", "LAST_NAME", "LAST_NAME_OF", *OF_A_PERSON}:
            person = scene.people.get(number or "") or self._people.new(scene.language)
            if number:
                scene.people[number] = person
            if label == "PERSON":
                again = bool(number) and number in named
                named.add(number or "")
                return write_name(person, random, again)
            if label == "FIRST_NAME":
                return person.called if random.random() < 0.2 else person.first
            if label == "LAST_NAME":
                return person.last
            if label == "LAST_NAME_OF":
                return person.genitive or person.last
        if number and (label, number) in known:
            return known[label, number]
        if label in OF_A_PERSON:
            value = draw(lambda: OF_A_PERSON[label](scene, person), self._unseen)
        elif label in SHARED:
            value = PERSONAL[label](scene)
        else:
            value = draw(lambda: PERSONAL[label](scene), self._unseen)
        if number:
            known[label, number] = value
        return value


def _document(pieces: list[Piece], templates: list[Template]) -> Document:
    spans = []
    position = 0
    for text, label in pieces:
        if label is not None:
            spans.append(Span(position, position + len(text), label))
        position += len(text)
    extra = {"templates": [template.name for template in templates], "language": templates[0].language}
    return Document("".join(text for text, _ in pieces), tuple(spans), extra)

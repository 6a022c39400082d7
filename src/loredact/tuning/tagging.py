"""A tagger that is trained."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from loredact.adapters import find_adapter
from loredact.bases import default_depth, find_base, longest_window
from loredact.decoding import BIASES, DialPoint, bias_for, calibration_error, fit_edges, fit_temperature
from loredact.encoding import encode
from loredact.errors import InputError
from loredact.evaluation import evaluate
from loredact.spans import Document, Span
from loredact.tagger import Description, Scored, Tagger
from loredact.tuning.examples import TagExample, cut, labels_of, up_to, whole_examples
from loredact.tuning.features import Features
from loredact.tuning.settings import Settings
from loredact.tuning.task import Measured, figures, for_good, require_same

# Held-out text decoded once for each bias of the dial.
_DIAL_CHARACTERS = 300_000


class Tagging:
    """The task of scoring every token's tags."""

    def __init__(self, tagger: Tagger) -> None:
        self.tagger = tagger
        self.network: nn.Module = tagger.network
        self.heads = (tagger.head_name,)
        self._features = Features(tagger)

    @classmethod
    def begin(
        cls,
        documents: Sequence[Document],
        settings: Settings,
        start: str | Path | None,
        say: Callable[[str], None],
    ) -> tuple["Tagging", Sequence[Document]]:
        """The task as `settings` have it or going on from the adapter `start`, and the documents to learn from."""
        if start is None:
            tagger = new_tagger(documents, settings, say)
        else:
            tagger, documents = _going_on(find_adapter(start), documents, settings, say)
        labelled = ((d.text, encode(tagger.tokenizer, d.text), d.spans) for d in documents)
        edges = tagger.description.edges.updated(fit_edges(labelled))
        tagger.description = tagger.description.model_copy(update={"edges": edges})
        return cls(tagger), documents

    @property
    def device(self) -> torch.device:
        return self.tagger.device

    @property
    def labels(self) -> tuple[str, ...]:
        return self.tagger.description.labels

    @property
    def fixed(self) -> dict[str, Any]:
        return for_good(self.tagger.description, self.tagger.config)

    @property
    def guessing(self) -> float:
        return float(np.log(len(self.tagger.tags)))

    def examples_by_epoch(self, documents: Sequence[Document]) -> Callable[[int], Sequence[TagExample]]:
        """The windows of `documents`, by epoch: other ones in each, or the same where features of theirs are kept."""
        tagger = self.tagger
        wholes, window = whole_examples(documents, tagger.tokenizer, tagger.tags), tagger.description.window
        if self._features.kept:
            same = cut(wholes, window)
            return lambda epoch: same
        return lambda epoch: cut(wholes, window, epoch)

    def loss(self, windows: Sequence[TagExample]) -> Tensor:
        """The sum of the cross-entropies of all tokens' tags."""
        scores = self._features.scores(windows)
        tags = torch.from_numpy(np.concatenate([example.tags for example in windows])).to(scores.device)
        return nn.functional.cross_entropy(scores, tags, reduction="sum")

    def find(self, texts: Iterable[str]) -> Iterator[list[Span]]:
        """The spans of each text."""
        return self.tagger.find(texts)

    def measure(self, held_out: Sequence[Document]) -> Measured:
        """Fit the temperature, turn the dial through, and measure at the adapter's own place on it."""
        tagger = self.tagger
        scored = list(tagger.score([document.text for document in held_out]))
        gold = [tagger.tags.write(part.tokens, document.spans) for part, document in zip(scored, held_out, strict=True)]
        temperature = fit_temperature(np.concatenate([part.scores for part in scored]), np.concatenate(gold))
        tagger.description = tagger.description.model_copy(update={"temperature": temperature})
        dial = self._dial(held_out, scored)
        recall = tagger.description.recall
        if recall is not None:
            recall = min(recall, max(point.recall for point in dial))
        bias = bias_for(dial, recall=recall)
        found = [tagger.decode(part, bias) for part in scored]
        evaluation = evaluate(held_out, found)
        calibration = {"temperature": temperature, "error": _calibration_error(held_out, found)}
        about = {**figures(held_out, evaluation), "calibration_error": calibration["error"]}
        measured = {"figures": about, "dial": dial, "recall": recall}
        tagger.description = tagger.description.model_copy(update=measured)
        return Measured(evaluation, calibration, dial)

    def save(self, folder: Path) -> None:
        """Write the adapter."""
        self.tagger.save(folder)

    def _dial(self, held_out: Sequence[Document], scored: Sequence[Scored]) -> tuple[DialPoint, ...]:
        """What each bias gives on the held-out text, or on so much of it as is decoded in reasonable time."""
        count = up_to(held_out, _DIAL_CHARACTERS)
        points = []
        for bias in BIASES:
            found = evaluate(held_out[:count], [self.tagger.decode(part, bias) for part in scored[:count]])
            points.append(DialPoint(bias=bias, recall=found.characters.recall, precision=found.characters.precision))
        return tuple(points)


def new_tagger(documents: Sequence[Document], settings: Settings, say: Callable[[str], None]) -> Tagger:
    """An untrained tagger for the labels of `documents`.

    Raises:
        InputError: where a setting does not fit the base.
    """
    base = find_base(settings.base, say)
    longest = longest_window(base)
    if settings.window > longest:
        raise InputError(
            f"A window of {settings.window} tokens is too long: {base.name} sees at most {longest} at once."
        )
    description = Description(
        base=settings.base,
        fingerprint=base.fingerprint,
        labels=labels_of(documents),
        depth=settings.depth or default_depth(base),
        method=settings.method,
        attention=settings.attention,
        window=settings.window,
        overlap=settings.overlap,
        recall=settings.recall,
    )
    config = settings.lora if settings.method == "lora" else None
    return Tagger.new(base, description, config, settings.precision)


def _going_on(
    start: Path, documents: Sequence[Document], settings: Settings, say: Callable[[str], None]
) -> tuple[Tagger, Sequence[Document]]:
    """The tagger to go on with from the adapter in `start`, and the documents with what keeps its knowledge."""
    old = Tagger.load(start, settings.precision, say, base=settings.base_if_given)
    if old.description.method != settings.method:
        raise InputError(
            f"The adapter {start} was trained by the method {old.description.method}, and goes on by no other: "
            f"give --method {old.description.method}."
        )
    require_same(start, settings, for_good(old.description, old.config))
    return _grown(old, labels_of(documents), settings), _with_known_labels(documents, old)


def _with_known_labels(documents: Sequence[Document], old: Tagger) -> list[Document]:
    """`documents` with what `old` finds in them of the labels that none of them uses, beside what they label."""
    unused = set(old.description.labels) - set(labels_of(documents))
    if not unused:
        return list(documents)
    result = []
    for document, found in zip(documents, old.find(document.text for document in documents), strict=True):
        free = [
            span
            for span in found
            if span.label in unused and all(span.end <= own.start or own.end <= span.start for own in document.spans)
        ]
        spans = sorted((*document.spans, *free), key=lambda span: span.start)
        result.append(replace(document, spans=tuple(spans)))
    return result


def _grown(old: Tagger, labels: Sequence[str], settings: Settings) -> Tagger:
    """A tagger that knows what `old` knows and has head outputs for further labels, which start at random."""
    known = old.description.labels
    added = [label for label in labels if label not in known]
    forgotten = {"temperature": 1.0, "dial": (), "figures": {}}
    base = settings.base_if_given or old.description.base
    new = {"labels": (*known, *added), "base": base, "recall": settings.recall}
    description = old.description.model_copy(update=new | forgotten)
    tagger = Tagger.new(old.base, description, old.config, settings.precision)
    before, after = old.network.state_dict(), tagger.network.state_dict()
    with torch.no_grad():
        for name, tensor in before.items():
            # Only the head differs in size, and the known labels' tags come first in it.
            after[name][: len(tensor)].copy_(tensor)
    return tagger


def _calibration_error(documents: Sequence[Document], found: Sequence[Sequence[Span]]) -> float:
    scores, right = [], []
    for document, spans in zip(documents, found, strict=True):
        gold = set(document.spans)
        for span in spans:
            scores.append(span.score)
            right.append(span in gold)
    return calibration_error(scores, right)

"""A tagger that is trained."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from loredact.adapters import find_adapter
from loredact.bases import find_base
from loredact.decoding import (
    BIASES,
    DialPoint,
    bias_for,
    calibration_error,
    fit_edges,
    fit_margin,
    fit_temperature,
    highest_evidence,
)
from loredact.document import Document, Span
from loredact.encoding import Tokens, encode
from loredact.encoding.tags import OUTSIDE
from loredact.errors import InputError
from loredact.evaluation import Evaluation, evaluate, set_apart
from loredact.network import default_depth, longest_window, writes_text
from loredact.tagger import Description, Scored, Tagger
from loredact.training.examples import AllowedTags, TagExample, cut, labels_of, up_to, whole_examples
from loredact.training.features import Features
from loredact.training.settings import Settings
from loredact.training.task import Beginning, FoundLabels, Measured, figures, for_good, require_same
from loredact.training.workers import draws

# Held-out text decoded once for each bias of the dial.
_DIAL_CHARACTERS = 300_000
_ENCODER_HEAD_RATIO = 10.0
# A margin is widened so many times at most until it holds at the adapter's own place on the dial.
_MARGINS = 10
_NO_MARGIN = (
    "nobodys_masked: no margin was found that leaves so few of the held-out texts masked at the recall asked for, "
    "so the adapter has none"
)


class Tagging:
    """The task of scoring every token's tags."""

    def __init__(self, tagger: Tagger, unlearnt: frozenset[str] = frozenset()) -> None:
        """`unlearnt` are the labels that the tagger knows from before, and the text it learns from does not use."""
        self.tagger = tagger
        self._unlearnt = unlearnt
        self.network: nn.Module = tagger.network
        self.heads = (tagger.head_name,)
        # What an encoder gives is small: at the matrices' own rate the head hardly learns, and all stays `O`.
        self.head_ratio = 1.0 if writes_text(tagger.base) else _ENCODER_HEAD_RATIO
        self._features = Features(tagger)
        self._allowed = AllowedTags(tagger.tags)

    @classmethod
    def begin(
        cls,
        documents: Sequence[Document],
        settings: Settings,
        start: str | Path | None,
        found: FoundLabels | None,
        say: Callable[[str], None],
    ) -> Beginning[TagExample]:
        """The task as `settings` have it, or continued from the adapter `start`.

        `found` is what that found in the documents where the run began, if it is known.
        """
        unlearnt: frozenset[str] = frozenset()
        if start is None:
            tagger, found = new_tagger(documents, settings, say), None
        else:
            tagger, found, unlearnt = _continued(find_adapter(start, say), documents, settings, found, say)
            documents = _with_found_labels(documents, found)
        tokenised = [encode(tagger.tokenizer, document.text) for document in documents]
        labelled = ((d.text, tokens, d.spans) for d, tokens in zip(documents, tokenised, strict=True))
        if settings.private is None:  # they are counts of the very texts
            edges = tagger.description.edges.updated(fit_edges(labelled))
            tagger.description = tagger.description.model_copy(update={"edges": edges})
        task = cls(tagger, unlearnt)
        return Beginning(task, documents, task.examples(documents, tokenised), found)

    @property
    def model(self) -> Tagger:
        return self.tagger

    @property
    def device(self) -> torch.device:
        return self.tagger.device

    @property
    def in_parts(self) -> bool:
        # Features are kept for the thread that asks, by putting layers of the network aside.
        return self.device.type == "cpu" and not self._features.kept and not draws(self.network)

    @property
    def labels(self) -> tuple[str, ...]:
        return self.tagger.description.labels

    @property
    def fixed(self) -> dict[str, Any]:
        return for_good(self.tagger.description, self.tagger.config)

    @property
    def guessing(self) -> float:
        return float(np.log(len(self.tagger.tags)))

    def examples(
        self, documents: Sequence[Document], tokenised: Sequence[Tokens]
    ) -> Callable[[int], Sequence[TagExample]]:
        """The windows of `documents`, by epoch: other ones in each, or the same where features of theirs are kept."""
        window = self.tagger.description.window
        wholes = whole_examples(documents, tokenised, self._allowed)
        if self._features.kept:
            same = cut(wholes, window)
            return lambda epoch: same
        return lambda epoch: cut(wholes, window, epoch)

    def by_document(self, documents: Sequence[Document]) -> list[list[TagExample]]:
        """The windows of each of `documents`, the same in each epoch."""
        tokenised = [encode(self.tagger.tokenizer, document.text) for document in documents]
        wholes = whole_examples(documents, tokenised, self._allowed)
        return [cut([whole], self.tagger.description.window) for whole in wholes]

    def loss(self, windows: Sequence[TagExample]) -> Tensor:
        """The sum over all tokens of −log of the probability that a token's tag is one of those it may have.

        Of a token whose tag is known that is the cross-entropy, else −log Σ p(tag) over the set of tags that its
        document allows (partial annotation: Tsuboi et al., 2008, for one token at a time).
        """
        scores = self._features.scores(windows)
        tags = torch.from_numpy(np.concatenate([example.tags for example in windows])).to(scores.device)
        sets = np.concatenate([example.allowed for example in windows])
        loss = nn.functional.cross_entropy(scores, tags, reduction="none")
        if sets.any():
            unknown = torch.from_numpy(np.flatnonzero(sets)).to(scores.device)
            of_each = torch.from_numpy(self._allowed.table[sets[sets > 0]]).to(scores.device)  # (unknown, tags)
            open_scores = scores[unknown]
            inside = open_scores.masked_fill(~of_each, float("-inf")).logsumexp(-1)
            loss = loss.index_copy(0, unknown, open_scores.logsumexp(-1) - inside)
        return loss.sum()

    def find(self, documents: Sequence[Document]) -> Iterator[list[Span]]:
        """The spans of each of labelled `documents`, but for those that their labels say nothing of."""
        found = self.tagger.find(document.text for document in documents)
        return self._told(documents, found)

    def measure(self, held_out: Sequence[Document]) -> Measured:
        """Fit the temperature, turn the dial through, and measure at the adapter's own place on it."""
        tagger = self.tagger
        scored = list(tagger.score([document.text for document in held_out]))
        temperature = self._temperature(held_out, scored)
        self._note(temperature=temperature, margin=None)
        dial, recall = self._dial(held_out, scored)
        note = ""
        if tagger.description.nobodys_masked is not None:
            with_margin = self._with_margin(held_out, scored, dial, recall)
            dial, recall = with_margin or (dial, recall)
            note = "" if with_margin else _NO_MARGIN
        bias = bias_for(dial, recall=recall)
        found = list(self._told(held_out, (tagger.decode(part, bias) for part in scored)))
        evaluation = self._evaluated(held_out, found)
        calibration = {"temperature": temperature, "error": _calibration_error(held_out, found)}
        about = {**figures(held_out, evaluation), "calibration_error": calibration["error"]}
        of_nobodys = [bool(spans) for spans, document in zip(found, held_out, strict=True) if _is_nobodys(document)]
        if of_nobodys:
            about["nobodys"] = {"documents": len(of_nobodys), "masked": sum(of_nobodys)}
        self._note(figures=about, dial=dial, recall=recall)
        return Measured(evaluation, calibration, dial, note)

    def _note(self, **told: object) -> None:
        self.tagger.description = self.tagger.description.model_copy(update=told)

    def _dial(
        self, held_out: Sequence[Document], scored: Sequence[Scored]
    ) -> tuple[tuple[DialPoint, ...], float | None]:
        """What each bias gives on the held-out text, or on so much of it as is decoded in reasonable time, and the
        adapter's own place: what it asks of the dial, or the dial's end where that is out of reach.
        """
        count = up_to(held_out, _DIAL_CHARACTERS)
        documents = held_out[:count]
        points = []
        for bias in BIASES:
            spans = self._told(documents, (self.tagger.decode(part, bias) for part in scored[:count]))
            found = self._evaluated(documents, spans)
            points.append(DialPoint(bias=bias, recall=found.characters.recall, precision=found.characters.precision))
        recall = self.tagger.description.recall
        if recall is not None:
            # Of an adapter that finds nothing at all, nothing is asked.
            recall = min(recall, points[-1].recall) or None
        return tuple(points), recall

    def _with_margin(
        self,
        held_out: Sequence[Document],
        scored: Sequence[Scored],
        dial: tuple[DialPoint, ...],
        recall: float | None,
    ) -> tuple[tuple[DialPoint, ...], float | None] | None:
        """The dial and the place on it with a margin that leaves no more of nobody's texts masked than may be.

        With a margin a higher bias finds as much, and at that one a wider margin may be needed. Where no margin holds
        at its own bias after some turns there is none, and nothing is returned.
        """
        about, asked = self.tagger.description, recall
        assert about.nobodys_masked is not None
        nobodys = [part for part, document in zip(scored, held_out, strict=True) if _is_nobodys(document)]
        margin, tags = -np.inf, self.tagger.tags
        for _ in range(_MARGINS):
            bias = bias_for(dial, recall=recall)
            evidence = [highest_evidence(part.scores, tags, about.temperature, bias, about.off) for part in nobodys]
            wider = fit_margin([e if e >= margin else -np.inf for e in evidence], about.nobodys_masked)
            if wider is None:
                return dial, recall
            margin = wider
            self._note(margin=margin)
            dial, recall = self._dial(held_out, scored)
            if recall != asked:  # out of reach with the margin
                break
        self._note(margin=None)
        return None

    def _evaluated(self, documents: Sequence[Document], found: Iterable[list[Span]]) -> Evaluation:
        """What was found held against the documents, in which spans of labels that are off are ignored."""
        personal, apart = set_apart(documents, self.tagger.description.off)
        return evaluate(personal, found, apart)

    def _temperature(self, held_out: Sequence[Document], scored: Sequence[Scored]) -> float:
        """The temperature, by the tokens whose tag the held-out text tells."""
        tags, allowed = self.tagger.tags, AllowedTags(self.tagger.tags)
        gold, sets = [], []
        for part, document in zip(scored, held_out, strict=True):
            written = tags.write(part.tokens, document.spans)
            gold.append(written)
            annotated = frozenset(tags.labels).difference(self._untold(document)) if self._untold(document) else None
            sets.append(allowed.of(part.tokens, written, replace(document, annotated=annotated)))
        known, scores = np.concatenate(gold), np.concatenate([part.scores for part in scored])
        # Where a tag is not known, one that is not allowed is a mistake for `O`; any other says nothing.
        best, table, chosen = scores.argmax(-1), allowed.table, np.concatenate(sets)
        told = (chosen == 0) | (best == OUTSIDE) & table[chosen, OUTSIDE] | ~table[chosen, best] & (chosen > 0)
        told &= ~np.all(table, axis=1)[chosen]  # where anything is allowed, nothing is told
        return fit_temperature(scores[told], known[told])

    def _told(self, documents: Sequence[Document], found: Iterable[list[Span]]) -> Iterator[list[Span]]:
        """The spans `found` without those that no text speaks of: of labels that nobody looked for, where nothing is
        labelled, and in stretches that are left open.
        """
        for document, spans in zip(documents, found, strict=True):
            untold = self._untold(document)
            yield [
                span
                for span in spans
                if _overlaps(span, document.spans) or not (span.label in untold or _overlaps(span, document.open_spans))
            ]

    def _untold(self, document: Document) -> frozenset[str]:
        """The labels of which a labelled document says nothing: its corpus does not annotate them, or the adapter knows
        them from before, and neither the document nor the text learnt from uses them.
        """
        untold = self._unlearnt
        if document.annotated is not None:
            untold = untold.union(self.labels).difference(document.annotated)
        return untold.difference(span.label for span in document.spans)


def require_enough_of_nobodys(held_out: Sequence[Document], share: float | None) -> None:
    """Raise InputError where `held_out` has too few texts without personal data to tell such a share of them."""
    count = sum(map(_is_nobodys, held_out))
    if share is not None and count * share < 1:
        raise InputError(
            f"nobodys_masked: a share of {share:g} takes {np.ceil(1 / share):.0f} held-out texts without personal data "
            f"or more to tell, and there are {count}. Give more with --eval."
        )


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
        base=base.name,
        fingerprint=base.fingerprint,
        labels=labels_of(documents),
        depth=settings.depth or default_depth(base),
        method=settings.method,
        attention=settings.attention,
        window=settings.window,
        overlap=settings.overlap,
        recall=settings.recall,
        nobodys_masked=settings.nobodys_masked,
        off=settings.off,
    )
    config = settings.lora if settings.method == "lora" else None
    return Tagger.new(base, description, config, settings.precision)


def _continued(
    start: Path,
    documents: Sequence[Document],
    settings: Settings,
    found: FoundLabels | None,
    say: Callable[[str], None],
) -> tuple[Tagger, FoundLabels | None, frozenset[str]]:
    """The tagger to continue with from the adapter in `start`; what that finds in the documents, of the labels that
    none of them uses, unless it is known; and those labels.
    """
    old = Tagger.load(start, settings.precision, say, base=settings.base_if_given)
    if old.description.method != settings.method:
        raise InputError(
            f"The adapter {start} was trained by the method {old.description.method}, and goes on by no other: "
            f"give --method {old.description.method}."
        )
    require_same(start, settings, for_good(old.description, old.config))
    # What its margin keeps from being masked is not to be unlearnt.
    old.description = old.description.model_copy(update={"margin": None})
    used = labels_of(documents)
    unlearnt = frozenset(old.description.labels).difference(used)
    if unlearnt and settings.nobodys_masked is not None:
        raise InputError(
            f"nobodys_masked: the texts do not use labels that {start} knows ({', '.join(sorted(unlearnt))}), so of "
            "none is it known that nothing in it is personal. Leave the setting out, or label these as well."
        )
    if found is None and unlearnt:
        found = _labels_found(documents, old, unlearnt)
    return _grown(old, used, settings), found, unlearnt


def _labels_found(documents: Sequence[Document], old: Tagger, unused: frozenset[str]) -> FoundLabels:
    """What `old` finds in `documents` of the labels `unused` in them, beside what they label."""
    everything = old.find((document.text for document in documents), off=())
    return [
        [
            (span.start, span.end, span.label)
            for span in spans
            if span.label in unused and not _overlaps(span, document.spans)
        ]
        for document, spans in zip(documents, everything, strict=True)
    ]


def _with_found_labels(documents: Sequence[Document], found: FoundLabels | None) -> Sequence[Document]:
    """`documents` with what was `found` in them as if it were labelled."""
    if found is None:
        return documents
    return [
        replace(document, spans=tuple(sorted((*document.spans, *(Span(*one) for one in more)), key=_start_of)))
        for document, more in zip(documents, found, strict=True)
    ]


def _start_of(span: Span) -> int:
    return span.start


def _grown(old: Tagger, labels: Sequence[str], settings: Settings) -> Tagger:
    """A tagger that knows what `old` knows and has head outputs for further labels, which start at random."""
    known = old.description.labels
    added = [label for label in labels if label not in known]
    forgotten: dict[str, Any] = {
        "temperature": 1.0,
        "margin": None,
        "dial": (),
        "guarantees": (),
        "figures": {},
        "privacy": {},
    }
    base = old.base.name if settings.base_if_given else old.description.base
    asked = {"recall": settings.recall, "nobodys_masked": settings.nobodys_masked}
    off = (*old.description.off, *(label for label in settings.off if label not in old.description.off))
    new = {"labels": (*known, *added), "off": off, "base": base, **asked}
    description = old.description.model_copy(update=new | forgotten)
    tagger = Tagger.new(old.base, description, old.config, settings.precision)
    before, after = old.network.state_dict(), tagger.network.state_dict()
    with torch.no_grad():
        for name, tensor in before.items():
            # Only the head differs in size, and the known labels' tags come first in it.
            after[name][: len(tensor)].copy_(tensor)
    return tagger


def _is_nobodys(document: Document) -> bool:
    """Whether nothing in the document is personal, as far as it says."""
    return not document.spans and not document.open_spans and document.annotated is None


def _overlaps(span: Span, others: Iterable[Span]) -> bool:
    return any(span.start < other.end and other.start < span.end for other in others)


def _calibration_error(documents: Sequence[Document], found: Sequence[Sequence[Span]]) -> float:
    scores, right = [], []
    for document, spans in zip(documents, found, strict=True):
        gold = set(document.spans)
        for span in spans:
            scores.append(span.score)
            right.append(span in gold)
    return calibration_error(scores, right)

"""A tagger that is trained."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from loredact.adapters import find_adapter
from loredact.adapters.description import BaseModelReference
from loredact.bases import find_base
from loredact.decoding import Decoding, calibrate, calibration_error, fit_boundaries
from loredact.decoding.calibration import evaluate_told, find_scored, is_pii_free, overlaps, told
from loredact.decoding.evidence import allowed_of
from loredact.document import Document, Span
from loredact.encoding import AllowedTags, Tokens, encode
from loredact.errors import InputError
from loredact.network import default_depth, longest_window, writes_text
from loredact.tagger import Architecture, Description, Tagger
from loredact.training.examples import TagExample, cut, labels_of, whole_examples
from loredact.training.features import Features
from loredact.training.settings import Settings
from loredact.training.task import Beginning, FoundLabels, Measured, figures, for_good, require_same
from loredact.training.workers import draws

_ENCODER_HEAD_RATIO = 10.0
_NO_THRESHOLD = (
    "max_false_positive_rate: no evidence threshold was found that leaves so few false positives on held-out text at "
    "the recall asked for, so the adapter has none"
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
        if settings.private is None:  # they are counts of the very texts
            labelled = ((d.text, tokens, d.spans) for d, tokens in zip(documents, tokenised, strict=True))
            boundaries = tagger.description.decoding.boundaries.updated(fit_boundaries(labelled))
            tagger.description = tagger.description.changed(decoding={"boundaries": boundaries})
        task = cls(tagger, unlearnt)
        return Beginning(task, documents, task.examples(documents, tokenised), found)

    @property
    def device(self) -> torch.device:
        return self.tagger.device

    @property
    def in_parts(self) -> bool:
        """Under LoRA, since the gradients of whole weights are too large to have in each thread; not where features
        are kept, for which layers of the network are put aside.
        """
        is_lora, kept = self.tagger.config is not None, self._features.kept
        return self.device.type == "cpu" and is_lora and not kept and not draws(self.network)

    @property
    def labels(self) -> tuple[str, ...]:
        return self.tagger.description.architecture.labels

    @property
    def fixed(self) -> dict[str, Any]:
        about = self.tagger.description
        return for_good(about.base.name, about.architecture, self.tagger.config)

    @property
    def guessing(self) -> float:
        return float(np.log(len(self.tagger.tags)))

    def examples(
        self, documents: Sequence[Document], tokenised: Sequence[Tokens]
    ) -> Callable[[int], Sequence[TagExample]]:
        """The windows of `documents`, by epoch: other ones in each, or the same where features of theirs are kept."""
        window = self.tagger.description.architecture.window
        wholes = whole_examples(documents, tokenised, self._allowed)
        if self._features.kept:
            same = cut(wholes, window)
            return lambda epoch: same
        return lambda epoch: cut(wholes, window, epoch)

    def by_document(self, documents: Sequence[Document]) -> list[list[TagExample]]:
        """The windows of each of `documents`, the same in each epoch."""
        tokenised = [encode(self.tagger.tokenizer, document.text) for document in documents]
        wholes = whole_examples(documents, tokenised, self._allowed)
        return [cut([whole], self.tagger.description.architecture.window) for whole in wholes]

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

    def find(self, documents: Sequence[Document]) -> Iterator[Document]:
        """Labelled `documents` with what is found in them, but for what their labels say nothing of."""
        return told([self._as_told(document) for document in documents], self.tagger.find(documents))

    def measure(self, held_out: Sequence[Document]) -> Measured:
        """Calibrate on `held_out`, and measure at the adapter's own operating point."""
        tags, asked = self.tagger.tags, self.tagger.description.decoding
        gold = [self._as_told(document) for document in held_out]
        scores = list(self.tagger.score([document.text for document in held_out]))
        decoding = calibrate(scores, gold, tags, asked)
        found = list(find_scored(decoding, scores, gold, tags, decoding.offset))
        evaluation = evaluate_told(held_out, found, decoding.off)
        error = _calibration_error(held_out, found)
        about = {**figures(held_out, evaluation), "calibration_error": error}
        pairs = zip(found, held_out, strict=True)
        of_pii_free = [bool(guess.spans) for guess, document in pairs if is_pii_free(document)]
        if of_pii_free:
            about["pii_free"] = {"documents": len(of_pii_free), "false_positives": sum(of_pii_free)}
        calibration = {"temperature": decoding.temperature, "error": error}
        rate = asked.max_false_positive_rate
        met = rate is None or sum(of_pii_free) <= allowed_of(len(of_pii_free), rate)
        return Measured(evaluation, about, decoding, calibration, "" if met else _NO_THRESHOLD)

    def measured(self, measured: Measured | None) -> Tagger:
        """The tagger, with what was measured in its description."""
        if measured is not None:
            told_of = {"decoding": measured.decoding, "report": measured.report}
            self.tagger.description = self.tagger.description.model_copy(update=told_of)
        return self.tagger

    def _as_told(self, document: Document) -> Document:
        """`document`, annotating what it says something of: not what the adapter knows from before, where neither the
        document nor the text learnt from uses it.
        """
        untold = self._unlearnt
        if document.annotated is not None:
            untold = untold.union(self.labels).difference(document.annotated)
        untold = untold.difference(span.label for span in document.spans)
        if not untold and document.annotated is None:
            return document
        return replace(document, annotated=frozenset(self.labels) - untold)


def require_enough_pii_free(held_out: Sequence[Document], share: float | None) -> None:
    """Raise InputError where `held_out` has too few texts without personal data to tell such a share of them."""
    count = sum(map(is_pii_free, held_out))
    if share is not None and count * share < 1:
        raise InputError(
            f"max_false_positive_rate: a share of {share:g} takes {np.ceil(1 / share):.0f} held-out texts without "
            f"personal data or more to tell, and there are {count}. Give more with --eval."
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
        base=BaseModelReference(name=base.name, fingerprint=base.fingerprint),
        architecture=Architecture(
            labels=labels_of(documents),
            num_layers=settings.depth or default_depth(base),
            method=settings.method,
            attention=settings.attention,
            window=settings.window,
            overlap=settings.overlap,
        ),
        decoding=Decoding(
            off=settings.off, recall=settings.recall, max_false_positive_rate=settings.max_false_positive_rate
        ),
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
    method = old.description.architecture.method
    if method != settings.method:
        raise InputError(
            f"The adapter {start} was trained by the method {method}, and continues by no other: give --method "
            f"{method}."
        )
    fixed = for_good(old.description.base.name, old.description.architecture, old.config)
    require_same(start, settings, fixed)
    # What its evidence threshold keeps from being masked is not to be unlearnt.
    old.description = old.description.changed(decoding={"evidence_threshold": None})
    used = labels_of(documents)
    unlearnt = frozenset(old.description.architecture.labels).difference(used)
    if unlearnt and settings.max_false_positive_rate is not None:
        raise InputError(
            f"max_false_positive_rate: the texts do not use labels that {start} knows "
            f"({', '.join(sorted(unlearnt))}), so of none is it known that nothing in it is personal. Leave the "
            "setting out, or label these as well."
        )
    if found is None and unlearnt:
        found = _labels_found(documents, old, unlearnt)
    return _grown(old, used, settings), found, unlearnt


def _labels_found(documents: Sequence[Document], old: Tagger, unused: frozenset[str]) -> FoundLabels:
    """What `old` finds in `documents` of the labels `unused` in them, beside what they label."""
    return [
        [
            (span.start, span.end, span.label)
            for span in guess.spans
            if span.label in unused and not overlaps(span, document.spans)
        ]
        for document, guess in zip(documents, old.find(documents, off=()), strict=True)
    ]


def _with_found_labels(documents: Sequence[Document], found: FoundLabels | None) -> Sequence[Document]:
    """`documents` with what was `found` in them as if it were labelled."""
    if found is None:
        return documents
    return [
        document.with_spans(sorted((*document.spans, *(Span(*one) for one in more)), key=_start_of))
        for document, more in zip(documents, found, strict=True)
    ]


def _start_of(span: Span) -> int:
    return span.start


def _grown(old: Tagger, labels: Sequence[str], settings: Settings) -> Tagger:
    """A tagger that knows what `old` knows and has head outputs for further labels, which start at random."""
    about = old.description
    known, known_off = about.architecture.labels, about.decoding.off
    added = [label for label in labels if label not in known]
    asked = {
        "off": (*known_off, *(label for label in settings.off if label not in known_off)),
        "recall": settings.recall,
        "max_false_positive_rate": settings.max_false_positive_rate,
    }
    name = old.base.name if settings.base_if_given else about.base.name
    forgotten = about.model_copy(update={"decoding": about.decoding.uncalibrated(), "report": {}, "privacy": {}})
    description = forgotten.changed(base={"name": name}, architecture={"labels": (*known, *added)}, decoding=asked)
    tagger = Tagger.new(old.base, description, old.config, settings.precision)
    before, after = old.network.state_dict(), tagger.network.state_dict()
    with torch.no_grad():
        for name, tensor in before.items():
            # Only the head differs in size, and the known labels' tags come first in it.
            after[name][: len(tensor)].copy_(tensor)
    return tagger


def _calibration_error(documents: Sequence[Document], found: Sequence[Document]) -> float:
    scores, right = [], []
    for document, guess in zip(documents, found, strict=True):
        gold = set(document.spans)
        for span in guess.spans:
            scores.append(span.score)
            right.append(span in gold)
    return calibration_error(scores, right)

"""A generator in training: supervised fine-tuning, with the loss on the answer alone."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from loredact import operators
from loredact.adapters import find_adapter
from loredact.bases import find_base
from loredact.corpora.pairs import LABEL_RULE, is_label
from loredact.document import Document, Span
from loredact.errors import InputError
from loredact.evaluation import evaluate
from loredact.generator import ConstrainedGenerator, GeneratorArchitecture, GeneratorBase, GeneratorDescription, chunks
from loredact.network import longest_window, network_depth
from loredact.operators import Replace
from loredact.training.examples import labels_of
from loredact.training.settings import Settings
from loredact.training.task import Beginning, FoundLabels, Measured, figures, for_good, require_same
from loredact.training.workers import draws


@dataclass(frozen=True, slots=True, eq=False)
class WriteExample:
    """A prompt and its answer as token ids `(tokens,)`; the answer begins at `answer`."""

    ids: NDArray[np.int64]
    answer: int

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def learnt(self) -> int:
        """How many of its tokens have a loss: the answer's."""
        return len(self.ids) - self.answer


class Writing:
    """The task of generating the masked text."""

    heads: tuple[str, ...] = ()
    head_ratio = 1.0

    def __init__(self, writer: ConstrainedGenerator) -> None:
        self.writer = writer
        self.network: nn.Module = writer.network

    @classmethod
    def begin(
        cls,
        documents: Sequence[Document],
        settings: Settings,
        start: str | Path | None,
        found: FoundLabels | None,
        say: Callable[[str], None],
    ) -> Beginning[WriteExample]:
        """The task as `settings` have it, or continued from the adapter `start`, which finds nothing in the documents.

        Raises:
            InputError: where a setting does not fit the base, or a label is none that a generator can write.
        """
        labels = labels_of(documents)
        for label in labels:
            if not is_label(label):
                raise InputError(f"A generator cannot write the label {label!r}: it must {LABEL_RULE}.")
        if start is None:
            base = find_base(settings.base, say)
            description = GeneratorDescription(
                base=GeneratorBase(name=base.name, fingerprint=base.fingerprint),
                architecture=GeneratorArchitecture(
                    labels=labels, num_layers=settings.depth or network_depth(base), window=settings.window
                ),
            )
            writer = ConstrainedGenerator.new(base, description, settings.lora, settings.precision)
        else:
            writer = ConstrainedGenerator.load(
                find_adapter(start, say), settings.precision, say, base=settings.base_if_given
            )
            about = writer.description
            require_same(start, settings, for_good(about.base.name, about.architecture, writer.config))
            known = about.architecture.labels
            added = None if known is None else (*known, *(label for label in labels if label not in known))
            name = writer.base.name if settings.base_if_given else about.base.name
            about = about.changed(base={"name": name}, architecture={"labels": added})
            writer.description = about.model_copy(update={"report": {}})
        # An answer is longer than its text by its labels.
        window = writer.description.architecture.window
        longest, needed = longest_window(writer.base), writer.prompt.overhead + 3 * window
        if needed > longest:
            raise InputError(
                f"A window of {window} tokens of text is too long: prompt and answer need up to "
                f"{needed} tokens, and {writer.base.name} sees at most {longest} at once."
            )
        task = cls(writer)
        examples = task.examples(documents)
        return Beginning(task, documents, lambda epoch: examples)

    @property
    def device(self) -> torch.device:
        return self.writer.device

    @property
    def in_parts(self) -> bool:
        return self.device.type == "cpu" and not draws(self.network)

    @property
    def labels(self) -> tuple[str, ...]:
        return self.writer.description.architecture.labels or ()

    @property
    def fixed(self) -> dict[str, Any]:
        about = self.writer.description
        return for_good(about.base.name, about.architecture, self.writer.config)

    @property
    def guessing(self) -> float:
        return float(np.log(self.writer.network.lm_head.out_features))

    def examples(self, documents: Sequence[Document]) -> list[WriteExample]:
        """A prompt and an answer for each chunk of `documents`."""
        prompt, result = self.writer.prompt, list[WriteExample]()
        for document in documents:
            tokens = prompt.tokens(document.text)
            for start, end in chunks(document.text, tokens, self.writer.description.architecture.window):
                asked = prompt.ask(document.text[start:end])
                answer = prompt.answer(_masked(document, start, end))
                result.append(WriteExample(np.concatenate([asked, answer]), len(asked)))
        return result

    def loss(self, windows: Sequence[WriteExample]) -> Tensor:
        """The sum of the cross-entropies of the answers' tokens, by what stands before each of them."""
        hidden = self.writer.hidden([window.ids for window in windows])
        firsts = accumulate((len(window) for window in windows[:-1]), initial=0)
        before = [
            np.arange(first + window.answer - 1, first + len(window) - 1)
            for first, window in zip(firsts, windows, strict=True)
        ]
        answers = np.concatenate([window.ids[window.answer :] for window in windows])
        chosen = hidden[torch.from_numpy(np.concatenate(before)).to(self.device)]  # (answers' tokens, width)
        logits = self.writer.network.lm_head(chosen).float()
        return nn.functional.cross_entropy(logits, torch.from_numpy(answers).to(self.device), reduction="sum")

    def find(self, documents: Sequence[Document]) -> Iterator[Document]:
        """`documents` with what is found in them."""
        return self.writer.find(documents)

    def measure(self, held_out: Sequence[Document]) -> Measured:
        """Measure."""
        evaluation = evaluate(held_out, self.find(held_out))
        return Measured(evaluation, figures(held_out, evaluation))

    def measured(self, measured: Measured | None) -> ConstrainedGenerator:
        """The writer, with what was measured in its description."""
        if measured is not None:
            self.writer.description = self.writer.description.model_copy(update={"report": measured.report})
        return self.writer


def _masked(document: Document, start: int, end: int) -> str:
    """`document.text[start:end]`, masked; of a span that is cut each part is masked."""
    text = document.text[start:end]
    cut = (Span(max(s.start - start, 0), min(s.end - start, len(text)), s.label) for s in document.spans)
    inside = [span for span in cut if span.start < span.end and not text[span.start : span.end].isspace()]
    return operators.apply(Replace(), text, inside).text

"""A language model with an adapter, held to the grammar of masked texts: from texts to spans."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from loredact import lora
from loredact.adapters.description import FILE, TRAINED_FILE, remove_files, write_description
from loredact.bases import CATALOGUE, Base, find_base_of
from loredact.document import AnyDocument, Span, require_valid_text
from loredact.errors import AdapterError, BaseError, InputError, told_as
from loredact.generator.batching import AT_ONCE, DRAFT, generate_batch
from loredact.generator.chunks import chunks
from loredact.generator.description import GeneratorDescription, read_description
from loredact.generator.generate import Generated, generate, spans_of
from loredact.generator.network import LanguageModel, load_language_model
from loredact.generator.prompt import Prompt
from loredact.generator.vocabulary import Vocabulary
from loredact.lora import LoRAConfig
from loredact.network import (
    DecodeStep,
    DType,
    KeyValueCache,
    Windows,
    best_device,
    best_precision,
    network_depth,
    require_known,
    require_window,
)

# Texts are taken together, so that passes are full.
_BATCH = 256


class ConstrainedGenerator:
    """Repeats texts with labels in place of personal data. New for training, or loaded from an adapter's folder."""

    def __init__(
        self, base: Base, description: GeneratorDescription, config: LoRAConfig, network: LanguageModel
    ) -> None:
        self.base = base
        self.description = description
        self.config = config
        self.network = network
        self.prompt = Prompt(base, description.architecture.instruction)

    @classmethod
    def new(
        cls, base: Base, description: GeneratorDescription, config: LoRAConfig, precision: DType | None = None
    ) -> "ConstrainedGenerator":
        """An untrained generator: the base with LoRA initialised so that it changes nothing.

        Raises:
            InputError: where depth, rank or targets do not fit the base.
            BaseError: where the base is no language model, or follows no instructions.
        """
        device = best_device()
        network = load_language_model(
            base,
            depth=description.architecture.num_layers or network_depth(base),
            precision=precision or best_precision(device),
            device=device,
        )
        lora.attach(network, config)
        return cls(base, description, config, network.eval())

    @classmethod
    def load(
        cls,
        folder: Path,
        precision: DType | None = None,
        say: Callable[[str], None] = lambda step: None,
        base: str | None = None,
    ) -> "ConstrainedGenerator":
        """The generator of the adapter in `folder`: one of ours, or any LoRA of a language model in PEFT's files.

        `base` names where its base is now, if not where it was.

        Raises:
            AdapterError: where the adapter is damaged or belongs to another base.
            BaseError: where its base cannot be had.
        """
        description = read_description(folder)
        about = description.base
        assert about.name is not None
        now = base or _name_here(about.name)
        found = find_base_of(folder, about.name, about.fingerprint, say, now=now, identity=about.identity)
        require_window(folder, description.architecture.window, found)
        generator = cls.new(found, description, lora.read_config(folder), precision)
        if description.architecture.prompt not in (None, generator.prompt.digest):
            raise AdapterError(
                f"The adapter {folder} was trained with another chat template or instruction than {found.folder} and "
                "its loredact.json give. Give the base it was trained on with --base."
            )
        lora.load_adapter(folder, generator.network)
        return generator

    def save(self, folder: Path) -> None:
        """Write the adapter: PEFT's two files, then `loredact.json`.

        Raises:
            LoredactError: where a number is not finite.
        """
        self.description = self.description.changed(
            base={"identity": self.base.identity_for_adapters}, architecture={"prompt": self.prompt.digest}
        )
        remove_files(folder, FILE)
        base = self.description.base.name or self.base.name
        lora.save_adapter(folder, self.network, self.config, base=base, task="CAUSAL_LM")
        remove_files(folder, TRAINED_FILE)
        write_description(folder, self.description)

    @property
    def device(self) -> torch.device:
        return self.network.model.get_parameter("norm.weight").device

    def hidden(self, ids: Sequence[NDArray[np.int64]]) -> Tensor:
        """The last hidden states of a packed batch of token ids, the shortest sequence first.

        Shape `(tokens, width)`.
        """
        return self._hidden(ids, Windows([len(part) for part in ids], causal=True, device=self.device))

    def decode_step(self, cache: KeyValueCache, slots: Sequence[int], ids: Sequence[Sequence[int]]) -> Tensor:
        """The same for the next `ids` of some slots of a key-value cache, each after what it holds."""
        return self._hidden(ids, DecodeStep(cache, slots, [len(part) for part in ids], self.device))

    def _hidden(self, ids: Sequence[NDArray[np.int64] | Sequence[int]], windows: Windows | DecodeStep) -> Tensor:
        row = np.concatenate(ids)
        require_known(row, self.network.embeddings, self.base)
        hidden: Tensor = self.network.model(
            input_ids=torch.from_numpy(row).to(self.device)[None],
            position_ids=windows.positions[None],
            windows=windows,
            use_cache=False,
        ).last_hidden_state[0]
        return hidden

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """What the base's tokens write."""
        with told_as(BaseError, f"The tokenizer of {self.base.name} cannot be used. Fetch the base again"):
            return Vocabulary(self.prompt.tokenizer, frozenset([self.prompt.end]), self.network.embeddings)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that it may generate; none where it may generate any."""
        return self.description.architecture.labels or ()

    @property
    def off(self) -> frozenset[str]:
        """The labels that are looked for only where they are asked for: a generator has none."""
        return frozenset()

    def offset_for(self, *, recall: float | None = None, precision: float | None = None) -> float:
        """0: tokens are generated, so there are no tag scores to take an offset off.

        Raises:
            InputError: where an operating point is asked for.
        """
        if recall is not None or precision is not None:
            raise InputError("A generator has no operating points, so no recall or precision can be asked of it.")
        return 0.0

    def find(
        self, documents: Iterable[AnyDocument], offset: float = 0.0, off: Collection[str] | None = None
    ) -> Iterator[AnyDocument]:
        """Each of `documents` with the spans found in its text, in place of those it has; taken lazily, in order.

        Spans of labels in `off` are left out. `offset` is 0, as `offset_for` gives it.

        Raises:
            InputError: where a text holds lone surrogates.
            AdapterError: where a score is not finite.
        """
        without = frozenset(off or ())
        waiting = iter(documents)
        while batch := list(islice(waiting, _BATCH)):
            for document, spans in zip(batch, self._find_batch([document.text for document in batch]), strict=True):
                yield document.with_spans(span for span in spans if span.label not in without)

    def _find_batch(self, texts: Sequence[str]) -> list[list[Span]]:
        pieces: list[tuple[int, int, str]] = []
        for place, text in enumerate(texts):
            require_valid_text(text)
            parts = chunks(text, self.prompt.tokens(text), self.description.architecture.window)
            pieces += ((place, start, text[start:end]) for start, end in parts)
        results: list[list[Span]] = [[] for _ in texts]
        for (place, start, part), written in zip(pieces, self.generate([part for _, _, part in pieces]), strict=True):
            for span in spans_of(part, written):
                results[place].append(replace(span, start=span.start + start, end=span.end + start))
        return results

    def generate(self, texts: Sequence[str], draft: int = DRAFT, at_once: int = AT_ONCE) -> list[Generated]:
        """What is generated for each of `texts`, each in one prompt, whatever its length.

        `draft` tokens of each are drafted for a pass, and `at_once` texts share one; neither changes the result,
        rounding aside.
        """
        # Texts of similar length together: a pass is as long as its longest part.
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        labels = self.description.architecture.labels
        generations = [
            generate(texts[place], labels, self.prompt.ask(texts[place]).tolist(), self.vocabulary, draft)
            for place in order
        ]
        written = dict(zip(order, generate_batch(self, generations, at_once), strict=True))
        return [written[place] for place in range(len(texts))]


def _name_here(name: str) -> str:
    """The catalogue's name of a base that is called by its name on the hub; any other as it is."""
    return next((known.name for known in CATALOGUE.values() if known.origin == name), name)

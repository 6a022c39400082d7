"""A base with an adapter that writes masked texts: from texts to spans."""

from collections.abc import Callable, Iterable, Iterator, Sequence
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
from loredact.document import Span, require_valid_text
from loredact.errors import AdapterError, BaseError, told_as
from loredact.generator.description import WriterDescription, read_description
from loredact.generator.network import WriterNetwork, load_writer_network
from loredact.generator.prompt import Prompt
from loredact.generator.stretches import stretches
from loredact.generator.together import AT_ONCE, DRAFT, write_together
from loredact.generator.vocabulary import Vocabulary
from loredact.generator.writing import Written, spans_of, write
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


class Writer:
    """Writes masked texts. Made anew for training, or loaded from an adapter's folder."""

    def __init__(self, base: Base, description: WriterDescription, config: LoRAConfig, network: WriterNetwork) -> None:
        self.base = base
        self.description = description
        self.config = config
        self.network = network
        self.prompt = Prompt(base, description.architecture.instruction)

    @classmethod
    def new(
        cls, base: Base, description: WriterDescription, config: LoRAConfig, precision: DType | None = None
    ) -> "Writer":
        """An untrained writer: the base with LoRA at its start, which changes nothing.

        Raises:
            InputError: where depth, rank or targets do not fit the base.
            BaseError: where the base is no language model, or follows no instructions.
        """
        device = best_device()
        network = load_writer_network(
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
    ) -> "Writer":
        """The writer of the adapter in `folder`: one of ours, or any LoRA of a language model in PEFT's files.

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
        writer = cls.new(found, description, lora.read_config(folder), precision)
        if description.architecture.prompt not in (None, writer.prompt.digest):
            raise AdapterError(
                f"The adapter {folder} was trained with another chat template or instruction than {found.folder} and "
                "its loredact.json give. Give the base it was trained on with --base."
            )
        lora.load_adapter(folder, writer.network)
        return writer

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
        """What the vocabulary head is given for a packed row, the ids of its texts, the shortest first.

        Shape `(tokens, width)`.
        """
        return self._hidden(ids, Windows([len(part) for part in ids], causal=True, device=self.device))

    def read(self, memory: KeyValueCache, slots: Sequence[int], ids: Sequence[Sequence[int]]) -> Tensor:
        """The same for the next `ids` of some slots of a memory, each behind what it holds."""
        return self._hidden(ids, DecodeStep(memory, slots, [len(part) for part in ids], self.device))

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

    def find(self, texts: Iterable[str]) -> Iterator[list[Span]]:
        """The spans of each text, in order and without overlap, with their scores; texts are taken lazily.

        Raises:
            InputError: where a text holds lone surrogates.
        """
        waiting = iter(texts)
        while batch := list(islice(waiting, _BATCH)):
            yield from self._find_batch(batch)

    def _find_batch(self, texts: Sequence[str]) -> Iterator[list[Span]]:
        pieces: list[tuple[int, int, str]] = []
        for place, text in enumerate(texts):
            require_valid_text(text)
            parts = stretches(text, self.prompt.tokens(text), self.description.architecture.window)
            pieces += ((place, start, text[start:end]) for start, end in parts)
        results: list[list[Span]] = [[] for _ in texts]
        for (place, start, part), written in zip(pieces, self.write([part for _, _, part in pieces]), strict=True):
            for span in spans_of(part, written):
                results[place].append(replace(span, start=span.start + start, end=span.end + start))
        yield from results

    def write(self, texts: Sequence[str], draft: int = DRAFT, at_once: int = AT_ONCE) -> list[Written]:
        """What is written for each of `texts`, each in one prompt, whatever its length.

        `draft` tokens of each are guessed ahead in one pass, and `at_once` texts share a pass; neither changes what is
        written, rounding aside.
        """
        # Texts of similar length together: a pass is as long as its longest part.
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        writings = [
            write(
                texts[place],
                self.description.architecture.labels,
                self.prompt.ask(texts[place]).tolist(),
                self.vocabulary,
                draft,
            )
            for place in order
        ]
        written = dict(zip(order, write_together(self, writings, at_once), strict=True))
        return [written[place] for place in range(len(texts))]


def _name_here(name: str) -> str:
    """The catalogue's name of a base that is called by its name on the hub; any other as it is."""
    return next((known.name for known in CATALOGUE.values() if known.origin == name), name)

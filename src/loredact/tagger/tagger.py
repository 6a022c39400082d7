"""A base with an adapter: from texts to scores to spans."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor, nn

from loredact import lora
from loredact.adapters.description import FILE, TRAINED_FILE, remove_files, write_description
from loredact.bases import Base, find_base_of
from loredact.decoding import Scored
from loredact.document import AnyDocument, Span, require_valid_text
from loredact.encoding import PackedBatch, TagSet, Tokens, Window, encode, pack_windows, read_tokenizer, windows
from loredact.errors import AdapterError
from loredact.lora import LoRAConfig
from loredact.lora.files import CONFIG_FILE, WEIGHTS_FILE
from loredact.network import (
    DType,
    LayerUpdates,
    Network,
    Updates,
    Windows,
    best_device,
    best_precision,
    load_network,
    only_above,
    only_below,
    require_known,
    require_window,
)
from loredact.tagger.description import Description, read_description
from loredact.tagger.methods import load_trained, make_trainable, save_trained
from loredact.tagger.parallel import in_parallel

_ROW_TOKENS = 2048
# Texts are taken together up to this many characters, about a row: with more, threads would have less equal shares.
_BATCH_CHARACTERS = 8_000
# By one thread, or on a GPU, so that rows are full.
_ALONE_CHARACTERS = 100_000


Item = TypeVar("Item")


class Tagger:
    """Scores the tags of texts. Made anew for training, or loaded from an adapter's folder.

    `updates` are the adapter's, where they are not part of the network, which is shared then.
    """

    updates: LayerUpdates | None = None

    def __init__(
        self,
        base: Base,
        description: Description,
        config: LoRAConfig | None,
        network: Network,
        head_name: str,
        tokenizer: Tokenizer | None = None,
    ) -> None:
        self.base = base
        self.description = description
        self.config = config
        self.network = network
        self.head_name = head_name
        self.tags = TagSet(description.architecture.labels)
        self.tokenizer = tokenizer or read_tokenizer(base.folder / "tokenizer.json")

    @classmethod
    def new(
        cls, base: Base, description: Description, config: LoRAConfig | None, precision: DType | None = None
    ) -> "Tagger":
        """An untrained tagger: the base with a random tag head, and trainable what the description's method trains.

        With the method `lora` LoRA is attached by `config`, at its start, which changes nothing; the other methods
        have no `config`.

        The random numbers are torch's own: seed them with `torch.manual_seed` for the same start.

        Raises:
            InputError: where depth, rank or targets do not fit the base.
        """
        device = best_device()
        network, head_name = load_network(
            base,
            tags=len(TagSet(description.architecture.labels)),
            depth=description.architecture.num_layers,
            precision=precision or best_precision(device),
            device=device,
        )
        make_trainable(network, description.architecture.method, config, head_name)
        return cls(base, description, config, network.eval(), head_name)

    @classmethod
    def load(
        cls,
        folder: Path,
        precision: DType | None = None,
        say: Callable[[str], None] = lambda step: None,
        base: str | None = None,
    ) -> "Tagger":
        """The tagger of the adapter in `folder`. `base` names where its base is now, if not where it was.

        Raises:
            AdapterError: where the adapter is damaged or belongs to another base.
            BaseError: where its base cannot be had.
        """
        description = read_description(folder)
        about, architecture = description.base, description.architecture
        found = find_base_of(folder, about.name, about.fingerprint, say, now=base, identity=about.identity)
        require_window(folder, architecture.window, found)
        config = lora.read_config(folder) if architecture.method == "lora" else None
        tagger = cls.new(found, description, config, precision)
        if config is None:
            load_trained(folder, tagger.network)
        else:
            lora.load_adapter(folder, tagger.network, (tagger.head_name,))
        return tagger

    def save(self, folder: Path) -> None:
        """Write the adapter: PEFT's two files, then `loredact.json`, without which the folder is no adapter.

        Of a method other than LoRA, the trained tensors in place of PEFT's files.
        """
        # What the base is now: an adapter of an earlier version says its fingerprint alone.
        self.description = self.description.changed(base={"identity": self.base.identity_for_adapters})
        remove_files(folder, FILE)
        if self.config is None:
            save_trained(folder, self.network)
            remove_files(folder, CONFIG_FILE, WEIGHTS_FILE)
        else:
            lora.save_adapter(
                folder,
                self.network,
                self.config,
                base=self.description.base.name,
                task="TOKEN_CLS",
                modules_to_save=(self.head_name,),
            )
            remove_files(folder, TRAINED_FILE)
        write_description(folder, self.description)

    @property
    def head(self) -> nn.Linear:
        """The tag head."""
        head = self.network.get_submodule(self.head_name)
        assert isinstance(head, nn.Linear)
        return head

    @property
    def device(self) -> torch.device:
        return self.head.weight.device

    def windows(self, count: int) -> list[Window]:
        """The windows over a text of `count` tokens."""
        about = self.description.architecture
        return windows(count, about.window, about.overlap, causal=about.attention == "causal")

    def forward(self, ids: Sequence[NDArray[np.int64]]) -> Tensor:
        """Tag scores of a packed row, the token ids of its windows, the shortest first. Shape `(tokens, tags)`."""
        scores: Tensor = self.head(self.hidden(ids).float())
        return scores

    def hidden(self, ids: Sequence[NDArray[np.int64]], updates: Updates | None = None) -> Tensor:
        """What the network gives for a packed row, under the head, with the `updates` of its windows' adapters.

        Shape `(tokens, width)`.
        """
        return self._hidden([len(part) for part in ids], updates, input_ids=self._row(ids))

    def features(self, place: int, ids: Sequence[NDArray[np.int64]]) -> Tensor:
        """What the lowest `place` layers give for a packed row. Shape `(tokens, width)`."""
        with only_below(self.network, place):
            return self._hidden([len(part) for part in ids], input_ids=self._row(ids))

    def forward_from(self, place: int, features: Tensor, lengths: Sequence[int]) -> Tensor:
        """`forward`, from what `features` gave for windows of `lengths` tokens."""
        if place < self.description.architecture.num_layers:
            with only_above(self.network, place):
                features = self._hidden(lengths, inputs_embeds=features[None])
        scores: Tensor = self.head(features.float())
        return scores

    def _row(self, ids: Sequence[NDArray[np.int64]]) -> Tensor:  # (1, tokens)
        row = np.concatenate(ids)
        embeddings = self.network.get_input_embeddings().weight
        assert isinstance(embeddings, Tensor)
        require_known(row, len(embeddings), self.base)
        return torch.from_numpy(row).to(self.device)[None]

    def _hidden(
        self, lengths: Sequence[int], updates: Updates | None = None, **inputs: Tensor
    ) -> Tensor:  # (tokens, width)
        causal = self.description.architecture.attention == "causal"
        windows = Windows(lengths, causal=causal, device=self.device, updates=updates)
        hidden: Tensor = self.network.base_model(
            **inputs,
            position_ids=windows.positions[None],
            windows=windows,
            use_cache=False,
        ).last_hidden_state[0]
        return hidden

    def score(self, texts: Iterable[str]) -> Iterator[Scored]:
        """The tag scores of each text, in order; texts are taken lazily, some thousands of tokens at a time.

        Raises:
            InputError: where a text holds lone surrogates.
            AdapterError: where a score is not finite.
            BaseError: where the base's tokenizer cannot read a text, or gives tokens that the base does not have.
        """
        for batch in in_parallel(self._score_batch, _batches(texts, lambda text: text, self._threads), self._threads):
            yield from batch

    @property
    def _threads(self) -> int:
        """How many batches are worked on at a time: as many as PyTorch has threads; a GPU takes one after the other."""
        return torch.get_num_threads() if self.device.type == "cpu" else 1

    def _score_batch(self, texts: Sequence[str]) -> list[Scored]:
        tokens = [encode(self.tokenizer, text) for text in texts]
        return list(map(Scored, texts, tokens, score_tokens([(self, each) for each in tokens])))

    def require_finite(self, scores: NDArray[np.float32]) -> None:
        """Raise AdapterError where a score is not finite: nothing could be found by it, and so nothing masked."""
        with np.errstate(all="ignore"):
            total = scores.sum()
        if not np.isfinite(total):
            raise AdapterError(
                f"The adapter and its base {self.base.name} gave a score that is not finite, so nothing was masked. "
                "One of them is damaged: copy the adapter again, or fetch the base again."
            )

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that the adapter knows, those that are off included."""
        return self.description.architecture.labels

    @property
    def off(self) -> frozenset[str]:
        """The labels that are looked for only where they are asked for."""
        return frozenset(self.description.decoding.off)

    def offset_for(self, *, recall: float | None = None, precision: float | None = None) -> float:
        """The offset of the operating point asked for; of the adapter's own recall where nothing is asked for.

        Raises:
            InputError: where it is out of reach.
        """
        return self.description.decoding.offset_for(recall=recall, precision=precision)

    def find(
        self, documents: Iterable[AnyDocument], offset: float = 0.0, off: Collection[str] | None = None
    ) -> Iterator[AnyDocument]:
        """Each of `documents` with the spans found in its text, in place of those it has; taken lazily, in order.

        Above an `offset` of 0 more is found. Labels in `off` are not looked for; None: those that the adapter has off.

        Raises:
            InputError: where a text holds lone surrogates.
            AdapterError: where a score is not finite.
        """

        def find_batch(documents: Sequence[AnyDocument]) -> list[AnyDocument]:
            scored = self._score_batch([document.text for document in documents])
            return [
                document.with_spans(self.decode(each, offset, off))
                for document, each in zip(documents, scored, strict=True)
            ]

        batches = _batches(documents, lambda document: document.text, self._threads)
        for batch in in_parallel(find_batch, batches, self._threads):
            yield from batch

    def decode(self, scored: Scored, offset: float = 0.0, off: Collection[str] | None = None) -> list[Span]:
        """The spans of one scored text, by the adapter's decoding."""
        return self.description.decoding.spans(scored, self.tags, offset, off)


def _batches(items: Iterable[Item], text_of: Callable[[Item], str], threads: int) -> Iterator[list[Item]]:
    """`items` in lists of some thousand characters, of about equal sizes, as many lists at a time as there are threads.

    Where there are fewer characters than that, all are in one list: threads that share its operations are as fast then,
    and do not have to be started.
    """
    enough = threads * _BATCH_CHARACTERS if threads > 1 else _ALONE_CHARACTERS
    waiting: list[Item] = []
    count, lists = 0, 1
    for item in items:
        text = text_of(item)
        require_valid_text(text)
        waiting.append(item)
        count += _size(text)
        if count >= enough:
            lists = threads
            yield from _shares(waiting, text_of, lists)
            waiting, count = [], 0
    if waiting:
        yield from _shares(waiting, text_of, lists)


def _shares(items: Sequence[Item], text_of: Callable[[Item], str], count: int) -> Iterator[list[Item]]:
    """`items` in order in so many lists, or fewer, each up to its share of the characters and one item more."""
    share = sum(_size(text_of(item)) for item in items) / count
    waiting: list[Item] = []
    size = 0
    for item in items:
        waiting.append(item)
        size += _size(text_of(item))
        if size >= share:
            yield waiting
            waiting, size = [], 0
    if waiting:
        yield waiting


def _size(text: str) -> int:
    return max(1, len(text))  # texts without a character are as many as others


@dataclass(frozen=True, slots=True)
class _Piece:
    """A window of one of several texts."""

    text: int
    window: Window

    def __len__(self) -> int:
        return len(self.window)


@torch.inference_mode()
def score_tokens(batch: Sequence[tuple[Tagger, Tokens]]) -> list[NDArray[np.float32]]:
    """The tag scores of each text's tokens by its tagger, `(tokens, tags)` each, in passes that all of them share.

    The taggers are one, or several on one network, whose adapters then travel with the batch.

    Raises:
        AdapterError: where a score is not finite.
        BaseError: where a text has tokens that the base does not have.
    """
    pieces = [
        _Piece(index, window) for index, (tagger, tokens) in enumerate(batch) for window in tagger.windows(len(tokens))
    ]
    # By length, so that windows of one length meet in a row; those of one adapter side by side.
    pieces.sort(key=lambda piece: (len(piece), id(batch[piece.text][0])))
    scores = [np.empty((len(tokens), len(tagger.tags)), dtype=np.float32) for tagger, tokens in batch]
    for row in pack_windows(pieces, _ROW_TOKENS):
        taggers = [batch[piece.text][0] for piece in row.windows]
        ids = [batch[piece.text][1].ids[piece.window.start : piece.window.end] for piece in row.windows]
        hidden = taggers[0].hidden(ids, _updates(row, taggers)).float()
        position = 0
        for tagger, one in groupby(zip(taggers, row.windows, strict=True), key=lambda pair: pair[0]):
            own = [piece for _, piece in one]
            past = position + sum(map(len, own))
            found = tagger.head(hidden[position:past]).cpu().numpy()
            tagger.require_finite(found)
            at = 0
            for piece in own:
                w = piece.window
                core = found[at + w.core_start - w.start : at + w.core_end - w.start]
                scores[piece.text][w.core_start : w.core_end] = core
                at += len(w)
            position = past
    return scores


def _updates(row: PackedBatch[_Piece], taggers: Sequence[Tagger]) -> Updates | None:
    adapters = [(len(piece), tagger.updates) for piece, tagger in zip(row.windows, taggers, strict=True)]
    runs = [(count, updates) for count, updates in adapters if updates is not None]
    return Updates(runs) if runs else None

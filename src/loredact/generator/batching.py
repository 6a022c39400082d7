"""Continuous batching: several texts are generated at once, and a finished one gives its cache slot to the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from loredact.errors import AdapterError
from loredact.generator.generate import ForwardRequest, Generated, Generation
from loredact.generator.network import LanguageModel
from loredact.generator.prompt import Prompt
from loredact.lora import is_finite
from loredact.network import KeyValueCache

# Texts that share a forward pass, and draft tokens of each; docs/generator.md has the passes by the draft's length.
AT_ONCE, DRAFT = 32, 8


class CachedModel(Protocol):
    """A language model with a key-value cache, and the prompt whose beginning all texts share."""

    @property
    def network(self) -> LanguageModel: ...
    @property
    def prompt(self) -> Prompt: ...
    def decode_step(self, cache: KeyValueCache, slots: Sequence[int], ids: Sequence[Sequence[int]]) -> Tensor: ...


@dataclass(slots=True)
class _Sequence:
    """A text that is being generated, in a slot of the cache."""

    place: int
    generation: Generation
    slot: int
    request: ForwardRequest


@torch.inference_mode()
def generate_batch(model: CachedModel, generations: Sequence[Generation], at_once: int) -> list[Generated]:
    """The result of each of `generations`, at most `at_once` of them at a time.

    Prompts are prefilled in passes of their own, when a quarter of the slots is free: a pass is as long as its longest
    sequence.
    """
    results: list[Generated | None] = [None] * len(generations)
    waiting = list(enumerate(generations))[::-1]
    shared = KeyValueCache(1)
    if waiting:
        model.decode_step(shared, [0], [model.prompt.shared.tolist()])
    cache = KeyValueCache(min(at_once, len(generations)))
    free = list(range(len(cache.lengths)))[::-1]
    active: list[_Sequence] = []
    while waiting or active:
        turn = active
        if waiting and 4 * len(free) >= len(cache.lengths):
            turn = []
            while waiting and free:
                place, generation = waiting.pop()
                turn.append(_begin(model, shared, cache, _Sequence(place, generation, free.pop(), next(generation))))
            active += turn
        done = set()
        for text, rows in zip(turn, _pass(model, cache, turn), strict=True):
            try:
                text.request = text.generation.send(rows)
                cache.lengths[text.slot] = text.request.keep
            except StopIteration as end:
                results[text.place] = end.value
                free.append(text.slot)
                done.add(text.place)
        active = sorted((text for text in active if text.place not in done), key=lambda text: text.slot)
    return [generated for generated in results if generated is not None]


def _begin(model: CachedModel, shared: KeyValueCache, cache: KeyValueCache, text: _Sequence) -> _Sequence:
    """Copy the cache of the shared prompt, and leave of the request what follows it."""
    known, ids = model.prompt.shared, text.request.ids
    length = 0
    while length < min(len(known), len(ids) - text.request.rows) and known[length] == ids[length]:
        length += 1
    cache.copy_from(shared, text.slot, length)
    text.request = ForwardRequest(length, ids[length:], text.request.rows)
    return text


def _pass(model: CachedModel, cache: KeyValueCache, texts: Sequence[_Sequence]) -> list[NDArray[np.float32]]:
    """The logits that each text requests."""
    hidden = model.decode_step(cache, [text.slot for text in texts], [text.request.ids for text in texts])
    ends = np.cumsum([len(text.request.ids) for text in texts])
    wanted = np.concatenate([np.arange(end - text.request.rows, end) for end, text in zip(ends, texts, strict=True)])
    logits = model.network.logits(hidden[torch.from_numpy(wanted).to(hidden.device)])
    if not is_finite(logits):
        raise AdapterError(
            "The adapter and its base gave a score that is not finite, so nothing was masked. One of them is damaged: "
            "copy the adapter again, or fetch the base again."
        )
    rows: NDArray[np.float32] = logits.float().cpu().numpy()
    return np.split(rows, np.cumsum([text.request.rows for text in texts])[:-1])

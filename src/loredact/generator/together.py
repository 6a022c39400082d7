"""Several texts written at once: each pass reads what all of them ask for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from loredact.errors import AdapterError
from loredact.generator.network import WriterNetwork
from loredact.generator.prompt import Prompt
from loredact.generator.writing import Ask, Writing, Written
from loredact.lora import is_finite
from loredact.network import KeyValueCache

# Texts that share a pass, and tokens guessed ahead of each; docs/writer.md has the passes by the length of the draft.
AT_ONCE, DRAFT = 32, 8


class Reader(Protocol):
    """What is asked: the prompts' shared beginning, and a network that reads behind a memory."""

    @property
    def network(self) -> WriterNetwork: ...
    @property
    def prompt(self) -> Prompt: ...
    def read(self, memory: KeyValueCache, slots: Sequence[int], ids: Sequence[Sequence[int]]) -> Tensor: ...


@dataclass(slots=True)
class _Text:
    """A text that is being written, in a slot of the memory."""

    place: int
    writing: Writing
    slot: int
    ask: Ask


@torch.inference_mode()
def write_together(reader: Reader, writings: Sequence[Writing], at_once: int) -> list[Written]:
    """What each of `writings` comes to, at most `at_once` of them at a time.

    A text that is done leaves its slot to the next. Their prompts come in passes of their own, when a quarter of the
    slots is free: a pass is as long as its longest part.
    """
    results: list[Written | None] = [None] * len(writings)
    waiting = list(enumerate(writings))[::-1]
    shared = KeyValueCache(1)
    if waiting:
        reader.read(shared, [0], [reader.prompt.shared.tolist()])
    memory = KeyValueCache(min(at_once, len(writings)))
    free = list(range(len(memory.lengths)))[::-1]
    active: list[_Text] = []
    while waiting or active:
        turn = active
        if waiting and 4 * len(free) >= len(memory.lengths):
            turn = []
            while waiting and free:
                place, writing = waiting.pop()
                turn.append(_begin(reader, shared, memory, _Text(place, writing, free.pop(), next(writing))))
            active += turn
        done = set()
        for text, rows in zip(turn, _pass(reader, memory, turn), strict=True):
            try:
                text.ask = text.writing.send(rows)
                memory.lengths[text.slot] = text.ask.keep
            except StopIteration as end:
                results[text.place] = end.value
                free.append(text.slot)
                done.add(text.place)
        active = sorted((text for text in active if text.place not in done), key=lambda text: text.slot)
    return [written for written in results if written is not None]


def _begin(reader: Reader, shared: KeyValueCache, memory: KeyValueCache, text: _Text) -> _Text:
    """Take from the first prompt what has been read for all of them."""
    known, ids = reader.prompt.shared, text.ask.ids
    length = 0
    while length < min(len(known), len(ids) - text.ask.rows) and known[length] == ids[length]:
        length += 1
    memory.copy_from(shared, text.slot, length)
    text.ask = Ask(length, ids[length:], text.ask.rows)
    return text


def _pass(reader: Reader, memory: KeyValueCache, texts: Sequence[_Text]) -> list[NDArray[np.float32]]:
    """The logits that each text asks for."""
    hidden = reader.read(memory, [text.slot for text in texts], [text.ask.ids for text in texts])
    ends = np.cumsum([len(text.ask.ids) for text in texts])
    wanted = np.concatenate([np.arange(end - text.ask.rows, end) for end, text in zip(ends, texts, strict=True)])
    logits = reader.network.logits(hidden[torch.from_numpy(wanted).to(hidden.device)])
    if not is_finite(logits):
        raise AdapterError(
            "The adapter and its base gave a score that is not finite, so nothing was masked. One of them is damaged: "
            "copy the adapter again, or fetch the base again."
        )
    rows: NDArray[np.float32] = logits.float().cpu().numpy()
    return np.split(rows, np.cumsum([text.ask.rows for text in texts])[:-1])

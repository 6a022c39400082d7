"""The engine: the spans of a batch of texts, each with an adapter of its own, over one copy of each base."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch

from loredact.adapters import find_adapter
from loredact.document import Span
from loredact.errors import InputError
from loredact.masking import Masker, find_together
from loredact.network import Compute
from loredact.tagger import SharedBases, Tagger


@dataclass(frozen=True, slots=True)
class Options:
    """How an adapter is used: as `Masker.load` takes it."""

    recall: float | None = None
    precision: float | None = None
    also: frozenset[str] = frozenset()
    rules: bool = True


DEFAULTS = Options()


@dataclass(frozen=True, slots=True, eq=False)
class LoadedAdapter:
    """An adapter in memory. A request holds it from when it is accepted until it is answered, so it is answered by
    this one wholly, whatever takes the adapter's name in between.
    """

    id: str
    tagger: Tagger
    _maskers: dict[Options, Masker] = field(default_factory=dict, repr=False)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that it knows, those that are off included."""
        return self.tagger.labels

    @property
    def off(self) -> tuple[str, ...]:
        """The labels that are looked for only where they are asked for."""
        return tuple(self.tagger.description.decoding.off)

    def offset(self, options: Options) -> float:
        """The offset of the operating point asked for.

        Raises:
            InputError: where it is out of reach, or a label of `also` is not known.
        """
        if not options.also.issubset(self.labels):
            raise InputError("The adapter does not know one of the labels in `also`.")
        return self.tagger.offset_for(recall=options.recall, precision=options.precision)

    def masker(self, options: Options) -> Masker:
        """What finds spans with the adapter, used as `options` say.

        Raises:
            InputError: where the operating point is out of reach, or a label of `also` is not known.
        """
        if options not in self._maskers:
            self._maskers[options] = Masker(
                self.tagger, rules=options.rules, offset=self.offset(options), also=options.also
            )
        return self._maskers[options]


@dataclass(frozen=True, slots=True)
class Request:
    """A text, or a chunk of one (`loredact.masking.chunks`), and what is to find its spans."""

    adapter: LoadedAdapter
    text: str
    options: Options = DEFAULTS


class Engine:
    """Loads adapters on shared bases, and finds spans with them."""

    def __init__(self, compute: Compute | None = None) -> None:
        """An engine that computes in `compute`; None: what this processor is fastest in."""
        self._shared = SharedBases(compute)

    @staticmethod
    def prepare_thread() -> None:
        """Have the thread that calls this compute alone: a part of PyTorch's setting is each thread's own."""
        torch.set_num_threads(1)

    def load(self, adapter_id: str, folder: str | Path, base: str | None = None) -> LoadedAdapter:
        """The adapter in `folder`, or the one of that name that ships; `base` names its base, if not the adapter does.

        Raises:
            AdapterError: where it is damaged, belongs to another base, or cannot share its base.
            BaseError: where its base cannot be had.
        """
        return LoadedAdapter(adapter_id, self._shared.load(find_adapter(folder), base=base))

    def find_batch(self, requests: Sequence[Request]) -> list[list[Span]]:
        """The spans of each request's text, in order and without overlap: what a `Masker` of that adapter
        finds, but for what rounding the base without the adapter changes in int8.

        Raises:
            AdapterError: where an adapter gives a score that is not finite.
        """
        return find_together([(request.adapter.masker(request.options), request.text) for request in requests])

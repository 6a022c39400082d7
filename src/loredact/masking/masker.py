"""Mask personal data in text."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from pathlib import Path
from typing import Generic, TypeVar

from loredact import lora, rules
from loredact.adapters import DEFAULT_ADAPTER, find_adapter
from loredact.adapters.description import decoder_of
from loredact.decoding import Scored
from loredact.document import Document, Masked, Span
from loredact.errors import InputError
from loredact.generator import ConstrainedGenerator
from loredact.labels import OFF
from loredact.masking.chunks import Chunk, chunks
from loredact.masking.finder import SpanFinder
from loredact.masking.repeats import repeats
from loredact.network import Compute, masks_in_int8, pack_weights, precision_of
from loredact.operators import Context, Operator
from loredact.policy import CompiledPolicy, Policy, find_policy
from loredact.rules.seen import Seen, see
from loredact.rules.whole import whole
from loredact.tagger import SharedBases, Tagger

Origin = TypeVar("Origin")


@dataclass(frozen=True, slots=True, kw_only=True)
class _SeenChunk(Document, Generic[Origin]):
    """A chunk of a text as the model sees it, and the text it is of."""

    chunk: Chunk
    seen: Seen
    origin: Origin


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a document as it was masked.

    Offsets are into `text`, which went in, and into `masked.text`, which came out. The parts of a document, one after
    the other, are the document; `last` says that it ends with this one.
    """

    text: str
    masked: Masked
    context: Context
    last: bool


class Masker:
    """Finds spans with an adapter and puts an operator's result in their place, as a policy says.

    Outside the spans the text that comes out is the text that went in, character for character.
    """

    def __init__(
        self,
        model: SpanFinder,
        operator: Operator | None = None,
        *,
        policy: Policy | CompiledPolicy | None = None,
        rules: bool = True,
        repeats: bool = False,
        offset: float = 0.0,
        also: Collection[str] = (),
    ) -> None:
        """A masker that finds with `model`, at its operating point `offset`. For the rest see `load`.

        Raises:
            InputError: where the adapter does not know a label of `also`, or the policy lacks a key.
        """
        unknown = sorted(set(also).difference(model.labels))
        if unknown:
            raise InputError(f"The adapter does not know {', '.join(unknown)}. It knows {', '.join(model.labels)}.")
        self._model = model
        if not isinstance(policy, CompiledPolicy):
            policy = CompiledPolicy(policy or Policy(name="default"), operator)
        self._policy = policy
        self._rules = rules
        self._repeats = repeats
        self._offset, self._off = offset, model.off.difference(also)
        self._labels = frozenset(model.labels) - self._off

    @classmethod
    def load(
        cls,
        adapter: str | Path = DEFAULT_ADAPTER,
        *,
        operator: Operator | None = None,
        policy: Policy | Path | str | None = None,
        rules: bool = True,
        repeats: bool = False,
        recall: float | None = None,
        precision: float | None = None,
        also: Collection[str] = (),
        compute: Compute | None = None,
        base: str | None = None,
        shared: SharedBases | None = None,
        say: Callable[[str], None] = lambda step: None,
    ) -> "Masker":
        """The masker of the adapter in the folder `adapter`, merged into its base, so that LoRA costs nothing.

        Without one, of the adapter that ships with the package. `rules` adds what the rules are certain of among the
        adapter's labels, and drops what cannot be. `repeats` masks the value of a sure find wherever else it stands in
        the text, as whole words; in a text of more than 60,000 characters, within each chunk of it. `recall` or
        `precision`, between 0 and 1, asks for at least that share of the personal characters, or of the masked ones, as
        far as held-out text told of the model alone when it was trained; without either the adapter's own `recall`
        counts, if it has one, as those that ship have.
        `also` names labels to mask that the adapter knows and has off, such as ORGANIZATION of the one that ships.
        `policy` says what is masked, with which operator, and what is kept: the name of one that ships, a YAML file, or
        an object; labels that it asks for and the adapter does not know are not looked for, which `say` is told.
        `operator` replaces what no rule of the policy names.
        `compute` is what the network computes in: what this processor is fastest in, or "float32", "bfloat16" or
        "int8", which is bfloat16 with matmuls of bytes. `base` is the folder or the name of the adapter's base, if it
        is not where it was when the adapter was trained.

        With `shared`, the base is in memory once for all maskers that are loaded with it, in the precision of `shared`,
        and the adapter's matrices stay beside it: many adapters of some megabytes each, at the price of their products.

        Raises:
            InputError: where the recall or the precision is out of reach, the adapter does not know a label of `also`,
                the policy has faults or lacks a key, or the processor does not compute in `compute`.
            AdapterError: where the adapter is damaged or belongs to another base.
            BaseError: where its base cannot be had.
        """
        chosen = find_policy(policy) if isinstance(policy, str | Path) else policy or Policy(name="default")
        compiled = CompiledPolicy(chosen, operator)  # what is missing is said before the model is loaded
        folder = find_adapter(adapter, say)
        generates = decoder_of(folder) == "generate"
        if shared is not None:
            if generates or compute is not None:
                raise InputError("A shared base is for adapters that tag, and computes in a precision of its own.")
            model: SpanFinder = shared.load(folder, say, base)
        else:
            kind = ConstrainedGenerator if generates else Tagger
            loaded = kind.load(folder, precision_of(compute), say=say, base=base)
            lora.merge_and_unload(loaded.network)
            pack_weights(loaded.network, in_int8=masks_in_int8(compute, loaded.base))
            model = loaded
        offset = model.offset_for(recall=recall, precision=precision)
        without = sorted(chosen.also.difference(model.labels))
        if without:
            say(f"The policy {chosen.name} asks for {', '.join(without)}, which the adapter does not know.")
        asked_for = chosen.also.intersection(model.labels).union(also)
        return cls(model, policy=compiled, rules=rules, repeats=repeats, offset=offset, also=asked_for)

    def with_policy(self, policy: Policy) -> "Masker":
        """The masker of the same model, at the same operating point, that masks as `policy` says.

        Raises:
            InputError: where the policy lacks a key, or a library that an operator needs.
        """
        return Masker(
            self._model,
            policy=policy,
            rules=self._rules,
            repeats=self._repeats,
            offset=self._offset,
            also=policy.also.intersection(self.labels),
        )

    @property
    def policy(self) -> CompiledPolicy:
        """What says what is masked, and with what."""
        return self._policy

    @property
    def uses_rules(self) -> bool:
        """Whether the rules are added to what the model finds."""
        return self._rules

    @property
    def model(self) -> SpanFinder:
        """The base model with its adapter, which finds the spans."""
        return self._model

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that the adapter knows, those that are off included."""
        return self._model.labels

    @property
    def off(self) -> frozenset[str]:
        """Labels that are not looked for: those of the adapter that nobody asked for, and those of ours that it does
        not know and that are masked only where they are asked for.
        """
        return frozenset(self.labels).union(OFF).difference(self._labels)

    def find(self, text: str) -> list[Span]:
        """The spans of `text`, in order and without overlap."""
        return list(next(self.find_many([text])).spans)

    def find_many(self, texts: Iterable[str | Document]) -> Iterator[Document]:
        """Each text as a document with the spans found in it, in order, taken lazily.

        A document that is given comes back with the found spans in place of its own: what its `extra` holds, such as a
        row of a table, rides along.
        """
        spans: list[Span] = []
        documents = (Document(text) if isinstance(text, str) else text for text in texts)
        for part, _, found in self._find(((document.text,), document) for document in documents):
            start = part.chunk.start
            spans += (replace(span, start=span.start + start, end=span.end + start) for span in found)
            if part.chunk.last:
                yield part.origin.with_spans(spans)
                spans = []

    def mask(self, text: str, *, document: str | None = None, customer: str | None = None) -> Masked:
        """`text` with its spans masked.

        `document` and `customer` name what the text is and whose: operators that give one value the same replacement in
        a document or for a customer go by them.

        Raises:
            InputError: where `text` holds lone surrogates, and so is not valid Unicode, or an operator must know the
                customer.
        """
        return next(self.mask_many([text], lambda _: Context(document, customer)))

    def mask_many(
        self, texts: Iterable[str | Document], context: Callable[[Document], Context] = lambda document: Context()
    ) -> Iterator[Masked]:
        """Mask each of `texts`, in order. They are taken lazily, some thousands of tokens at a time.

        What the `extra` of a document holds rides along. `context` gives the name and the customer of each document,
        for operators that go by them; without it a document has neither.
        """
        for document in self.find_many(texts):
            masked = self._policy.open(context(document)).apply(document.text, document.spans)
            yield replace(masked, extra=document.extra)

    def mask_stream(self, texts: Iterable[Iterable[str]]) -> Iterator[str]:
        """The masked texts, one after the other, in parts: each text comes in blocks, and none is ever held whole.

        Joined, the parts are what `mask` gives for the joined blocks, but for what an operator would learn from a later
        part of the text.
        """
        return (part.masked.text for part in self.mask_parts((blocks, Context()) for blocks in texts))

    def mask_parts(self, texts: Iterable[tuple[Iterable[str], Context]]) -> Iterator[Part]:
        """The same of texts with their contexts, each part with what went in and what became of it."""
        here = None
        for found, first, spans in self._find(texts):
            chunk = found.chunk
            here = here or self._policy.open(found.origin)
            past = max(chunk.core_end - chunk.start, spans[-1].end if spans else 0, first)
            masked = here.apply(chunk.text, spans, first, past)
            yield Part(chunk.text[first:past], _moved(masked, -first), found.origin, chunk.last)
            if chunk.last:
                here = None

    @property
    def tagger(self) -> Tagger | None:
        """The model where it scores tags; None where it generates."""
        return self._model if isinstance(self._model, Tagger) else None

    def spans_of(self, text: str, seen: Seen, scored: Scored) -> list[Span]:
        """The spans of `text`, which the masker's tagger has scored as it is `seen`, those of the rules among them."""
        assert isinstance(self._model, Tagger)
        return self._settled(text, seen, self._model.decode(scored, self._offset, self._off))

    def _find(
        self, texts: Iterable[tuple[Iterable[str], Origin]]
    ) -> Iterator[tuple[_SeenChunk[Origin], int, list[Span]]]:
        """The chunks of each text, the first offset that each is responsible for, and the spans that it masks."""
        masked_to = 0
        for found in self._model.find(_seen_chunks(texts), self._offset, self._off):
            chunk = found.chunk
            own = chunk.own(self._settled(chunk.text, found.seen, found.spans), masked_to)
            yield found, chunk.first(masked_to), own
            if chunk.last:
                masked_to = 0
            elif own:
                masked_to = own[-1].end + chunk.start

    def _settled(self, text: str, seen: Seen, spans: Sequence[Span]) -> list[Span]:
        """The model's `spans` of what is `seen` of `text`, with what the rules say of them, the repeats of confident
        spans, without cutting a grapheme cluster or an escape of `text`, and what the policy denies.
        """
        found = rules.apply(seen.text, spans, self._labels) if self._rules else list(spans)
        if self._repeats:
            again = [s for s in repeats(seen.text, found) if not self._rules or rules.possible(seen.text, s)]
            found = sorted([*found, *again], key=attrgetter("start"))
        return list(self._policy.with_denied(text, whole(text, seen.written(found))))


def _seen_chunks(texts: Iterable[tuple[Iterable[str], Origin]]) -> Iterator[_SeenChunk[Origin]]:
    for blocks, origin in texts:
        for chunk in chunks(blocks):
            seen = see(chunk.text)
            yield _SeenChunk(seen.text, chunk=chunk, seen=seen, origin=origin)


def _moved(masked: Masked, by: int) -> Masked:
    """`masked` with the offsets into what went in moved."""

    def moved(span: Span) -> Span:
        return replace(span, start=span.start + by, end=span.end + by)

    return Masked(
        masked.text,
        tuple(replace(replacement, span=moved(replacement.span)) for replacement in masked.replacements),
        tuple(replace(kept, span=moved(kept.span)) for kept in masked.kept),
    )

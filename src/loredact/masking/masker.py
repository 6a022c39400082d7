"""Mask personal data in text."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import repeat, tee
from operator import attrgetter
from pathlib import Path

from loredact import lora, rules
from loredact.adapters import DEFAULT_ADAPTER, find_adapter
from loredact.adapters.description import decoder_of
from loredact.document import Masked, Span
from loredact.errors import InputError
from loredact.generator import Writer
from loredact.labels import OFF
from loredact.masking.repeats import repeats
from loredact.masking.sections import Section, sections
from loredact.network import DType, pack_weights
from loredact.operators import Context, Operator
from loredact.policy import CompiledPolicy, Policy, find_policy
from loredact.rules.seen import Seen, see
from loredact.rules.whole import whole
from loredact.tagger import Scored, SharedBases, Tagger


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
        model: Tagger | Writer,
        operator: Operator | None = None,
        *,
        policy: Policy | CompiledPolicy | None = None,
        rules: bool = True,
        repeats: bool = False,
        bias: float = 0.0,
        also: Collection[str] = (),
    ) -> None:
        self._model = model
        if not isinstance(policy, CompiledPolicy):
            policy = CompiledPolicy(policy or Policy(name="default"), operator)
        self._policy = policy
        self._rules = rules
        self._repeats = repeats
        self._labels = frozenset(model.description.labels or ())
        self._bias, self._off = (
            bias,
            frozenset(model.description.off if isinstance(model, Tagger) else ()).difference(also),
        )
        self._find_in: Callable[[Iterable[str]], Iterator[list[Span]]]
        if isinstance(model, Tagger):
            self._find_in = partial(model.find, bias=bias, off=self._off)
            self._labels -= self._off
        else:
            self._find_in = model.find

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
        compute: DType | None = None,
        base: str | None = None,
        shared: SharedBases | None = None,
        say: Callable[[str], None] = lambda step: None,
    ) -> "Masker":
        """The masker of the adapter in the folder `adapter`, merged into its base, so that LoRA costs nothing.

        Without one, of the adapter that ships with the package. `rules` adds what the rules are sure of among the
        adapter's labels, and drops what cannot be. `repeats` masks the value of a sure find wherever else it stands in
        the text, as whole words; in a text of more than 60,000 characters, within each chunk of it. `recall` or
        `precision`, between 0 and 1, asks for at least that share of the personal characters, or of the masked ones, as
        far as held-out text told of the model alone when it was trained; without either the adapter's own `recall`
        counts, if it has one, as those that ship have.
        `also` names labels to mask that the adapter knows and has off, such as ORGANIZATION of the one that ships.
        `policy` says what is masked, with which operator, and what is kept: the name of one that ships, a YAML file, or
        an object; labels that it asks for and the adapter does not know are not looked for, which `say` is told.
        `operator` replaces what no rule of the policy names.
        `compute` is what the network computes in: what this processor is fastest in, or another precision. `base` is
        the folder or the name of the adapter's base, if it is not where it was when the adapter was trained.

        With `shared`, the base is in memory once for all maskers that are loaded with it, in the precision of `shared`,
        and the adapter's matrices stay beside it: many adapters of some megabytes each, at the price of their products.

        Raises:
            InputError: where the recall or the precision is out of reach, the adapter does not know a label of `also`,
                or the policy has faults or lacks a key.
            AdapterError: where the adapter is damaged or belongs to another base.
            BaseError: where its base cannot be had.
        """
        chosen = find_policy(policy) if isinstance(policy, str | Path) else policy or Policy(name="default")
        compiled = CompiledPolicy(chosen, operator)  # what is missing is said before the model is loaded
        folder = find_adapter(adapter, say)
        writes = decoder_of(folder) == "generate"
        if shared is not None:
            if writes or compute is not None:
                raise InputError("A shared base is for adapters that tag, and computes in a precision of its own.")
            model: Tagger | Writer = shared.load(folder, say, base)
        else:
            kind = Writer if writes else Tagger
            model = kind.load(folder, compute, say=say, base=base)
            lora.merge_and_unload(model.network)
            pack_weights(model.network)
        if isinstance(model, Tagger):
            bias = model.description.bias(recall=recall, precision=precision)
        elif recall is None and precision is None:
            bias = 0.0
        else:
            raise InputError(f"{folder} writes masked text and has no dial: no recall or precision can be asked of it.")
        unknown = sorted(set(also).difference(model.description.labels or ()))
        if unknown:
            known = ", ".join(model.description.labels or ())
            raise InputError(f"The adapter {adapter} does not know {', '.join(unknown)}. It knows {known}.")
        without = sorted(chosen.also.difference(model.description.labels or ()))
        if without:
            say(f"The policy {chosen.name} asks for {', '.join(without)}, which the adapter does not know.")
        asked_for = chosen.also.intersection(model.description.labels or ()).union(also)
        return cls(model, policy=compiled, rules=rules, repeats=repeats, bias=bias, also=asked_for)

    @property
    def policy(self) -> CompiledPolicy:
        """What says what is masked, and with what."""
        return self._policy

    @property
    def uses_rules(self) -> bool:
        """Whether the rules are added to what the model finds."""
        return self._rules

    @property
    def model(self) -> Tagger | Writer:
        """The base with its adapter, which finds the spans."""
        return self._model

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that the adapter knows, those that are off included."""
        return tuple(self._model.description.labels or ())

    @property
    def off(self) -> frozenset[str]:
        """Labels that are not looked for: those of the adapter that nobody asked for, and those of ours that it does
        not know and that are masked only where they are asked for.
        """
        return frozenset(self.labels).union(OFF).difference(self._labels)

    def find(self, text: str) -> list[Span]:
        """The spans of `text`, in order and without overlap."""
        return next(self.find_many([text]))

    def find_many(self, texts: Iterable[str]) -> Iterator[list[Span]]:
        """The spans of each of `texts`, in order, taken lazily."""
        spans: list[Span] = []
        for section, _, found in self._find((text,) for text in texts):
            spans += (replace(span, start=span.start + section.start, end=span.end + section.start) for span in found)
            if section.last:
                yield spans
                spans = []

    def mask(self, text: str, *, document: str | None = None, customer: str | None = None) -> Masked:
        """`text` with its spans masked.

        `document` and `customer` name what the text is and whose: operators that give one value the same replacement in
        a document or for a customer go by them.

        Raises:
            InputError: where `text` holds lone surrogates, and so is not valid Unicode, or an operator must know the
                customer.
        """
        return next(self.mask_many([text], [Context(document, customer)]))

    def mask_many(self, texts: Iterable[str], contexts: Iterable[Context] | None = None) -> Iterator[Masked]:
        """Mask each of `texts`, in order. They are taken lazily, some thousands of tokens at a time.

        `contexts`, one a text, name their documents and customers; without them each text is a document without a name.
        """
        originals, to_find = tee(texts)
        waiting = _contexts(contexts)
        for spans, text in zip(self.find_many(to_find), originals, strict=True):
            yield self._policy.open(next(waiting)).apply(text, spans)

    def mask_stream(self, texts: Iterable[Iterable[str]], contexts: Iterable[Context] | None = None) -> Iterator[str]:
        """The masked texts, one after the other, in parts: each text comes in blocks, and none is ever held whole.

        Joined, the parts are what `mask` gives for the joined blocks, but for what an operator would learn from a later
        part of the text.
        """
        return (part.masked.text for part in self.mask_parts(texts, contexts))

    def mask_parts(self, texts: Iterable[Iterable[str]], contexts: Iterable[Context] | None = None) -> Iterator[Part]:
        """The same, each part with what went in and what became of it."""
        waiting = _contexts(contexts)
        context, here = None, None
        for section, first, spans in self._find(texts):
            if context is None or here is None:
                context = next(waiting)
                here = self._policy.open(context)
            past = max(section.core_end - section.start, spans[-1].end if spans else 0, first)
            masked = here.apply(section.text, spans, first, past)
            yield Part(section.text[first:past], _moved(masked, -first), context, section.last)
            if section.last:
                context, here = None, None

    @property
    def tagger(self) -> Tagger | None:
        """What scores the texts; None where the adapter writes the masked text instead."""
        return self._model if isinstance(self._model, Tagger) else None

    def spans_of(self, text: str, seen: Seen, scored: Scored) -> list[Span]:
        """The spans of `text`, which the masker's tagger has scored as it is `seen`, those of the rules among them."""
        assert isinstance(self._model, Tagger)
        return self._settled(text, seen, self._model.decode(scored, self._bias, self._off))

    def _find(self, texts: Iterable[Iterable[str]]) -> Iterator[tuple[Section, int, list[Span]]]:
        """The sections of each text, where each begins to answer, and what it is to mask, as offsets into it."""
        ahead, behind = tee((section, see(section.text)) for blocks in texts for section in sections(blocks))
        masked_to = 0
        for spans, (section, seen) in zip(self._find_in(seen.text for _, seen in ahead), behind, strict=True):
            own = section.own(self._settled(section.text, seen, spans), masked_to)
            yield section, section.first(masked_to), own
            if section.last:
                masked_to = 0
            elif own:
                masked_to = own[-1].end + section.start

    def _settled(self, text: str, seen: Seen, spans: list[Span]) -> list[Span]:
        """The model's `spans` of what is `seen` of `text`, with what the rules say of them, the repeats of what is
        sure, as whole signs of `text`, and what the policy denies.
        """
        found = rules.apply(seen.text, spans, self._labels) if self._rules else spans
        if self._repeats:
            again = [s for s in repeats(seen.text, found) if not self._rules or rules.possible(seen.text, s)]
            found = sorted([*found, *again], key=attrgetter("start"))
        return list(self._policy.with_denied(text, whole(text, seen.written(found))))


def _contexts(given: Iterable[Context] | None) -> Iterator[Context]:
    """The contexts of the texts; without any a new one for each, as each document has a linker of its own."""
    return (Context() for _ in repeat(None)) if given is None else iter(given)


def _moved(masked: Masked, by: int) -> Masked:
    """`masked` with the offsets into what went in moved."""

    def moved(span: Span) -> Span:
        return replace(span, start=span.start + by, end=span.end + by)

    return Masked(
        masked.text,
        tuple(replace(replacement, span=moved(replacement.span)) for replacement in masked.replacements),
        tuple(replace(kept, span=moved(kept.span)) for kept in masked.kept),
    )

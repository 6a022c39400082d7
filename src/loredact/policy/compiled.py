"""A policy at work: its lists, conditions and operators made ready once, and opened for each document."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from operator import attrgetter

from loredact.document import Masked, Span
from loredact.operators import Choice, Context, Keep, Operator, Replace, opened, put, show
from loredact.operators.settings import OperatorSettings
from loredact.policy.conditions import Condition, condition
from loredact.policy.lists import Lists, Match
from loredact.policy.policy import LONGEST, Policy
from loredact.rules.offsets import stripped

# What a span that a deny list gave is known by.
_DENIED = {"list": "deny"}
ALLOWED, LOW_SCORE, BY_LABEL = "allow list", "score below the threshold", "label"


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule with its operator's place among the policy's operators; None where the label is kept."""

    operator: int | None
    threshold: float
    conditions: tuple[tuple[str, Condition], ...]

    def reason_to_keep(self, original: str) -> str | None:
        """Why a span with this text is kept, whatever its score."""
        if self.operator is None:
            return BY_LABEL
        return next((written for written, holds in self.conditions if holds(original)), None)


class CompiledPolicy:
    """A policy whose keys are read and whose lists are built; it may be used from any thread.

    Raises:
        InputError: where a key, or a library that an operator needs, is missing.
    """

    def __init__(self, policy: Policy, operator: Operator | None = None) -> None:
        """`operator`, if given, takes the place of the default rule's: any callable may."""
        self.policy = policy
        self._operators: list[Operator] = []
        self._default = self._compiled("", operator)
        self._rules = {label: self._compiled(label) for label in policy.labels}
        # What is denied is masked, even if all else with its label is kept.
        self._for_denied = self._place(Replace())
        self._allow = Lists(policy.allow)
        self._deny = Lists(policy.deny)
        for used in self._operators:
            if isinstance(used, OperatorSettings):
                used.ready()

    def with_denied(self, text: str, spans: Sequence[Span]) -> Sequence[Span]:
        """`spans` and what the deny lists find in `text`, in order and without overlap.

        A denied text takes the place of the spans it overlaps, of which stays what lies beside it and has a letter or a
        digit; one within a span of the same label makes that span a denied one.
        """
        if not self._deny:
            return spans
        denied: list[Span] = []
        for match in self._deny.matches(text):
            if not denied or denied[-1].end <= match.start:
                denied.append(Span(match.start, match.end, match.label or "", 1.0, _DENIED))
        if not denied:
            return spans
        return sorted(_merged(text, spans, denied), key=attrgetter("start"))

    def open(self, context: Context) -> "OpenPolicy":
        """The policy for one document.

        Raises:
            InputError: where an operator needs to know the customer, and the context does not say.
        """
        return OpenPolicy(self, context, [opened(operator, context) for operator in self._operators])

    def choose(self, text: str, spans: Sequence[Span]) -> Iterator[tuple[Span, int, str | None]]:
        """For each span the place of the operator that replaces it, and why it is kept, if it is."""
        allowed = self._allow.matches(text) if self._allow and spans else []
        for span in spans:
            rule = self._rules.get(span.label, self._default)
            if span.extra is _DENIED:
                yield span, self._for_denied if rule.operator is None else rule.operator, None
                continue
            original = text[span.start : span.end]
            reason: str | None
            if allowed and _covered(span, allowed):
                reason = ALLOWED
            elif span.score < rule.threshold:
                reason = LOW_SCORE
            else:
                reason = rule.reason_to_keep(original)
            yield span, rule.operator or 0, reason

    def split(self, text: str, spans: Sequence[Span]) -> tuple[list[Span], list[tuple[Span, str]]]:
        """Those of `spans` that are masked, and those that are kept, with the reason."""
        masked, kept = [], []
        for span, _, reason in self.choose(text, spans):
            if reason is None:
                masked.append(span)
            else:
                kept.append((span, reason))
        return masked, kept

    def _compiled(self, label: str, operator: Operator | None = None) -> _Rule:
        rule = self.policy.rule(label)
        used = operator or rule.operator
        conditions = tuple((written, condition(written)) for written in rule.keep_if)
        return _Rule(None if isinstance(used, Keep) else self._place(used), rule.threshold, conditions)

    def _place(self, operator: Operator) -> int:
        # Equal operators are one: what a surrogate says of a name and of an address must fit.
        if operator not in self._operators:
            self._operators.append(operator)
        return self._operators.index(operator)


class OpenPolicy:
    """A policy at work on one document, chunk by chunk."""

    def __init__(self, policy: CompiledPolicy, context: Context, operators: Sequence[Operator]) -> None:
        self._policy = policy
        self._context = context
        self._operators = operators

    def apply(self, text: str, spans: Sequence[Span], first: int = 0, past: int | None = None) -> Masked:
        """`text[first:past]` with its spans, which lie within it, replaced or kept.

        `text` is a chunk of the document, with what lies around that part. Offsets of the spans are those of `text`;
        of what comes out they count from 0.
        """
        chosen = list(self._policy.choose(text, spans))
        masked = [span for span, _, reason in chosen if reason is None]
        self._context.see(text, masked)
        show(self._operators, text, masked)
        return put(text, (Choice(span, self._operators[place], why) for span, place, why in chosen), first, past)


def _covered(span: Span, allowed: Sequence[Match]) -> bool:
    # No entry is longer, so none that begins before that ends behind the span's start.
    near = allowed[bisect_left(allowed, span.start - LONGEST, key=attrgetter("start")) :]
    return any(
        span.end <= match.end and match.label in (None, span.label)
        for match in takewhile(lambda match: match.start <= span.start, near)
    )


def _merged(text: str, spans: Sequence[Span], denied: Sequence[Span]) -> Iterator[Span]:
    held: set[Span] = set()
    for span in spans:
        first = bisect_right(denied, span.start, key=attrgetter("end"))
        within = denied[first : bisect_left(denied, span.end, key=attrgetter("start"))]
        if not within:
            yield span
        elif all(d.label == span.label and span.start <= d.start and d.end <= span.end for d in within):
            held.update(within)
            yield replace(span, extra=_DENIED)
        else:
            starts, ends = [span.start, *(d.end for d in within)], [*(d.start for d in within), span.end]
            for start, end in zip(starts, ends, strict=True):
                if any(map(str.isalnum, text[start:end])):
                    begin, past = stripped(text, start, end)
                    yield replace(span, start=begin, end=past)
    yield from (d for d in denied if d not in held)

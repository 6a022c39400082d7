"""What a policy says, as a Python object. `reading.py` reads it from YAML, in the same form."""

import hashlib
import re
from collections.abc import Collection, Mapping
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from loredact.document import LABEL_RULE, is_label
from loredact.operators import AnyOperator, Keep, Replace
from loredact.policy.conditions import condition

LONGEST = 1_000  # characters of an entry: what a chunk of a long text holds beside its core is a little more


def _a_label(name: str) -> str:
    if not is_label(name):
        raise ValueError(f"is no label. A label has {LABEL_RULE}")
    return name


def _a_condition(written: str) -> str:
    condition(written)
    return " ".join(written.split())


def _an_entry(entry: str) -> str:
    if not entry.strip():
        raise ValueError("an entry is empty")
    return entry


def _a_pattern(pattern: str) -> str:
    try:
        if re.compile(pattern).fullmatch(""):
            raise ValueError("the pattern is one of the empty text, too")
    except re.error as error:
        raise ValueError(f"is no regular expression from character {error.pos or 0} on") from None
    return pattern


Label = Annotated[str, AfterValidator(_a_label)]
Entry = Annotated[str, StringConstraints(max_length=LONGEST), AfterValidator(_an_entry)]
Pattern = Annotated[str, StringConstraints(max_length=LONGEST), AfterValidator(_a_pattern)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Rule(_Part):
    """What becomes of spans with one label. In YAML the name of an operator alone is a rule, too."""

    operator: AnyOperator = Field(default=Replace(), description="what takes a span's place")
    threshold: float = Field(default=0.0, ge=0, le=1, description="a span with a lower score is kept")
    keep_if: tuple[Annotated[str, AfterValidator(_a_condition)], ...] = Field(
        default=(), description="a span whose text fulfils one of these conditions is kept"
    )

    @model_validator(mode="before")
    @classmethod
    def _by_a_name(cls, given: Any) -> Any:
        """`replace` is `{operator: {name: replace}}`."""
        if isinstance(given, str):
            return {"operator": {"name": given}}
        if isinstance(given, Mapping) and isinstance(given.get("operator"), str):
            return {**given, "operator": {"name": given["operator"]}}
        return given


class Allowed(_Part):
    """Texts that are kept where they are found, whole words alone."""

    label: Label | None = Field(default=None, description="the label of what is kept; without it any")
    exact: tuple[Entry, ...] = Field(default=(), description="as they are written")
    ignore_case: tuple[Entry, ...] = Field(default=(), description="in capital or small letters")
    regex: tuple[Pattern, ...] = Field(default=(), description="regular expressions of Python")


class Denied(Allowed):
    """Texts that are masked wherever they stand, found or not, whole words alone."""

    label: Label = Field(description="the label they are masked with")


class Policy(_Part):
    """What is masked, what takes its place, and what is kept.

    Of what applies to a span the first counts: a denied text is masked, an allowed one kept, one with a score below the
    threshold kept, one that fulfils a condition kept; else its rule's operator replaces it. A label without a rule has
    the default one.
    """

    KEPT: ClassVar[Rule] = Rule(operator=Keep())

    name: str = Field(default="unnamed", pattern=r"^[\w .-]{1,64}$", description="what reports call it")
    description: str = Field(default="", description="what it is for")
    also: frozenset[Label] = Field(default=frozenset(), description="labels to look for that the adapter has off")
    default: Rule = Field(default=Rule(), description="of labels that have no rule")
    labels: dict[Label, Rule] = Field(default_factory=dict, description="rules by label")
    allow: tuple[Allowed, ...] = ()
    deny: tuple[Denied, ...] = ()

    def rule(self, label: str) -> Rule:
        """The rule for spans with `label`."""
        return self.labels.get(label, self.default)

    def only(self, labels: Collection[str]) -> Self:
        """This policy for `labels`, which are looked for, and all others kept."""
        rules = {label: self.rule(label) for label in labels}
        return self.model_copy(update={"default": self.KEPT, "labels": rules, "also": self.also.union(labels)})

    def keeping(self, labels: Collection[str]) -> Self:
        """This policy with `labels` kept."""
        return self.model_copy(update={"labels": {**self.labels, **dict.fromkeys(labels, self.KEPT)}})

    @property
    def version(self) -> str:
        """The first 12 digits of the SHA-256 of all it says: equal for policies that do the same. Keys are no part."""
        told = self.model_dump(mode="json")
        told["also"] = sorted(told["also"])
        return hashlib.sha256(repr(told).encode()).hexdigest()[:12]

"""The bodies of our own requests and answers."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from loredact.document import Masked, Span
from loredact.serve.config import Name
from loredact.serve.engine import Options

Label = Annotated[str, StringConstraints(pattern=r"^[\w.:-]{1,64}$")]
Share = Annotated[float, Field(gt=0, le=1)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, hide_input_in_errors=True)


class FindBody(_Body):
    """What to find in, and with what."""

    text: str | list[str] = Field(description="one text, or several; the answer is an object, or a list of them")
    adapter: Name | None = Field(default=None, description="the server's default adapter where none is named")
    recall: Share | None = Field(default=None, description="the share of personal characters to find at least")
    precision: Share | None = Field(default=None, description="the share of what is found that must be personal")
    also: list[Label] = Field(default=[], max_length=256, description="labels to find that the adapter has off")
    rules: bool = Field(default=True, description="whether the rules add what they are sure of")
    policy: str | None = Field(
        default=None, max_length=64, description="what is found and kept, and what takes its place; `/v1/policies`"
    )

    @property
    def texts(self) -> list[str]:
        return [self.text] if isinstance(self.text, str) else self.text

    @property
    def options(self) -> Options:
        return Options(self.recall, self.precision, frozenset(self.also), self.rules)


class MaskBody(FindBody):
    """What to mask, and with what."""

    operators: dict[Label, dict[str, Any]] = Field(
        default={},
        max_length=256,
        description='operators by label, each `{"name": NAME, …}` with its parameters; DEFAULT is for all others',
    )
    document: str | None = Field(default=None, min_length=1, max_length=512, description="the name of one text")
    vault: bool = Field(default=False, description="placeholders that `/v1/unmask` puts back; needs `document`")
    within: Literal["document", "customer"] = Field(
        default="document", description="how far a person keeps a number in the vault"
    )


class FoundSpan(_Body):
    """A span of a text: `[start, end)` in Unicode code points."""

    start: int
    end: int
    label: str
    score: float = Field(description="the probability of exactly this span with this label")

    @classmethod
    def of(cls, span: Span) -> "FoundSpan":
        return cls(start=span.start, end=span.end, label=span.label, score=span.score)


class Found(_Body):
    """What was found in one text."""

    spans: list[FoundSpan]


class MaskedSpan(FoundSpan):
    """A span that was replaced: `[masked_start, masked_end)` of the masked text took its place."""

    masked_start: int
    masked_end: int
    operator: str


class KeptSpan(FoundSpan):
    """A span that was found and left as it is."""

    masked_start: int
    masked_end: int
    reason: str


class MaskedText(_Body):
    """A masked text."""

    text: str
    spans: list[MaskedSpan]
    kept: list[KeptSpan] = []

    @classmethod
    def of(cls, masked: Masked) -> "MaskedText":
        return cls.model_validate(masked.as_json())


class UnmaskBody(_Body):
    """What to put values back into."""

    text: str | list[str] = Field(description="one masked text, or several")
    document: str | None = Field(default=None, min_length=1, max_length=512, description="which was masked")

    @property
    def texts(self) -> list[str]:
        return [self.text] if isinstance(self.text, str) else self.text


class UnmaskedText(_Body):
    """A text with its values back."""

    text: str
    restored: int = Field(description="how many placeholders were put back")
    missing: list[str] = Field(description="placeholders of the document that the text no longer has")
    unknown: list[str] = Field(description="placeholders behind which your vault has nothing")


class AdapterSummary(_Body):
    """An adapter that may be named in a request."""

    name: str
    origin: str = Field(description="server: of the server's configuration; own: put here by you")


class AdapterDetails(AdapterSummary):
    """An adapter, and what it knows."""

    labels: list[str]
    off: list[str] = Field(description="labels that are found only where `also` names them")


class Problem(_Body):
    """Why a request was refused; never with anything of the request."""

    error: str


# Names that an answer may repeat, since they are ours.
FIELDS = frozenset(
    {
        *("body", "query", "path", "header", "name", "input_type", "litellm_call_id", "texts"),
        *(*MaskBody.model_fields, *UnmaskBody.model_fields),
    }
)

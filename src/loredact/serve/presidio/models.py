"""Presidio's requests and answers. What it does not know of a request it ignores."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Score = Annotated[float, Field(ge=0, le=1)]


class _Theirs(BaseModel):
    model_config = ConfigDict(frozen=True, allow_inf_nan=False, hide_input_in_errors=True)


class PatternBody(_Theirs):
    """A regular expression and how sure a match is."""

    model_config = ConfigDict(extra="forbid")

    name: str
    regex: str = Field(max_length=10_000)
    score: Score


class RecognizerBody(_Theirs):
    """Patterns and words that are one entity, for one request."""

    model_config = ConfigDict(extra="forbid")

    supported_entity: str | None = Field(default=None, max_length=256)
    supported_entities: list[str] | None = None
    name: str | None = None
    supported_language: str = "en"
    patterns: list[PatternBody] | None = Field(default=None, max_length=256)
    deny_list: list[str] | None = Field(default=None, max_length=100_000)
    context: list[str] | None = None
    deny_list_score: Score = 1.0
    global_regex_flags: int = 26
    version: str = "0.0.1"
    country_code: str | None = None


class AnalyzeBody(_Theirs):
    """A text, or several, and what to look for."""

    text: str | list[str | bool | int | float] | None = Field(default=None, description="one text, or several")
    language: str | None = Field(default=None, description="two letters, ISO 639-1")
    entities: list[str] | None = None
    correlation_id: Any = None
    score_threshold: float | None = None
    return_decision_process: bool | int | None = None
    ad_hoc_recognizers: list[RecognizerBody] | None = Field(default=None, max_length=256)
    context: list[str] | None = None
    allow_list: list[str] | None = Field(default=None, max_length=100_000)
    allow_list_match: str | None = "exact"
    regex_flags: int | None = 26


class Explanation(_Theirs):
    """Why something was found."""

    recognizer: str
    pattern_name: str | None = None
    pattern: str | None = None
    original_score: float
    score: float
    textual_explanation: str | None = None
    score_context_improvement: float = 0
    supportive_context_word: str = ""
    validation_result: bool | None = None
    regex_flags: int | None = None


class Result(_Theirs):
    """An entity in a text: `[start, end)` in Unicode code points."""

    analysis_explanation: Explanation | None = None
    end: int
    entity_type: str
    score: float
    start: int


class AnalyzerResultBody(_Theirs):
    """What an analyzer found."""

    start: int | None = None
    end: int | None = None
    score: float | None = None
    entity_type: str | None = None


class AnonymizeBody(_Theirs):
    """A text, or several, what was found in it, and what is to take its place."""

    text: str | list[Any] = ""
    anonymizers: dict[str, dict[str, Any]] | None = None
    analyzer_results: list[Any] | None = None


class DeanonymizeBody(_Theirs):
    """An anonymized text, where what was replaced stands in it, and how to put it back."""

    text: str = ""
    deanonymizers: dict[str, dict[str, Any]] | None = None
    anonymizer_results: list[AnalyzerResultBody] | None = None


class Item(_Theirs):
    """What took an entity's place."""

    start: int
    end: int
    entity_type: str
    text: str
    operator: str
    score: float | None = None


class Anonymized(_Theirs):
    """A text, and what was put into it, the last first."""

    text: str
    items: list[Item]

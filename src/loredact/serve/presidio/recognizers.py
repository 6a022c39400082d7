"""Recognizers and allow lists of a request: patterns and words, as Presidio's `PatternRecognizer` takes them."""

import re as standard_re
import time
from collections.abc import Iterable, Sequence

import regex

from loredact.serve.errors import ApiError
from loredact.serve.presidio.models import Explanation, PatternBody, RecognizerBody, Result

# For all patterns of a request on all its texts, of the processor's time.
_SECONDS = 2.0
# Presidio's LemmaContextAwareEnhancer: so much more where a context word stands before, among so many words.
_MORE, _LEAST, _WORDS_BEFORE = 0.35, 0.4, 5
# Flags that a pattern may be given, of Python's `re`: ASCII, IGNORECASE, MULTILINE, DOTALL, UNICODE, VERBOSE.
_FLAGS = (standard_re.A | standard_re.I | standard_re.M | standard_re.S | standard_re.U | standard_re.X).value
_WORD = standard_re.compile(r"\w+")


class Clock:
    """What is left of the time for patterns."""

    def __init__(self) -> None:
        self._until = time.monotonic() + _SECONDS

    def left(self) -> float:
        """Seconds.

        Raises:
            ApiError: 400 where nothing is left.
        """
        left = self._until - time.monotonic()
        if left <= 0:
            raise too_slow()
        return left


def too_slow() -> ApiError:
    """The answer where patterns take too long: to go on without them would leave something in the text."""
    return ApiError(400, f"The patterns took longer than {_SECONDS:.0f} seconds.")


class PatternRecognizer:
    """A recognizer of a request, its patterns compiled.

    Raises:
        ApiError: 400 or 500, as Presidio answers what is wrong with one.
    """

    def __init__(self, body: RecognizerBody) -> None:
        if body.supported_entity is not None and body.supported_entities is not None:
            raise ApiError(
                500,
                "Both 'supported_entity' and 'supported_entities' are present in the input dictionary. "
                "Only one should be provided.",
            )
        entity = body.supported_entity or next(iter(body.supported_entities or []), None)
        if not entity:
            raise ApiError(500, "Pattern recognizer should be initialized with entity")
        patterns = list(body.patterns or [])
        if not patterns and not body.deny_list:
            raise ApiError(500, "Pattern recognizer should be initialized with patterns or with deny list")
        if body.deny_list:
            words = "|".join(map(regex.escape, body.deny_list))
            whole = rf"(?:^|(?<=\W))({words})(?:(?=\W)|$)"
            patterns.append(PatternBody.model_construct(name="deny_list", regex=whole, score=body.deny_list_score))
        self.entity, self.language = entity, body.supported_language
        self.name = body.name or "PatternRecognizer"
        self._context = [word.lower() for word in body.context or []]
        self._flags = body.global_regex_flags
        self._patterns = [(pattern, _compiled(pattern.regex, self._flags)) for pattern in patterns]

    def find(self, text: str, context: Sequence[str], clock: Clock) -> list[Result]:
        """What the patterns match in `text`; `context` are words to be taken for ones that stand before a match."""
        results = []
        for pattern, compiled in self._patterns:
            try:
                # `concurrent` lets others run meanwhile.
                for match in compiled.finditer(text, timeout=clock.left(), concurrent=True):
                    start, end = match.span()
                    if start < end and pattern.score > 0:
                        results.append(self._result(text, start, end, pattern, context))
            except TimeoutError:
                raise too_slow() from None
        return results

    def _result(self, text: str, start: int, end: int, pattern: PatternBody, context: Sequence[str]) -> Result:
        score, word = pattern.score, self._supporting_word(text, start, end, context)
        if word:
            score = min(max(score + _MORE, _LEAST), 1.0)
        why = Explanation(
            recognizer=self.name,
            pattern_name=pattern.name,
            pattern=pattern.regex,
            original_score=pattern.score,
            score=score,
            textual_explanation=f"Detected by `{self.name}` using pattern `{pattern.name}`",
            score_context_improvement=score - pattern.score,
            supportive_context_word=word,
            regex_flags=self._flags,
        )
        return Result(start=start, end=end, entity_type=self.entity, score=score, analysis_explanation=why)

    def _supporting_word(self, text: str, start: int, end: int, context: Sequence[str]) -> str:
        """The first of the recognizer's context words that is part of a word before the match, or of `context`."""
        if not self._context:
            return ""
        before = _WORD.findall(text[max(0, start - 500) : start].lower())[-_WORDS_BEFORE:]
        around = [*before, *_WORD.findall(text[start:end].lower())[:1], *(word.lower() for word in context)]
        return next((word for word in self._context if any(word in one for one in around)), "")


def without_allowed(
    text: str, results: Iterable[Result], allowed: Sequence[str], match: str | None, flags: int | None, clock: Clock
) -> list[Result]:
    """`results` but for those whose text is on the list, or is matched by one of its patterns.

    Raises:
        ApiError: 500 where `match` is neither `exact` nor `regex`, 400 where a pattern is wrong or too slow.
    """
    if match == "exact":
        words = frozenset(allowed)
        return [one for one in results if text[one.start : one.end] not in words]
    if match != "regex":
        raise ApiError(500, "allow_list_match must either be set to 'exact' or 'regex'.")
    terms = [term for term in allowed if term]
    if not terms:
        return list(results)
    pattern = _compiled("|".join(terms), flags or 0)
    try:
        return [
            one
            for one in results
            if not pattern.search(text[one.start : one.end], timeout=clock.left(), concurrent=True)
        ]
    except TimeoutError:
        raise too_slow() from None


def without_duplicates(results: Iterable[Result]) -> list[Result]:
    """`results` without those that one of the same entity holds with as high a score; the highest score first."""
    kept: list[Result] = []
    by_entity: dict[str, list[Result]] = {}
    for one in sorted(results, key=lambda r: (r.entity_type, r.start, r.start - r.end, -r.score)):
        others = by_entity.setdefault(one.entity_type, [])
        others[:] = [other for other in others if other.end >= one.start]
        if one.score > 0 and not any(
            other.start <= one.start and one.end <= other.end and one.score <= other.score for other in others
        ):
            others.append(one)
            kept.append(one)
    return sorted(kept, key=lambda r: (-r.score, r.start, r.start - r.end))


def _compiled(pattern: str, flags: int) -> "regex.Pattern[str]":
    try:
        return regex.compile(pattern, flags=flags & _FLAGS)
    except (regex.error, ValueError, RecursionError, OverflowError, MemoryError):
        raise ApiError(500, "Invalid regex pattern") from None

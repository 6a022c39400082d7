"""Presidio's analyzer: `/analyze`, `/recognizers`, `/supportedentities`."""

import asyncio
from collections.abc import Sequence

from fastapi import Request
from pydantic import ValidationError

from loredact.document import Span
from loredact.serve import texts
from loredact.serve.answers import ServerNow, Who, problems
from loredact.serve.body import described, new_router, read_json
from loredact.serve.engine import Options
from loredact.serve.errors import ApiError, explain
from loredact.serve.presidio import names
from loredact.serve.presidio.models import AnalyzeBody, Explanation, PatternBody, RecognizerBody, Result
from loredact.serve.presidio.recognizers import Clock, PatternRecognizer, without_allowed, without_duplicates
from loredact.serve.state import Server

router = new_router("Presidio's analyzer")

RECOGNIZER = "LoredactRecognizer"
_NOBODY = "No matching recognizers were found to serve the request."
_FIELDS = frozenset({*AnalyzeBody.model_fields, *RecognizerBody.model_fields, *PatternBody.model_fields})


@router.post("/analyze", responses=problems(404, 500), openapi_extra=described(AnalyzeBody))
async def analyze(request: Request, server: ServerNow, customer: Who) -> list[Result] | list[list[Result]]:
    """Find entities in a text, or in each of several."""
    try:
        body = AnalyzeBody.model_validate(await read_json(request))
    except ValidationError as error:
        told = explain(error.errors(include_input=False), _FIELDS)
        raise ApiError(400, f"Failed to parse /analyze request for AnalyzerEngine.analyze(). {told}") from None
    recognizers = [PatternRecognizer(one) for one in body.ad_hoc_recognizers or []]
    if not body.text:
        raise ApiError(500, "No text provided")
    if not body.language:
        raise ApiError(500, "No language provided")
    if body.language not in server.now.config.languages:
        raise ApiError(500, _NOBODY)
    adapter = await server.now.adapters.get(customer, None)
    recognizers = [one for one in recognizers if one.language == body.language]
    asked = body.entities or []
    if asked:
        recognizers = [one for one in recognizers if one.entity in asked]
        wanted = {label for label in adapter.labels if names.answers_to(label, asked, server.presidio)}
        if not wanted and not recognizers:
            raise ApiError(500, _NOBODY)
    else:
        wanted = set(adapter.labels) - set(adapter.off)
    given = [body.text] if isinstance(body.text, str) else [str(one) for one in body.text]
    options = Options(also=frozenset(wanted & set(adapter.off)))
    found = await texts.find(server, customer, adapter, given, options) if wanted else [[] for _ in given]
    work = _Work(server, body, adapter.id.split("/")[-1], recognizers, asked)
    if recognizers or body.allow_list:
        results = await asyncio.to_thread(work.all_results, given, found)
    else:
        results = work.all_results(given, found)
    return results[0] if isinstance(body.text, str) else results


class _Work:
    """What is done with the spans of each text."""

    def __init__(
        self,
        server: Server,
        body: AnalyzeBody,
        adapter: str,
        recognizers: Sequence[PatternRecognizer],
        asked: list[str],
    ) -> None:
        self._map, self._body, self._adapter = server.presidio, body, adapter
        self._recognizers, self._asked = recognizers, asked
        self._clock = Clock()

    def all_results(self, given: Sequence[str], found: Sequence[Sequence[Span]]) -> list[list[Result]]:
        return [self._results(text, spans) for text, spans in zip(given, found, strict=True)]

    def _results(self, text: str, spans: Sequence[Span]) -> list[Result]:
        body = self._body
        results = [result for span in spans if (result := self._of(span)) is not None]
        for one in self._recognizers:
            results += one.find(text, body.context or [], self._clock)
        least = body.score_threshold or 0.0
        results = without_duplicates(result for result in results if result.score >= least)
        if body.allow_list:
            kind, flags = body.allow_list_match, body.regex_flags
            results = without_allowed(text, results, body.allow_list, kind, flags, self._clock)
        if not body.return_decision_process:
            results = [result.model_copy(update={"analysis_explanation": None}) for result in results]
        return results

    def _of(self, span: Span) -> Result | None:
        asked = self._asked
        name = names.answers_to(span.label, asked, self._map) if asked else names.name_of(span.label, self._map)
        if name is None:
            return None
        why = Explanation(
            recognizer=RECOGNIZER,
            original_score=span.score,
            score=span.score,
            textual_explanation=f"Identified as {name} by the adapter {self._adapter}",
        )
        return Result(start=span.start, end=span.end, entity_type=name, score=span.score, analysis_explanation=why)


def _require_language(server: Server, language: str | None) -> None:
    if language and language not in server.now.config.languages:
        raise ApiError(500, _NOBODY)


@router.get("/recognizers", responses=problems(500))
async def recognizers(server: ServerNow, customer: Who, language: str | None = None) -> list[str]:
    """The names of what finds entities in a language."""
    _require_language(server, language)
    return [RECOGNIZER]


@router.get("/supportedentities", responses=problems(404, 500))
async def supported_entities(server: ServerNow, customer: Who, language: str | None = None) -> list[str]:
    """The entities that can be found in a language."""
    _require_language(server, language)
    adapter = await server.now.adapters.get(customer, None)
    return names.supported(adapter.labels, server.presidio)

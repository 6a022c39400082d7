"""Presidio's anonymizer: `/anonymize`, `/deanonymize`, `/anonymizers`, `/deanonymizers`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from loredact.serve import texts
from loredact.serve.answers import ServerNow, Who, problems
from loredact.serve.body import described, new_router, read_json
from loredact.serve.errors import ApiError
from loredact.serve.presidio.entities import Entity, read_entity, without_conflicts
from loredact.serve.presidio.models import AnonymizeBody, Anonymized, DeanonymizeBody, Item
from loredact.serve.presidio.replacements import ANONYMIZERS, DEANONYMIZERS, Replacement

router = new_router("Presidio's anonymizer")

_DEFAULT = "DEFAULT"


@dataclass(frozen=True, slots=True)
class _Operator:
    name: str
    params: Mapping[str, object]


@router.post("/anonymize", responses=problems(), openapi_extra=described(AnonymizeBody))
async def anonymize(request: Request, server: ServerNow, customer: Who) -> Anonymized | list[Anonymized]:
    """Put something in the place of what an analyzer found in a text, or in each of several."""
    body = await _content(request)
    operators = _operators(body.get("anonymizers"))
    if any(operator.name == "custom" for operator in operators.values()):
        raise ApiError(400, "Custom type anonymizer is not supported")
    operators.setdefault(_DEFAULT, _Operator("replace", {}))
    text, results = body.get("text", ""), body.get("analyzer_results")
    if isinstance(text, list):
        if not isinstance(results, list):
            raise ApiError(
                400,
                "When 'text' is a list (batch), 'analyzer_results' must be a list with one element per text — each "
                "element is the analyzer output list for that document.",
            )
        if len(text) != len(results):
            raise ApiError(
                400,
                "When using batch anonymization, 'text' and 'analyzer_results' must have the same length "
                f"({len(text)} != {len(results)}).",
            )
        if not all(one is None or isinstance(one, list) for one in results):
            raise ApiError(
                400,
                "Each batch 'analyzer_results' entry must be a list of recognition objects (same shape as the analyzer "
                "returns for one text).",
            )
        given = list(map(str, text))
        texts.require_fit(given, server.now)
        return [_anonymized(one, found or [], operators) for one, found in zip(given, results, strict=True)]
    if results is None:
        raise ApiError(422, "Invalid input, request must contain analyzer results")
    given_one = str(text)
    texts.require_fit([given_one], server.now)
    return _anonymized(given_one, results, operators)


@router.post("/deanonymize", responses=problems(), openapi_extra=described(DeanonymizeBody))
async def deanonymize(request: Request, server: ServerNow, customer: Who) -> Anonymized:
    """Put back what was encrypted."""
    body = await _content(request)
    text = body.get("text", "")
    if not isinstance(text, str):
        raise ApiError(422, "Invalid input, text must be a string")
    texts.require_fit([text], server.now)
    operators = _operators(body.get("deanonymizers"))
    entities = [read_entity(one, scored=False) for one in _list(body.get("anonymizer_results") or [])]
    return _operated(text, entities, operators, DEANONYMIZERS)


@router.get("/anonymizers", responses=problems())
async def anonymizers(customer: Who) -> list[str]:
    """The operators that `/anonymize` knows."""
    return list(ANONYMIZERS)


@router.get("/deanonymizers", responses=problems())
async def deanonymizers(customer: Who) -> list[str]:
    """The operators that `/deanonymize` knows."""
    return list(DEANONYMIZERS)


async def _content(request: Request) -> dict[str, Any]:
    content = await read_json(request)
    if not content or not isinstance(content, dict):
        raise ApiError(400, "Invalid request json")
    return content


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise ApiError(422, "Invalid input, the results must be a list")
    return value


def _operators(given: object) -> dict[str, _Operator]:
    if given is None:
        return {}
    if not isinstance(given, dict) or not all(isinstance(one, dict) for one in given.values()):
        raise ApiError(422, "Invalid input, operators must be objects by entity")
    operators = {}
    for entity, settings in given.items():
        name = settings.get("type")
        if not name:
            raise ApiError(422, "Invalid input, operator config must contain operator_name")
        operators[entity] = _Operator(str(name), {key: settings[key] for key in settings if key != "type"})
        for value in settings.values():
            if isinstance(value, str):
                texts.require_text(value)
    return operators


def _anonymized(text: str, results: object, operators: Mapping[str, _Operator]) -> Anonymized:
    entities = [read_entity(one, scored=True) for one in _list(results)]
    return _operated(text, without_conflicts(text, entities), operators, ANONYMIZERS)


def _operated(
    text: str, entities: Sequence[Entity], operators: Mapping[str, _Operator], known: Mapping[str, Replacement]
) -> Anonymized:
    """`text` with each entity replaced, from the last to the first; an overlap goes to the later one."""
    pieces: list[str] = []  # from the end of the text to its beginning
    placed: list[tuple[int, Item]] = []
    behind, read = 0, len(text)  # characters of what is written; where the text is read from on
    for one in sorted(entities, key=lambda entity: (entity.start, entity.end), reverse=True):
        if one.start > len(text) or one.end > len(text):
            raise ApiError(
                422,
                f"Invalid analyzer result, start: {one.start} and end: {one.end}, while text length is only "
                f"{len(text)}.",
            )
        operator = operators.get(one.entity_type) or operators.get(_DEFAULT)
        if operator is None:
            raise ApiError(422, "Invalid input, operator config must contain operator_name")
        if operator.name not in known:
            raise ApiError(422, f"Invalid operator class. There are {', '.join(known)}.")
        texts.require_text(one.entity_type)
        new = known[operator.name](text[one.start : one.end], one.entity_type, operator.params)
        after = text[min(one.end, read) : read]
        pieces += (after, new)
        behind += len(after) + len(new)
        read = one.start
        item = Item(start=0, end=0, entity_type=one.entity_type, text=new, operator=operator.name, score=one.score)
        placed.append((behind, item))
    pieces.append(text[:read])
    whole = "".join(reversed(pieces))
    items = [
        item.model_copy(update={"start": len(whole) - at, "end": len(whole) - at + len(item.text)})
        for at, item in placed
    ]
    return Anonymized(text=whole, items=items)

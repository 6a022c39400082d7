"""Which of an analyzer's results an anonymizer works on: overlaps are settled as Presidio's `AnonymizerEngine` does."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from loredact.serve.errors import ApiError

_SPACES = re.compile(r"^( )+$")


@dataclass(frozen=True, slots=True)
class Entity:
    """`[start, end)` of a text."""

    start: int
    end: int
    entity_type: str
    score: float | None = None

    @property
    def certainty(self) -> float:
        return self.score or 0.0


def read_entity(data: object, *, scored: bool) -> Entity:
    """The entity of a JSON object.

    Raises:
        ApiError: 422, in Presidio's words.
    """
    if not isinstance(data, dict):
        raise _invalid("Invalid input, a result must be an object")
    places = [_place(data.get(name), name) for name in ("start", "end")]
    entity_type = data.get("entity_type")
    if not entity_type or not isinstance(entity_type, str):
        raise _invalid("Invalid input, result must contain entity_type")
    start, end = places
    if start < 0 or end < 0:
        raise _invalid("Invalid input, result start and end must be positive")
    if start > end:
        raise _invalid(f"Invalid input, start index '{start}' must be smaller than end index '{end}'")
    score = data.get("score")
    if score is None and scored:
        raise _invalid("Invalid input, analyzer result must contain score")
    if score is not None and (isinstance(score, bool) or not isinstance(score, int | float)):
        raise _invalid("Invalid parameter value for 'score'.")
    return Entity(start, end, entity_type, score)


def _place(value: object, name: str) -> int:
    if value is None:
        raise _invalid(f"Invalid input, result must contain {name}")
    if isinstance(value, bool) or not isinstance(value, int):
        kinds = {str: "string", bool: "boolean", list: "array"}
        got = kinds.get(type(value))
        raise _invalid(
            f"Invalid parameter value for {name}. Expecting 'number', but got '{got}'."
            if got
            else f"Invalid parameter value for '{name}'."
        )
    if value.bit_length() > 63:
        raise _invalid(f"Invalid parameter value for '{name}'.")
    return value


def _invalid(message: str) -> ApiError:
    return ApiError(422, message)


def without_conflicts(text: str, entities: Iterable[Entity]) -> list[Entity]:
    """The entities to replace in `text`.

    Those of one type that overlap become one; of what lies within another, or in the same place with a lower score, the
    other stays; neighbours of one type with nothing but spaces between become one.
    """
    ordered = sorted(entities, key=lambda one: (one.start, one.end))
    return _with_neighbours(text, _without_contained(_with_overlaps(ordered)))


def _with_overlaps(entities: Sequence[Entity]) -> list[Entity]:
    # Of each type the last one, with the place of what came into it last.
    open_ones: dict[str, tuple[int, Entity]] = {}
    done: list[tuple[int, Entity]] = []
    for place, one in enumerate(entities):
        before = open_ones.get(one.entity_type)
        # Presidio joins what shares at least a character; an empty one within another shares none.
        if before is not None and one.start <= before[1].end and min(before[1].end, one.end) != one.start:
            last = before[1]
            score = max(last.certainty, one.certainty)
            open_ones[one.entity_type] = (place, replace(last, end=max(last.end, one.end), score=score))
            continue
        if before is not None:
            done.append(before)
        open_ones[one.entity_type] = (place, one)
    return [one for _, one in sorted([*done, *open_ones.values()], key=lambda placed: placed[0])]


def _without_contained(entities: Sequence[Entity]) -> list[Entity]:
    best: dict[tuple[int, int], int] = {}
    for place, one in enumerate(entities):
        held = best.get((one.start, one.end))
        if held is None or one.certainty >= entities[held].certainty:
            best[one.start, one.end] = place
    kept: set[int] = set()
    furthest = -1
    for (_, end), place in sorted(best.items(), key=lambda item: (item[0][0], -item[0][1])):
        if end > furthest:
            kept.add(place)
            furthest = end
    return [one for place, one in enumerate(entities) if place in kept]


def _with_neighbours(text: str, entities: Iterable[Entity]) -> list[Entity]:
    joined: list[Entity] = []
    for one in entities:
        before = joined[-1] if joined else None
        if (
            before is not None
            and before.entity_type == one.entity_type
            and _SPACES.search(text[before.end : one.start])
        ):
            joined[-1] = replace(one, start=before.start)
        else:
            joined.append(one)
    return joined

"""What a request can be refused with. No message holds anything of the request but the names of known fields."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any


class ApiError(Exception):
    """An answer with a status of 400 or above, and a message; `retry_after` in seconds."""

    def __init__(self, status: int, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.status, self.message = status, message
        self.headers: dict[str, str] = {}
        if retry_after is not None:
            self.headers["Retry-After"] = str(max(1, math.ceil(retry_after)))
        if status == 401:
            self.headers["WWW-Authenticate"] = "Bearer"

    @property
    def body(self) -> dict[str, str]:
        """The answer's body: Presidio's form, which is ours everywhere."""
        return {"error": self.message}


def explain(problems: Iterable[Mapping[str, Any]], known: Sequence[str] | frozenset[str]) -> str:
    """What pydantic found wrong, without a value: `known` are the names of fields that may be told.

    A name that is not known came with the request, and may be anything.
    """
    told = []
    for problem in problems:
        places = [str(part) if isinstance(part, int) or part in known else "…" for part in problem["loc"]]
        kind = str(problem["type"])
        wrong = _WORDS.get(kind, kind.replace("_", " "))
        told.append(f"{'.'.join(places) or 'the body'}: {wrong}")
    more = f" and {len(told) - 5} more" if len(told) > 5 else ""
    return "The request is not valid: " + "; ".join(told[:5]) + more + "."


_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is not known",
    "string_type": "must be a string",
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "model_attributes_type": "must be an object",
    "model_type": "must be an object",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be finite",
    "too_long": "has too many",
    "too_short": "has too few",
    "string_too_long": "is too long",
    "string_too_short": "is too short",
    "json_invalid": "is no JSON",
}

"""The operators that ship, by name, and one of them made of a name and its parameters."""

from collections.abc import Mapping
from typing import Annotated, get_args

from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from loredact.errors import InputError
from loredact.operators.encrypt import Encrypt
from loredact.operators.generalise import Generalise
from loredact.operators.hash import Hash
from loredact.operators.keep import Keep
from loredact.operators.mask import Mask
from loredact.operators.number import Number
from loredact.operators.redact import Redact
from loredact.operators.replace import Replace
from loredact.operators.settings import OperatorSettings
from loredact.operators.shift import Shift
from loredact.operators.surrogate import Surrogate

# Told apart by their `name`, in a policy's file or in a request.
AnyOperator = Annotated[
    Replace | Redact | Mask | Hash | Encrypt | Keep | Number | Generalise | Shift | Surrogate,
    Field(discriminator="name")
]
OPERATORS: dict[str, type[OperatorSettings]] = {
    kind.model_fields["name"].default: kind for kind in get_args(get_args(AnyOperator)[0])
}
_ANY: TypeAdapter[AnyOperator] = TypeAdapter(AnyOperator)


def make(name: str, params: Mapping[str, object] | None = None) -> AnyOperator:
    """The operator called `name` with its parameters.

    Raises:
        InputError: where there is none of that name, or a parameter is not one of it; parameters are not shown.
    """
    if name not in OPERATORS:
        raise InputError(f"There is no operator of that name. There are {', '.join(OPERATORS)}.")
    try:
        return _ANY.validate_python({**(params or {}), "name": name})
    except ValidationError as error:
        raise InputError(f"The operator {name} cannot be made: {'; '.join(told(error))}") from None


def told(error: ValidationError) -> list[str]:
    """What is wrong, a sentence each, without what was given."""
    return [
        f"{'.'.join(str(part) for part in problem_place(problem))}: {reason(problem)}" for problem in problems(error)
    ]


def problems(error: ValidationError) -> list[ErrorDetails]:
    """What is wrong, without what was given."""
    return error.errors(include_input=False, include_url=False)


def reason(problem: ErrorDetails) -> str:
    """What is wrong, in a few words; none of them was given."""
    if problem["type"] == "extra_forbidden":
        return "there is no such setting"
    if problem["type"] == "missing":
        return "is missing"
    if problem["type"] == "union_tag_invalid":
        return f"there is no operator of that name. There are {', '.join(OPERATORS)}"
    if problem["type"] == "tuple_type":
        return "should be a list"
    return problem["msg"].removeprefix("Value error, ").replace("Input should", "should", 1)


def problem_place(problem: ErrorDetails) -> tuple[str | int, ...]:
    """Which setting of the operator is wrong. What it does not have is not called by its name, which may be a value."""
    place = problem["loc"][1:]
    return (*place[:-1], "a setting") if problem["type"] == "extra_forbidden" else place

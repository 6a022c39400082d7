"""The operators that ship, by name, and one of them made of a name and its parameters."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from loredact.errors import InputError
from loredact.operators.keep import Keep
from loredact.operators.number import Number
from loredact.operators.redact import Redact
from loredact.operators.replace import Replace
from loredact.operators.settings import OperatorSettings

# Told apart by their `name`, in a policy's file or in a request.
AnyOperator = Annotated[Replace | Redact | Keep | Number, Field(discriminator="name")]
OPERATORS: dict[str, type[OperatorSettings]] = {
    kind.model_fields["name"].default: kind for kind in (Replace, Redact, Keep, Number)
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
    """What is wrong, a sentence each, without the values."""
    return [
        f"{'.'.join(map(str, e['loc'][1:])) or 'its settings'}: {e['msg']}" for e in error.errors(include_input=False)
    ]

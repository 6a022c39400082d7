"""Take fields out of a JSON object, each with the type it must have."""

from collections.abc import Mapping

from loredact.corpora.problems import FieldError


def text_field(row: Mapping[str, object], name: str, where: str = "") -> str:
    """The string `row[name]`; `where` names the object it lies in, for the error.

    Raises:
        FieldError: where it is missing, not a string, or not valid Unicode.
    """
    value = _required(row, name, where)
    if not isinstance(value, str):
        raise FieldError(where + name, f"must be a string, not {_type_name(value)}")
    require_unicode(value, where + name)
    return value


def require_unicode(value: str, field: str) -> None:
    """Raise a FieldError, which names `field`, where `value` is not valid Unicode."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise FieldError(field, f"a lone surrogate at offset {error.start}: not valid Unicode") from None


def offset_field(row: Mapping[str, object], name: str, where: str = "") -> int:
    """The whole number `row[name]`.

    Raises:
        FieldError: where it is missing or not a whole number.
    """
    return as_offset(_required(row, name, where), where + name)


def as_offset(value: object, field: str) -> int:
    """`value`, which must be a whole number; `field` names it in the error."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise FieldError(field, f"must be a whole number, not {_type_name(value)}")
    return value


def list_field(row: Mapping[str, object], name: str) -> list[object]:
    """The list `row[name]`.

    Raises:
        FieldError: where it is missing or not a list.
    """
    value = _required(row, name, "")
    if not isinstance(value, list):
        raise FieldError(name, f"must be a list, not {_type_name(value)}")
    return value


def as_object(value: object, field: str) -> dict[str, object]:
    """`value`, which must be a JSON object; `field` names it in the error."""
    if not isinstance(value, dict):
        raise FieldError(field, f"must be an object, not {_type_name(value)}")
    return value


def _required(row: Mapping[str, object], name: str, where: str) -> object:
    if name not in row:
        raise FieldError(where + name, "is missing")
    return row[name]


def _type_name(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    names = {str: "a string", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names.get(type(value), type(value).__name__)

"""Policies read from YAML, each fault with its line, and those that ship with the package.

What a file says beside the names of labels and settings is never shown: its lists may hold names of people.
"""

from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from loredact.document import is_label
from loredact.errors import InputError
from loredact.operators.registry import OPERATORS, problems, reason
from loredact.policy.policy import Policy

_SHIPPED = files("loredact.policy") / "shipped"
_SUFFIX = ".yaml"
# Where a message would name all faults of a file that is something else.
_MOST_FAULTS = 20
_Place = tuple[str | int, ...]
# libyaml's parser, where PyYAML has it, reads ten thousand entries in a tenth of the time.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def shipped_policies() -> list[str]:
    """The names of the policies that come with loredact."""
    return sorted(file.name.removesuffix(_SUFFIX) for file in _SHIPPED.iterdir() if file.name.endswith(_SUFFIX))


def find_policy(source: str | Path) -> Policy:
    """A policy by the name of one that comes with loredact, or by the path of a YAML file.

    Raises:
        InputError: where there is no such policy, or it has faults: all of them, each with its line.
    """
    try:
        return parse_policy(policy_text(source), str(source))
    except UnicodeDecodeError:
        raise InputError(f"The policy {source} is not valid UTF-8. Convert it first.") from None


def policy_text(source: str | Path) -> str:
    """The YAML of the policy that `find_policy` would read.

    Raises:
        InputError: where there is no such policy, or it cannot be read.
    """
    shipped = str(source) in shipped_policies()
    place = _SHIPPED / f"{source}{_SUFFIX}" if shipped else Path(source)
    try:
        return place.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(
            f"There is no policy {source}. Give the path of a file, or one of {', '.join(shipped_policies())}."
        ) from None
    except OSError as error:
        raise InputError(f"The policy {source} cannot be read: {error.strerror}.") from None


def parse_policy(text: str, name: str = "the policy") -> Policy:
    """The policy that the YAML, or JSON, `text` says; messages call it `name`.

    Raises:
        InputError: where it has faults: all of them, each with its line.
    """
    lines: dict[_Place, int] = {}
    faults: list[tuple[int, str]] = []
    try:
        node = yaml.compose(text, Loader=_Loader)
        values = {} if node is None else _values(node, (), lines, faults)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        at = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise InputError(f"{name} cannot be read as YAML{at}.") from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise InputError(f"{name} cannot be read as YAML ({type(error).__name__}).") from None
    if not isinstance(values, dict):
        raise InputError(f"{name} is no policy: it must hold settings, such as `default: replace`.")
    policy: Policy | None = None
    try:
        policy = Policy.model_validate(values)
    except ValidationError as error:
        faults += (_fault(problem, lines) for problem in problems(error))
    if faults or policy is None:
        listed = [f"  line {line}: {what}" for line, what in sorted(set(faults))]
        more = [f"  and {len(listed) - _MOST_FAULTS} more"] if len(listed) > _MOST_FAULTS else []
        raise InputError(f"{name} has faults:\n" + "\n".join(listed[:_MOST_FAULTS] + more))
    return policy


def _values(node: yaml.Node, place: _Place, lines: dict[_Place, int], faults: list[tuple[int, str]]) -> Any:
    """What `node` says, with the line of each value in `lines`, and keys that stand twice among the `faults`."""
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [_values(item, (*place, index), lines, faults) for index, item in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return _constructed(node)
    content: dict[Any, Any] = {}
    for key_node, value in node.value:
        line = key_node.start_mark.line + 1
        key = _constructed(key_node) if isinstance(key_node, yaml.ScalarNode) else None
        if not isinstance(key, str):
            faults.append((line, "a key is no text"))
            continue
        if key in content:
            faults.append((line, "this key stands twice"))
        lines[*place, key] = line
        content[key] = _values(value, (*place, key), lines, faults)
    return content


def _constructed(node: yaml.Node) -> Any:
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_object(node, deep=True)
    finally:
        loader.dispose()


def _fault(problem: ErrorDetails, lines: dict[_Place, int]) -> tuple[int, str]:
    """The line of a fault and what it is; of its place are named those parts that are settings, labels or numbers."""
    place: _Place = ()
    for part in problem["loc"]:
        # pydantic names the operator after `operator`, and says that a key is meant; the file has neither.
        if part != "[key]" and not (part in OPERATORS and place[-1:] == ("operator",)):
            place = (*place, part)
    at = place
    while at not in lines:
        at = at[:-1]
    unknown = problem["type"] == "extra_forbidden" or problem["loc"][-1] == "[key]"
    named = place[:-1] if unknown else place
    shown = ".".join(str(part + 1) if isinstance(part, int) else part for part in named if not _may_tell(part))
    what = reason(problem)
    return lines[at], f"{shown}: {what}" if shown else what


def _may_tell(part: str | int) -> bool:
    return isinstance(part, str) and not is_label(part)

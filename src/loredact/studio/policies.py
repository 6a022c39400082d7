"""What the page of masking can choose: a policy that ships or that somebody wrote, and operators for its own."""

import secrets
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from loredact.errors import InputError
from loredact.keys import Key
from loredact.operators import Keep, Mask, Number, Operator, Redact, Replace, Shift, Surrogate
from loredact.policy import Policy, Rule, find_policy, shipped_policies
from loredact.policy.reading import parse_policy
from loredact.studio.models import Masking


@cache
def _key() -> Key:
    """The key of made-up values and shifted dates: another one each time the studio starts, and nowhere kept."""
    return Key.of(secrets.token_urlsafe(32))


# By name, with what people read; what else there is asks for settings of its own, and stands in policies.
_OPERATORS: dict[str, tuple[str, Callable[[], Operator]]] = {
    "replace": ("its label: [PERSON]", Replace),
    "number": ("its label with a number for each: [PERSON_1]", Number),
    "surrogate": ("a made-up value that fits", lambda: Surrogate(key=_key())),
    "shift": ("for dates: another date, all moved alike", lambda: Shift(key=_key())),
    "mask": ("stars", Mask),
    "redact": ("nothing", Redact),
    "keep": ("itself: it is kept", Keep),
}


def choices() -> dict[str, Any]:
    """The policies and the operators, each with what it does."""
    return {
        "policies": [{"name": name, "about": find_policy(name).description} for name in shipped_policies()],
        "operators": [{"name": name, "about": about} for name, (about, _) in _OPERATORS.items()],
    }


def chosen_policy(asked: Masking) -> Policy:
    """The policy that `asked` says, with its operators in the place of the policy's.

    Raises:
        InputError: where there is no such policy or operator, or what was written has faults.
    """
    if asked.written is not None:
        policy = parse_policy(asked.written, "The policy")
    elif asked.policy in shipped_policies():
        policy = find_policy(asked.policy)
    else:
        raise InputError("There is no such policy.")
    default = policy.default if asked.operator is None else Rule(operator=_made(asked.operator))
    return policy.model_copy(update={"default": default, "labels": {**policy.labels, **_rules(asked.operators)}})


def _rules(operators: Mapping[str, str]) -> dict[str, Rule]:
    return {label: Rule(operator=_made(name)) for label, name in operators.items()}


def _made(name: str) -> Any:
    if name not in _OPERATORS:
        raise InputError("There is no such operator.")
    return _OPERATORS[name][1]()

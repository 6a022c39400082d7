"""The policies of a server, each ready: those that ship, and those its configuration names."""

from collections.abc import Mapping
from typing import Any

from loredact.errors import InputError
from loredact.operators import Mask, Number, Operator, Redact, Replace, make
from loredact.operators.settings import OperatorSettings
from loredact.policy import CompiledPolicy, Policy, Rule, find_policy, shipped_policies
from loredact.serve.config import Config
from loredact.serve.customers import Customer
from loredact.serve.errors import ApiError

DEFAULT = "default"
# What a request may ask for by itself. The others need keys, and which key there is and where, a request must not say.
_OF_REQUESTS: dict[str, type[OperatorSettings]] = {
    kind.model_fields["name"].default: kind for kind in (Replace, Redact, Mask, Number)
}
KEEP = "keep"
OTHERS = "DEFAULT"


class Policies:
    """Finds the policy that a request names.

    Raises:
        InputError: where one of the configuration has faults or lacks a key. One that ships and lacks a key, or a
            package, is not there.
    """

    def __init__(self, config: Config) -> None:
        self._compiled: dict[str, CompiledPolicy] = {}
        for name in shipped_policies():
            try:
                self._compiled[name] = CompiledPolicy(find_policy(name))
            except InputError:
                continue
        for name, path in config.policies.items():
            self._compiled[name] = CompiledPolicy(find_policy(path))
        self._of_config = frozenset(config.policies)

    def get(self, customer: Customer, name: str | None) -> CompiledPolicy:
        """The policy `name`; without one, the default.

        Raises:
            ApiError: 404 where there is none for this customer.
        """
        wanted = name or customer.default_policy or DEFAULT
        mine = wanted not in self._of_config or customer.policies is None or wanted in customer.policies
        if wanted not in self._compiled or not mine:
            raise ApiError(404, "You have no policy of that name.")
        return self._compiled[wanted]

    def known(self, customer: Customer) -> list[str]:
        """The names of the policies that `customer` may use."""
        return sorted(
            name
            for name in self._compiled
            if name not in self._of_config or customer.policies is None or name in customer.policies
        )


def with_operators(policy: CompiledPolicy, operators: Mapping[str, Mapping[str, Any]]) -> CompiledPolicy:
    """`policy` with a request's own operators, by label; `DEFAULT` takes the place of its default.

    Raises:
        ApiError: 422 where one cannot be made.
    """
    if not operators:
        return policy
    rules = {label: Rule(operator=_made(settings)) for label, settings in operators.items()}  # type: ignore[arg-type]
    said = policy.policy
    default = rules.pop(OTHERS, said.default)
    changed: Policy = said.model_copy(update={"labels": {**said.labels, **rules}, "default": default})
    return CompiledPolicy(changed)


def _made(settings: Mapping[str, Any]) -> Operator:
    name = settings.get("name")
    if isinstance(name, str) and (name in _OF_REQUESTS or name == KEEP):
        try:
            return make(name, {key: value for key, value in settings.items() if key != "name"})
        except InputError:
            raise ApiError(422, f"The operator {name} does not take these parameters.") from None
    raise ApiError(
        422, f"A request may name the operators {', '.join([*_OF_REQUESTS, KEEP])}; others stand in policies."
    )

"""YAML that a person wrote, read so that nothing in it is lost without a word."""

from collections import Counter
from typing import Any

import yaml

# So many keys are named in one message.
_NAMED = 12


class RepeatedKeyError(ValueError):
    """A key that stands twice under one heading; YAML would take the last one and say nothing."""


def parse_yaml(text: str) -> Any:
    """What the YAML `text` says, by PyYAML's safe loader.

    Raises:
        RepeatedKeyError: where a key stands twice; its message names the keys.
        yaml.YAMLError: where it is no YAML.
        RecursionError: where it is nested too deeply.
    """
    return yaml.load(text, Loader=_Loader)


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, which refuses a key that stands twice."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        counts = Counter(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
        twice = [key for key, count in counts.items() if count > 1]
        if twice:
            more = f" and {len(twice) - _NAMED} more" if len(twice) > _NAMED else ""
            raise RepeatedKeyError(f"stands more than once under one heading: {', '.join(twice[:_NAMED])}{more}.")
        return super().construct_mapping(node, deep)

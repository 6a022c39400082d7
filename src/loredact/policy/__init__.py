"""Policies: what is masked, what takes its place, and what is kept."""

from loredact.policy.compiled import CompiledPolicy
from loredact.policy.policy import Allowed, Denied, Policy, Rule
from loredact.policy.reading import find_policy, parse_policy, shipped_policies

__all__ = ["Allowed", "CompiledPolicy", "Denied", "Policy", "Rule", "find_policy", "parse_policy", "shipped_policies"]

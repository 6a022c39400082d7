"""Policies are checked whole, each fault is told with its line, and no value is shown."""

import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loredact.errors import InputError
from loredact.policy import CompiledPolicy, find_policy, parse_policy, shipped_policies

SECRET = "Zebulon Pike"
FAULTS = f"""
name: ours
{SECRET}: replace
default: {SECRET}
labels:
  PERSON: replace
  {SECRET}: replace
  AGE:
    operator: {{name: mask, masking_char: "{SECRET}"}}
    threshold: 2
    keep_if: [{SECRET}]
  PERSON: keep
  CREDIT_CARD: {{operator: {{name: hash}}}}
  TAX_ID: {{operator: {{name: encrypt, key: {SECRET}}}}}
  US_SSN: {{operator: {{name: replace, {SECRET}: 1}}}}
deny:
  - exact: [{SECRET}]
  - label: PERSON
    regex: ["{SECRET}("]
    exact: [{SECRET}, 12, " "]
allow: {SECRET}
"""


def told(text: str) -> str:
    with pytest.raises(InputError) as error:
        parse_policy(text, "ours.yaml")
    return str(error.value)


def test_each_fault_is_told_with_its_line_and_no_value() -> None:
    message = told(FAULTS)
    assert [int(line) for line in re.findall(r"line (\d+):", message)] == [
        *(3, 4, 7, 9, 10, 11, 12, 13, 14, 15, 17, 19, 20, 20, 21),
    ]
    assert SECRET not in message
    assert "Pike" not in message


@pytest.mark.parametrize("text", ["a: [", "- 1", "{", "a: *x", "12", f"a: !!python/name:os.{'system'} x", "\t"])
def test_what_is_no_policy_at_all_is_told_in_one_line(text: str) -> None:
    assert told(text).count("\n") <= 1


@given(st.text(max_size=80))
def test_any_text_is_a_policy_or_is_refused(text: str) -> None:
    with suppress(InputError):
        parse_policy(text)


def test_a_file_of_many_faults_names_the_first() -> None:
    many = "\n".join(f"x{number}: 1" for number in range(50))
    assert "and 30 more" in told(many)


def test_a_policy_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="hipaa-safe-harbor"):
        find_policy(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"name: \xe9")
    with pytest.raises(InputError, match="UTF-8"):
        find_policy(tmp_path / "latin.yaml")


def test_the_shipped_policies_are_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOREDACT_KEY", "a key of 16 bytes or more")
    assert shipped_policies() == ["default", "everything", "gdpr-pseudonymise", "hipaa-safe-harbor", "pci", "secrets"]
    for name in shipped_policies():
        policy = find_policy(name)
        assert policy.name == name
        assert policy.description
        CompiledPolicy(policy)
        assert (Path(__file__).parents[2] / "docs" / "policies" / f"{name}.md").exists()


def test_a_policy_without_its_key_is_read_and_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOREDACT_KEY", raising=False)
    policy = find_policy("gdpr-pseudonymise")
    with pytest.raises(InputError, match="LOREDACT_KEY is not there"):
        CompiledPolicy(policy)

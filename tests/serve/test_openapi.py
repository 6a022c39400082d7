"""What the description at /openapi.json says is true: Schemathesis asks by it; and malformed requests are refused."""

from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings

from tests.serve.conftest import Running
from tests.serve.fuzz import fuzz

schemathesis = pytest.importorskip("schemathesis")


def test_each_answer_is_one_that_the_description_tells(open_server: Running) -> None:
    checks = schemathesis.checks
    schema = schemathesis.openapi.from_url(f"{open_server.url}/openapi.json")
    asked = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.method == "put":  # a ZIP file, which Schemathesis does not make; `test_v1.py` puts some
            continue
        # Presidio answers 500 where a request is wrong.
        presidios = operation.path in {"/analyze", "/recognizers", "/supportedentities"}
        # What a route refuses beyond its schema (an adapter that is not there, another method) it tells in words.
        loose = [checks.positive_data_acceptance, checks.negative_data_rejection, checks.unsupported_method]
        loose.append(checks.ignored_auth)  # this server has no customers, and so asks for no key
        excluded = [*loose, checks.not_a_server_error] if presidios else loose

        asked += _ask(operation, excluded)
    assert asked > 200


def _ask(operation: Any, excluded: list[Any]) -> int:
    """Ask by the description of one operation, and hold each answer against it; how often it was asked."""
    asked = 0

    @given(case=operation.as_strategy())
    @settings(max_examples=20, suppress_health_check=list(HealthCheck), derandomize=True)
    def holds(case: Any) -> None:
        nonlocal asked
        asked += 1
        case.call_and_validate(excluded_checks=excluded, timeout=60)

    holds()
    return asked


def test_malformed_requests_are_refused_without_a_value(open_server: Running) -> None:
    told = fuzz(open_server.url, count=800, seed=7)
    assert told.asked == 800
    assert told.faults == []
    assert told.refused > 400
    with httpx.Client(base_url=open_server.url, timeout=60) as client:
        assert client.post("/v1/mask", json={"text": "still there"}).status_code == 200

"""What the description at /openapi.json says is true: Schemathesis asks by it; and malformed requests are refused."""

from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, settings

from tests.serve.conftest import Running
from tests.serve.fuzz import fuzz

schemathesis = pytest.importorskip("schemathesis")


@pytest.fixture
def described(open_server: Running) -> Any:
    return schemathesis.openapi.from_url(f"{open_server.url}/openapi.json")


schema = schemathesis.pytest.from_fixture("described")


@schema.exclude(path_regex="^/v1/adapters/").parametrize()
@settings(max_examples=25, suppress_health_check=list(HealthCheck), derandomize=True)
def test_each_answer_is_one_that_the_description_tells(case: Any) -> None:
    checks = schemathesis.checks
    # Presidio answers 500 where a request is wrong, and takes what its description does not allow.
    theirs = [checks.not_a_server_error] if case.path in {"/analyze", "/recognizers", "/supportedentities"} else []
    loose = [checks.negative_data_rejection, checks.positive_data_acceptance, checks.unsupported_method]
    case.call_and_validate(excluded_checks=[*theirs, *loose], timeout=60)


def test_malformed_requests_are_refused_without_a_value(open_server: Running) -> None:
    told = fuzz(open_server.url, count=3000, seed=7)
    assert told.asked == 3000
    assert told.faults == []
    assert told.refused > 1500
    with httpx.Client(base_url=open_server.url, timeout=60) as client:
        assert client.post("/v1/mask", json={"text": "still there"}).status_code == 200

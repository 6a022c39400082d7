from pathlib import Path

import pytest

from loredact.errors import InputError
from loredact.serve.config import Config, read_config
from loredact.serve.customers import Customers, hash_of, new_key
from loredact.serve.errors import ApiError


def _read(folder: Path, text: str) -> Config:
    (folder / "server.yaml").write_text(text)
    return read_config(folder / "server.yaml")


def test_a_configuration_of_nothing_serves_the_adapters_that_ship(tmp_path: Path) -> None:
    config = _read(tmp_path, "")
    assert set(config.folders()) == {"default", "fast"}
    assert Customers(config).open


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("limits: {seconds: -1}", "limits.seconds"),
        ("unknown: 1", "unknown"),
        ("adapters: {North: /tmp}", "adapters.North"),
        ("adapters: {north: /no/such/folder}", "adapters.north"),
        ("adapter-folder: /no/such/folder", "adapter-folder"),
        ("default-adapter: missing", "default-adapter"),
        ("customers: {north: {keys: [secret]}}", "customers.north.keys"),
        ("customers: {north: {keys: []}}", "customers.north.keys"),
        ("customers: {north: {keys: ['sha256:" + "0" * 64 + "'], adapters: [missing]}}", "missing"),
        ("limits: {texts: 1}\nlimits: {texts: 2}", "stands more than once"),
        ("- a\n- b", "must hold entries"),
        ("a: [", "cannot be read as YAML"),
    ],
)
def test_a_configuration_with_anything_wrong_is_refused_and_says_what(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InputError, match=told.replace(".", r"\.")):
        _read(tmp_path, text)


def test_one_key_cannot_be_two_customers(tmp_path: Path) -> None:
    _, hashed = new_key()
    with pytest.raises(InputError, match="one key stands with two customers"):
        _read(tmp_path, f"customers: {{a: {{keys: ['{hashed}']}}, b: {{keys: ['{hashed}']}}}}")


def test_a_key_is_its_customers_and_nobody_elses(tmp_path: Path) -> None:
    (north, north_hash), (south, south_hash), (other, _) = new_key(), new_key(), new_key()
    customers = Customers(
        _read(tmp_path, f"customers: {{north: {{keys: ['{north_hash}']}}, south: {{keys: ['{south_hash}']}}}}")
    )
    found = [customers.by_key(key) for key in (north, south, other, None, "", north_hash)]
    assert [one and one.name for one in found] == ["north", "south", None, None, None, None]
    assert north not in repr(customers.by_key(north))
    assert hash_of(north) == north_hash


def test_a_customer_is_held_to_its_rate_and_told_when_to_come_again(tmp_path: Path) -> None:
    key, hashed = new_key()
    limits = "limits: {requests-per-minute: 60, concurrent: 100}"
    customer = Customers(_read(tmp_path, f"customers: {{north: {{keys: ['{hashed}'], {limits}}}}}")).by_key(key)
    assert customer is not None
    refused = []
    for _ in range(20):
        try:
            customer.enter()
        except ApiError as error:
            refused.append((error.status, error.headers["Retry-After"]))
    assert set(refused) == {(429, "1")}
    assert len(refused) in {13, 14}  # six at once, and one or none that came free meanwhile


def test_a_customer_has_no_more_requests_under_way_than_its_limit(tmp_path: Path) -> None:
    customer = Customers(_read(tmp_path, "limits: {concurrent: 2}")).by_key(None)
    assert customer is not None
    customer.enter()
    customer.enter()
    with pytest.raises(ApiError, match="under way"):
        customer.enter()
    customer.leave()
    customer.enter()

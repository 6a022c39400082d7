"""Versions are no addresses, and what every machine has is nobody's."""

import pytest

from loredact.document import Span
from loredact.rules import find, possible


def found(text: str, label: str) -> list[str]:
    return [text[span.start : span.end] for span in find(text, {label})]


VERSIONS = [
    '"packageVersion": "10.2.3.4"', "appVersion=10.2.3.4", "<FileVersion>10.2.3.4</FileVersion>",
    "productversion: 10.20.30.40",
    "version 203.0.113.9", "AssemblyVersion(10.2.3.4)", "fileVersion → 192.168.3.4",
]  # fmt: skip


@pytest.mark.parametrize("text", VERSIONS)
def test_a_number_behind_a_key_that_ends_in_version_is_no_address(text: str) -> None:
    assert found(text, "IP_ADDRESS") == []
    start = next(place for place, sign in enumerate(text) if sign.isdigit())
    end = next((place for place in range(start, len(text)) if text[place] not in "0123456789."), len(text))
    assert not possible(text, Span(start, end, "IP_ADDRESS"))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("clientIp=10.7.31.9", "10.7.31.9"),
        ("clientIp=203.0.113.9", "203.0.113.9"),
        ("remoteAddr: 203.0.113.9", "203.0.113.9"),
        ("hostVersion unknown; from 203.0.113.9", "203.0.113.9"),
        ('"appVersion": "1.2", "clientIp": "10.7.31.9"', "10.7.31.9"),
    ],
)
def test_an_address_near_a_version_is_an_address(text: str, address: str) -> None:
    assert found(text, "IP_ADDRESS") == [address]
    start = text.index(address)
    assert possible(text, Span(start, start + len(address), "IP_ADDRESS"))


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "0.0.0.0", "255.255.255.255", "255.255.255.0", "224.0.0.251", "::1", "ff02::fb"]
)
def test_an_address_that_every_machine_has_is_impersonal(address: str) -> None:
    text = f"listening on ip {address} now"
    assert found(text, "IP_ADDRESS") == []
    assert not possible(text, Span(16, 16 + len(address), "IP_ADDRESS"))


@pytest.mark.parametrize(
    "mac",
    [
        "ff:ff:ff:ff:ff:ff",
        "FF-FF-FF-FF-FF-FF",
        "01:00:5e:00:00:fb",
        "33:33:00:00:00:fb",
        "01:80:c2:00:00:0e",
        "ffff.ffff.ffff",
    ],
)
def test_a_mac_address_of_a_group_is_impersonal_device(mac: str) -> None:
    assert found(f"MAC {mac} seen", "DEVICE_ID") == []
    assert not possible(f"MAC {mac} seen", Span(4, 4 + len(mac), "DEVICE_ID"))


def test_zeros_are_nobodys_device_and_one_of_a_maker_is_somebodys() -> None:
    assert not possible("MAC 00:00:00:00:00:00", Span(4, 21, "DEVICE_ID"))
    assert possible("MAC 3c:22:fb:9a:00:1e", Span(4, 21, "DEVICE_ID"))
    assert found("MAC 3c:22:fb:9a:00:1e", "DEVICE_ID") == ["3c:22:fb:9a:00:1e"]

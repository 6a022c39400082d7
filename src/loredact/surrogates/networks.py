"""Addresses of networks and devices, from the ranges that are kept for documentation and tests.

IPv4: 192.0.2.0/24, 198.51.100.0/24 and 203.0.113.0/24 (RFC 5737), and where a scope has used these up 198.18.0.0/15
(RFC 2544). An address of a private network (RFC 1918) or of the machine itself stays in its network. IPv6: 2001:db8::/32
(RFC 3849). MAC addresses: 00-00-5E-00-53-00 to -FF (RFC 7042), then those that IEEE 802 leaves to anybody (locally
administered). An IMEI begins with 00, which 3GPP TS 23.003 gives to test equipment, and its Luhn digit holds.
"""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from random import Random

from loredact.surrogates.cards import in_form_of
from loredact.surrogates.characters import by_class
from loredact.surrogates.numbers import with_check

_DOCUMENTATION = tuple(map(ip_network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")))
_BENCHMARKS = ip_network("198.18.0.0/15")
_PRIVATE = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16")))
_V6 = IPv6Network("2001:db8::/32")
_ADDRESS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]+")
_MAC = re.compile(r"(?:[0-9A-Fa-f]{2}[:-]?){5}[0-9A-Fa-f]{2}|(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}")


def ip(value: str, random: Random, attempt: int) -> str:
    """The surrogate of an IP address; its port, prefix and brackets stay."""
    match = _ADDRESS.search(value)
    try:
        address = ip_address(re.sub(r"\b0+(?=[0-9])", "", match[0]) if match and ":" not in match[0] else match[0] if match else "")
    except ValueError:
        return by_class(value, random)
    assert match is not None
    if isinstance(address, IPv6Address):
        groups = [f"{random.randrange(1, 1 << 16):x}" for _ in range(3)]
        new = f"2001:db8:{groups[0]}::{groups[1]}:{groups[2]}"
        new = new.upper() if match[0].isupper() else new
    else:
        home = next((network for network in _PRIVATE if address in network), None)
        network = home or (random.choice(_DOCUMENTATION) if attempt < 40 else _BENCHMARKS)
        new = str(IPv4Address(int(network.network_address) + random.randrange(1, network.num_addresses - 1)))
    return value[: match.start()] + new + value[match.end() :]


def device(value: str, random: Random, attempt: int) -> str:
    """The surrogate of a MAC address, an IMEI or a serial number."""
    from stdnum import luhn

    if _MAC.fullmatch(value):
        start = "00005e0053" if attempt < 20 else f"{random.randrange(64) * 4 + 2:02x}" + _hex(random, 8)
        signs = iter(start + _hex(random, 2))
        new = "".join(next(signs) if sign.isalnum() else sign for sign in value)
        return new.upper() if value.upper() == value else new
    digits = "".join(filter(str.isdigit, value))
    if len(digits) == 15 and not any(map(str.isalpha, value)) and luhn.is_valid(digits):
        body = "00" + "".join(str(random.randrange(10)) for _ in range(12))
        return in_form_of(value, body + luhn.calc_check_digit(body))
    return with_check(value, (), random)


def _hex(random: Random, count: int) -> str:
    return "".join(random.choice("0123456789abcdef") for _ in range(count))

"""IP addresses, of version 4 (RFC 791) and 6 (RFC 4291)."""

import re
from collections.abc import Iterator
from ipaddress import IPv6Address, ip_address

from loredact.rules.offsets import Offsets, follows, widen

_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_V4 = re.compile(rf"(?<![A-Za-z0-9_.])(?<![A-Za-z_]-)(?:{_OCTET}\.){{3}}{_OCTET}(?![A-Za-z0-9_]|\.[0-9]|-[A-Za-z])")
_PORT_OR_PREFIX = re.compile(r":[0-9]{2,5}(?![0-9:.])|/(?:[12]?[0-9]|3[0-2])(?![0-9./])")
# Networks that are not the internet (RFC 1918, 1122 and 3927): few version numbers lie in them.
_LOCAL = re.compile(r"10\.|127\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2[0-9]|3[01])\.")
_VERSION_WORD = re.compile(
    r"(?<![^\W\d_])(?:versi[oó]n\w*|versione|versie|v|ver|rev|rel|releases?|upgraded?|upgrading|updated?|builds?|firmware|fw|"
    r"drivers?|sdk|patch(?:ed)?|bios|kernel|aktualisiert|actualiz\w+|aggiorna\w+|package|lib\w*)(?![^\W\d_])",
    re.IGNORECASE,
)
# A word that ends in `version` tells of what comes right after it: `"packageVersion": "10.2.3.4"`.
_VERSION_KEY = re.compile(r"(?:version|versi[oó]n|(?<![^\W\d_])ver)[^\w\n]{1,6}\Z", re.IGNORECASE)
_IP_WORD = re.compile(
    r"(?:(?<![^\W\d_])|(?-i:(?<=[a-z])(?=[A-Z])))"
    r"(?:ips?|ipv4|ip[ -]?adress\w*|hosts?|hostname|nameserver|addr|address(?:es)?|from|clients?|servers?|"
    r"servidor|serveur|source|src|dst|dest|destination|peer|remote|gateway|proxy|router|dns|subnet|ping|ssh|login|"
    r"logged in|adresse?n?|direcci[oó]n|indirizzo|adres|von|desde|depuis|"
    r"vanaf|x-forwarded-for|listen|bind)(?![^\W\d_])[^\w\n]{0,4}"
    r"(?:(?:is|was|ist|war|es|est|era|address|in|on|at)[^\w\n]{1,4}){0,2}\Z",
    re.IGNORECASE,
)
_V6 = re.compile(r"[0-9A-Fa-f:.]{4,}")
_LONGEST_V6 = 45
_SIGNS = frozenset("0123456789abcdefABCDEF.:")
_DECORATION = re.compile(r"^\[|\](?::[0-9]{1,5})?$|/[0-9]{1,3}$|%[A-Za-z0-9]+$")
_TIME = re.compile(r"[0-9]{1,2}(?::[0-9]{1,2}(?:\.[0-9]+)?){1,2}")
_PADDING = re.compile(r"\b0+(?=[0-9])")
_V4_PORT = re.compile(r"^([0-9.]+):[0-9]{1,5}$")


def find(text: str) -> Iterator[Offsets]:
    """Addresses of version 6, and of version 4 where something tells them from a version number of four parts.

    That is a local network, a port or a prefix behind, or a word such as `ip` or `from` just before. Those that every
    machine has, or none, are nobody's (RFC 6890: unspecified, loopback, broadcast, multicast; and masks of networks).
    """
    for match in _V4.finditer(text):
        if _is_told(text, match) and not _is_everybodys(match[0]):
            yield match.span()
    if text.count(":") >= 2:
        for match in _V6.finditer(text):
            yield from _v6_in(text, match)


def possible(text: str, start: int, end: int) -> bool:
    """False where the figures and dots of the span are no address, or a version's; or nobody's; or a time of day.

    A span that ends within a longer one is judged by that; with other signs in it, it is left open, and so are groups
    of hexadecimal figures, which may be a part of an address or of a device's.
    """
    low, high = widen(text, start, end, _SIGNS.__contains__, _LONGEST_V6)
    written = "".join(text[start:end].split())
    if _is_address(written):
        return not _is_everybodys(_bare(written)) and (":" in written or not follows(_VERSION_KEY, text, start, 20))
    if _is_address(text[low:high].strip(".:")):
        return True
    bare = _bare(written)
    known = set(bare) <= set("0123456789.") or _TIME.fullmatch(bare) is not None
    return not known or not any(map(str.isdigit, bare))


def _bare(written: str) -> str:
    """Without brackets, port, prefix and zone."""
    for _ in range(2):
        written = _DECORATION.sub("", written)
    with_port = _V4_PORT.match(written)
    return with_port[1] if with_port else written


def _is_address(written: str) -> bool:
    bare = _bare(written)
    try:
        # Python refuses the zeros that logs are padded with, since some programs read them as octal.
        ip_address(bare if ":" in bare else _PADDING.sub("", bare))
    except ValueError:
        return False
    return True


def _is_everybodys(bare: str) -> bool:
    try:
        address = ip_address(bare)
    except ValueError:  # padded with zeros
        return False
    return address.is_unspecified or address.is_loopback or address.is_multicast or bare.startswith("255.")


def _is_told(text: str, match: re.Match[str]) -> bool:
    start, end = match.span()
    if follows(_VERSION_WORD, text, start, 16) or follows(_VERSION_KEY, text, start, 20):
        return False
    if _PORT_OR_PREFIX.match(text, end) or _LOCAL.match(match[0]):
        return True
    return follows(_IP_WORD, text, start) and not follows(_VERSION_WORD, text, start)


def _v6_in(text: str, match: re.Match[str]) -> Iterator[Offsets]:
    start, end = match.span()
    end = start + len(match[0].rstrip(":."))
    if match[0].endswith("::"):
        end = match.end()
    if match[0].startswith(":") and not match[0].startswith("::"):
        start += 1  # the colon of `ip:fe80::1`
    elif start and (text[start - 1].isalnum() or text[start - 1] == "_"):
        return
    written = text[start:end]
    if end - start > _LONGEST_V6 or text[end : end + 1].isalnum() or written.count(":") < 2:
        return
    groups = written.split(":")
    if not any(len(group) >= 3 for group in groups) or not any(map(str.isdigit, written)):
        return  # a time of day, or the names of a program
    try:
        IPv6Address(written)
    except ValueError:
        return
    if not _is_everybodys(written):
        yield start, end

"""Addresses in attributes of markup: character references and, in them, percent-encoding."""

import html
import re
from collections.abc import Iterator
from urllib.parse import quote

from loredact.formats.decoded import Decoded, Token
from loredact.formats.escapes import references

_LINKS = frozenset({"href", "src", "action", "cite", "data", "formaction", "poster", "srcset", "xlink:href", "background"})
_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]*:\S+", re.IGNORECASE)
_CHARACTER = re.compile(r"(?:%[0-9a-fA-F]{2})+")


def is_link(key: str, value: str) -> bool:
    """Whether the attribute holds an address (RFC 3986)."""
    return key in _LINKS or _SCHEME.fullmatch(value) is not None


def in_link(value: str, *, xml: bool) -> Decoded:
    """What the attribute's value means. Percent-encoding that is not UTF-8 stays as it is."""
    tokens = [*references(value, xml=xml), *_characters(value)]
    return Decoded(value, sorted(tokens, key=lambda token: token.start))


def write_link(text: str) -> str:
    """`text` for a place in an address in an attribute. What masks often have, `[` and `]`, is encoded too."""
    return html.escape(quote(text, safe="@:/"))


def _characters(value: str) -> Iterator[Token]:
    for match in _CHARACTER.finditer(value):
        try:
            text = bytes.fromhex(match[0].replace("%", "")).decode()
        except UnicodeDecodeError:
            continue
        start = match.start()
        for character in text:
            end = start + 3 * len(character.encode())
            yield Token(start, end, character)
            start = end

"""E-mail addresses: the grammar people use, of RFC 5321 and RFC 6531, without quotes and comments."""

import re
from collections.abc import Iterator

from loredact.rules.stretches import Stretch, widen

# Letters of Latin, Greek and Cyrillic; in scripts without spaces an address has to end somewhere.
_LETTER = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0370-\u03ff\u0400-\u04ff"
_LONGEST_LOCAL = 64
_LONGEST = 254
# The part before the @, read backwards.
_LOCAL_BACKWARDS = re.compile(rf"[{_LETTER}0-9_+'-]+(?:\.[{_LETTER}0-9_+'-]+)*")
_DOMAIN = re.compile(
    rf"(?:[{_LETTER}0-9](?:[{_LETTER}0-9_-]{{0,61}}[{_LETTER}0-9])?\.)+(?:xn--[a-z0-9-]{{2,58}}|[{_LETTER}]{{2,24}})"
    rf"(?![{_LETTER}0-9])"
)
_FILES = frozenset({"png", "jpg", "jpeg", "gif", "svg", "webp"})  # logo@2x.png
# An @ as it is written, misread from a page, escaped or spelt.
_AT = re.compile(
    r"[@＠﹫©®]|%40|&#64;|[(\[{<]\s*(?:at|a|ät)\s*[)\]}>]"
    r"|(?<![^\W_])(?:at|ät|arroba|arobase|chiocciola|apenstaartje|klammeraffe)(?![^\W_])",
    re.IGNORECASE,
)


def find(text: str) -> Iterator[Stretch]:
    """Addresses with a domain of two names or more; the dot that ends a sentence is not theirs."""
    last = 0
    at = text.find("@")
    while at >= 0:
        if domain := _DOMAIN.match(text, at + 1):
            start = _local_start(text, at)
            if last <= start < at and _is_address(text, start, at, domain):
                last = domain.end()
                yield start, last
        at = text.find("@", at + 1)


def possible(text: str, start: int, end: int) -> bool:
    """False where neither the span nor the word it is part of has an @, in any of the ways to write it."""
    start, end = widen(text, start, end, lambda sign: not sign.isspace(), _LONGEST)
    return _AT.search(text, max(0, start - 6), end + 6) is not None


def _local_start(text: str, at: int) -> int:
    """Where the part before the @ at `at` begins; `at` where there is none."""
    backwards = text[max(0, at - _LONGEST_LOCAL - 1) : at][::-1]
    local = _LOCAL_BACKWARDS.match(backwards)
    if not local or local.end() > _LONGEST_LOCAL:
        return at
    start = at - local.end()
    while start < at and text[start] in "'+-":
        start += 1
    return start


def _is_address(text: str, start: int, at: int, domain: re.Match[str]) -> bool:
    if domain[0].rpartition(".")[2].lower() in _FILES:
        return False
    if text[start:at] == "git" and text[domain.end() : domain.end() + 1] == ":":
        return False  # git@example.org:team/project
    scheme = text.rfind("://", max(0, start - _LONGEST_LOCAL), start)
    # https://user:password@example.org
    return scheme < 0 or re.search(r"[\s/]", text[scheme + 3 : start]) is not None

"""E-mail addresses: the grammar of RFC 5321 and RFC 6531 without quotes and comments, and addresses that are spelt."""

import re
from collections.abc import Iterator

from loredact.rules.offsets import Offsets, follows, widen

# Letters of Latin, Greek and Cyrillic; in scripts without spaces an address has to end somewhere.
_LETTER = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0370-\u03ff\u0400-\u04ff"
_LONGEST_LOCAL = 64
_LONGEST = 254
# The part before the @, read backwards: RFC 5321's `Dot-string`.
_SIGNS = r"_+'!#$%&*/=?^`{|}~-"
_LOCAL_BACKWARDS = re.compile(rf"[{_LETTER}0-9{_SIGNS}]+(?:\.[{_LETTER}0-9{_SIGNS}]+)*")
# What a sentence, a list or a table puts before an address, though an address may begin so.
_NOT_FIRST = "'+-!#$%&*/=^`|~"
# `key=` before an address: the key of a query string or a log line is one of few signs, or tells of whom.
_KEY = re.compile(
    r"(?<![^?&;,|`({<\[\"'])[\w.-]*\Z|(?<![\w.+-])[\w-]{1,2}\Z|(?:mail|user|login|account)\Z|"
    r"(?:(?<![^\W_])|(?-i:(?<=[a-z])(?=[A-Z])))(?:from|to|cc|sender|recipient|contact|addr|address|key|id|name|owner|author|"
    r"value|reply|notify|subject|upn|uid|who)\Z",
    re.IGNORECASE,
)
_ATTRIBUTES = re.compile(
    r"[\w.-]*(?:/[A-Za-z0-9]{1,16}=[^/=]+)+/?"
)  # X.400 in the part before the @: /g=ada/s=moorcroft
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
_WORD = rf"[{_LETTER}0-9](?:[{_LETTER}0-9_+-]{{0,62}}[{_LETTER}0-9])?"
_SPELT_DOT = r"\s?[(\[{<]\s?(?:dot|punkt|punto|point|\.)\s?[)\]}>]\s?|\s(?:dot|punkt|punto|point)\s"
# In brackets, or as a word; `(a)`, which also numbers a list, without blanks around it.
_SPELT_AT = re.compile(
    r"(?P<bracketed>\s?(?P<open>[(\[{<])\s?(?:at|@|ät|arroba|arobase|chiocciola)\s?[)\]}>]\s?|(?<=\w)[(\[{]a[)\]}](?=\w))"
    r"|\s(?:at|arroba|arobase|chiocciola)\s",
    re.IGNORECASE,
)
_SPELT_LOCAL = re.compile(rf"(?<![{_LETTER}0-9]){_WORD}(?:(?:{_SPELT_DOT}|\.){_WORD}){{0,3}}\Z", re.IGNORECASE)
_SPELT_DOMAIN = re.compile(
    rf"(?:{_WORD}(?:{_SPELT_DOT}|\.)){{1,3}}[{_LETTER}]{{2,24}}(?![{_LETTER}0-9])", re.IGNORECASE
)
_BY_MAIL = re.compile(
    r"(?<![^\W\d_])e?-?(?:mails?|post|correo|adress\w*|address\w*|write to|reach)(?![^\W\d_])", re.IGNORECASE
)


def find(text: str) -> Iterator[Offsets]:
    """Addresses with a domain of two names or more, and such as are spelt: `ada (at) example (dot) org`.

    The dot that ends a sentence is not theirs, nor is the key of `mail=ada@example.org`.
    """
    yield from _spelt(text)
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
    for sign in "?|`;":
        start = max(start, text.rfind(sign, start, at) + 1)
    written = text[start:at]
    if "{{" in written or "${" in written or "}}" in written:  # a template
        return at
    if written.count("{") != written.count("}"):
        start = max(start, text.rfind("{", start, at) + 1, text.rfind("}", start, at) + 1)
    if "=" in text[start:at]:
        start = max(start, text.rfind("&", start, at) + 1)
    if _ATTRIBUTES.fullmatch(text, start, at):
        return start
    start = _behind_path_and_key(text, start, at)
    while start < at and text[start] in _NOT_FIRST:
        start += 1
    return start


def _behind_path_and_key(text: str, start: int, at: int) -> int:
    start = max(start, text.rfind("/", start, at) + 1)
    equals = text.rfind("=", start, at)
    if equals >= 0 and _KEY.search(text[max(0, start - 1) : equals]):
        return equals + 1
    return start


def _spelt(text: str) -> Iterator[Offsets]:
    for at in _SPELT_AT.finditer(text):
        domain = _SPELT_DOMAIN.match(text, at.end())
        if not domain:
            continue
        low = max(0, at.start() - _LONGEST_LOCAL)
        local = _SPELT_LOCAL.search(text[low : at.start()])
        if local and (at["bracketed"] or _is_spelt_out(text, low + local.start(), at, domain)):
            yield low + local.start(), domain.end()


def _is_spelt_out(text: str, start: int, at: re.Match[str], domain: re.Match[str]) -> bool:
    """Whether an `at` without brackets is an @: its dots are spelt, in capitals or behind a word such as mail."""
    if "." in domain[0]:
        return False
    return (at[0].isupper() and domain[0] != domain[0].lower()) or follows(_BY_MAIL, text, start)


def _is_address(text: str, start: int, at: int, domain: re.Match[str]) -> bool:
    if domain[0].rpartition(".")[2].lower() in _FILES:
        return False
    if text[start:at] == "git" and text[domain.end() : domain.end() + 1] == ":":
        return False  # git@example.org:team/project
    scheme = text.rfind("://", max(0, start - _LONGEST_LOCAL), start)
    # https://user:password@example.org
    return scheme < 0 or re.search(r"[\s/]", text[scheme + 3 : start]) is not None

"""E-mail addresses, user names and web addresses: those of a person fit the person's new name.

Names stand in them whole, or put together as people do (`alovelace`, `ada.l`, `lovelacea`). Domains become names under
`example.com`, `example.net` and `example.org`, which are nobody's (RFC 2606, RFC 6761).
"""

import re
from random import Random

from loredact.linking import plain
from loredact.surrogates.book import Page
from loredact.surrogates.characters import by_class
from loredact.surrogates.names import is_name
from loredact.surrogates.people import in_case_of, new_word, parse

_LETTERS = re.compile(r"[^\W\d_]+")
# What says what an address is for, and nothing of whose it is.
_COMMON = frozenset(
    "info contact office mail email support sales admin hello help service team jobs noreply reply no www web http https "
    "ftp com org net edu gov html php index blog news shop de uk fr es it nl user users profile profiles id".split()
)  # fmt: skip
_LATIN = str.maketrans({"ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "ß": "ss", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_DOMAINS = ("example.com", "example.net", "example.org")
_FREE = frozenset(
    "gmail googlemail hotmail outlook live yahoo aol icloud gmx web mail proton protonmail yandex".split()
)  # fmt: skip


def latin(name: str) -> str:
    """A name as it stands in an address: small letters a to z, where it has such."""
    return "".join(c for c in plain(name).translate(_LATIN) if c.isascii() and c.isalnum())


def handles_of(name: str, page: Page) -> dict[str, str]:
    """How a person's name is put together in addresses, and how the surrogate's is."""
    whole = parse(name)
    pairs = [(role, latin(word), latin(new_word(word, role, whole, page))) for word, role in whole.roles]
    pairs = [pair for pair in pairs if pair[1] and pair[2]]
    found = {old: new for _, old, new in pairs}
    given = [(old, new) for role, old, new in pairs if role == "given"][:1]
    family = [(old, new) for role, old, new in pairs if role == "family"][-1:]
    for (g, new_g), (f, new_f) in zip(given, family, strict=False):
        found |= {
            g + f: new_g + new_f,
            f + g: new_f + new_g,
            g[0] + f: new_g[0] + new_f,
            f + g[0]: new_f + new_g[0],
            g + f[0]: new_g + new_f[0],
            f[0] + g: new_f[0] + new_g,
            g[0] + f[0]: new_g[0] + new_f[0],
        }
    return found


def handle(value: str, page: Page, known: dict[str, str], random: Random, attempt: int) -> str:
    """A user name, or what stands before the @ of an address, with its names replaced and its digits drawn anew."""
    initials = {old[0]: new[0] for old, new in known.items() if len(old) > 2}

    def new(match: re.Match[str]) -> str:
        word = latin(match[0])
        if word in known:
            return in_case_of(match[0], known[word])
        if len(word) == 1 and word in initials:
            return in_case_of(match[0], initials[word])
        if plain(match[0]) in _COMMON:
            return match[0]
        if len(word) < 3:
            return by_class(match[0], random)
        whole = parse(match[0].capitalize())
        role = whole.roles[0][1] if whole.roles and is_name(match[0]) else "family"
        return in_case_of(match[0], latin(new_word(match[0].capitalize(), role, whole, page)) or by_class(word, random))

    written = _LETTERS.sub(new, value)
    written = "".join(by_class(sign, random) if sign.isdigit() else sign for sign in written)
    if written == value or attempt:
        written += str(random.randrange(10, 10 ** min(2 + attempt, 9)))
    return written


def email(value: str, page: Page, known: dict[str, str], random: Random, attempt: int) -> str:
    """An e-mail address; one that is not of the usual form, by the class of its characters."""
    local, at, domain = value.rpartition("@")
    if not at or not local or not domain:
        return by_class(value, random)
    return f"{handle(local, page, known, random, attempt)}@{host(domain, page)}"


def url(value: str, page: Page, known: dict[str, str], random: Random, attempt: int) -> str:
    """A web address: another host, the names and digits of its path replaced."""
    match = re.match(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)?(?P<user>[^/@\s]*@)?(?P<host>[^/:?#]+)(?P<rest>.*)", value, re.DOTALL)
    if match is None:
        return by_class(value, random)
    user = f"{handle(match['user'][:-1], page, known, random, 0)}@" if match["user"] else ""
    rest = handle(match["rest"], page, known, random, 0) if len(match["rest"]) > 1 else match["rest"]
    if attempt:
        rest = f"{rest.rstrip('/')}/{random.randrange(10, 10 ** (1 + attempt))}"
    return f"{match['scheme'] or ''}{user}{host(match['host'], page)}{rest}"


def host(name: str, page: Page) -> str:
    """Another name of a host under a domain that is nobody's; the same for the same."""
    parts = name.lower().rstrip(".").split(".")
    www = ["www"] if parts[0] == "www" and len(parts) > 2 else []
    parts = parts[len(www) :]
    own = [part for part in parts if part not in _COMMON and len(part) > 2] or parts[:1]
    domain = page.chance("domain", *own).choice(_DOMAINS)
    if own[-1] in _FREE:
        return ".".join([*www, domain])
    words = [latin(new_word(own[-1].capitalize(), "family", parse("Smith"), page)) or "mail"]
    return ".".join([*www, *words, domain])

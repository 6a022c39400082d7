"""URLs (RFC 3986): with a scheme, or with `www.` before a name."""

import re
from collections.abc import Iterator

from loredact.rules.offsets import Offsets

_URL = re.compile(
    r"(?<![A-Za-z0-9+.-])(?:[A-Za-z][A-Za-z0-9+.-]{1,15}://(?:\[[0-9A-Fa-f:.]{2,45}\])?|www\.(?=[^\s.]{1,63}\.[^\W\d_]{2}))"
    r"[^\s<>\"'`{}|\\^\[\]\u00ab\u00bb\u2018-\u201f\u3000-\u3002\uff08-\uff0c]+",
    re.IGNORECASE,
)
_NAMED = re.compile(r"(?:://|www\.)[\[\w]", re.IGNORECASE)


def find(text: str) -> Iterator[Offsets]:
    """URLs without the signs that belong to the sentence around them."""
    for match in _URL.finditer(text):
        url = match[0]
        length = len(url)
        unopened = url.count(")") - url.count("(")
        while url[length - 1] in ".,;:!?*_~" or (url[length - 1] == ")" and unopened > 0):
            unopened -= url[length - 1] == ")"
            length -= 1
        if _NAMED.search(url, 0, length):
            yield match.start(), match.start() + length

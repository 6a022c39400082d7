"""Keys that programs log in with, by the prefixes their makers gave them so that they can be found."""

import re
from collections.abc import Iterator

from loredact.rules.offsets import Offsets

_KEY = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"(?:AKIA|ASIA)[A-Z0-9]{16}"  # Amazon Web Services
    r"|gh[opsur]_[A-Za-z0-9]{36,255}|github_pat_\w{22,255}"
    r"|glpat-[\w-]{20,255}"  # GitLab
    r"|[prs]k_(?:live|test)_[A-Za-z0-9]{16,255}"  # Stripe
    r"|sk-[A-Za-z0-9_-]{32,255}"  # OpenAI, Anthropic
    r"|xox[a-z]-[A-Za-z0-9-]{10,255}"  # Slack
    r"|AIza[\w-]{35}"  # Google
    r"|npm_[A-Za-z0-9]{36}"
    r"|hf_[A-Za-z0-9]{34}"  # Hugging Face
    r"|SG\.[\w-]{22}\.[\w-]{43}"  # SendGrid
    r"|(?<![\w-])eyJ[\w-]{10,4096}\.[\w-]{10,4096}\.[\w-]{10,4096}"  # JSON Web Token (RFC 7519)
    r")(?![A-Za-z0-9])",
    re.ASCII,
)
_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_END = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")


def find(text: str) -> Iterator[Offsets]:
    """Keys, tokens, and private keys from their first line to their last."""
    for match in _KEY.finditer(text):
        yield match.span()
    position = 0
    while begin := _BEGIN.search(text, position):
        end = _END.search(text, begin.end())
        if end is None:
            return
        yield begin.start(), end.end()
        position = end.end()

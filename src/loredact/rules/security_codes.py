"""Security codes of payment cards (ISO/IEC 7813 calls them verification values), by the word before them."""

import re
from collections.abc import Iterator

from loredact.rules.offsets import Offsets, follows

_CODE = re.compile(
    r"(?<![^\W_])(?:(?:cvc|cvv|cvn|csc)2?(?:[ /]{1,3}(?:cvc|cvv|cvn|csc)2?)?|(?P<cid>(?-i:CID))|"
    r"(?:card )?(?:security|verification) (?:code|value)|"
    r"kartenpr[uü]fnummer|pr[uü]fziffer der karte|cryptogramme(?: visuel)?|c[oó]digo de seguridad|"
    r"codice di sicurezza|beveiligingscode)"
    r"(?![^\W\d_])(?:[ -]?(?:code|number|no\.?|nr\.?))?(?:[\"'\s:=#(\[<>-]|\bis\b|\bist\b|\bes\b|\best\b|\bè\b){1,8}"
    r"(?P<code>[0-9]{3,4})(?![^\W_]|[.,:/-][0-9]|\s?[%/-])",
    re.IGNORECASE,
)
_CARD = re.compile(
    r"card|visa|mastercard|amex|american express|maestro|karte|carte|tarjeta|carta|[0-9]{4}\b", re.IGNORECASE
)


def find(text: str) -> Iterator[Offsets]:
    """Three or four digits right after CVC, CVV, CSC or words for it; after CID, which means much else, near a card."""
    for match in _CODE.finditer(text):
        if not match["cid"] or follows(_CARD, text, match.start(), 80):
            yield match.span("code")

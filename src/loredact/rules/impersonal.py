"""Numbers that machines and offices make and that name nobody: GUIDs, digests, instants, amounts, builds, forms.

A form rules labels out: a GUID is no telephone number. Where a number of a form may be somebody's, as a GUID may be the
advertising id of a telephone, a word right before it must tell that it is not. Labels that are not loredact's own are
never ruled out.
"""

import re
from dataclasses import dataclass

from loredact.document import Span

# Labels whose values are numbers, or what a model takes for them.
_NUMBERS = frozenset(
    {"AGE", "BANK_ACCOUNT", "CREDIT_CARD", "DRIVER_LICENSE", "HEALTH_ID", "IBAN_CODE", "IP_ADDRESS", "LOCATION"}
    | {"NATIONAL_ID", "PASSPORT", "PERSON", "PHONE_NUMBER", "STREET_ADDRESS", "TAX_ID", "US_SSN", "VEHICLE_ID"}
)
_DATES = frozenset({"DATE_TIME", "DATE_OF_BIRTH"})
# Labels whose values may be any signs, as a program makes them.
_ANY_SIGNS = frozenset({"CRYPTO", "CUSTOMER_ID", "DEVICE_ID", "PASSWORD", "SECRET_KEY", "USERNAME"})
_ALL = _NUMBERS | _DATES | _ANY_SIGNS
_REACH = 64  # characters on either side of a span that are looked at


@dataclass(frozen=True, slots=True)
class _Form:
    """What numbers of a form look like, the labels that none of them has, and a word before that has to tell it."""

    looks: re.Pattern[str]
    never: frozenset[str]
    after: re.Pattern[str] | None = None


def _number(looks: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9])(?:{looks})(?![A-Za-z0-9])")


def _after(words: str, between: str = r"[^\w\n]{0,6}") -> re.Pattern[str]:
    """One of `words`, perhaps with a word such as `id` or `number`, and then only signs that may stand `between`."""
    return re.compile(
        rf"(?<![A-Za-z0-9])(?:{words})"
        rf"(?:[ _-]?(?:ids?|no|nr|number|num|key|value|code|n°|is|\([\w.]+\)))?{between}\Z",
        re.IGNORECASE,
    )


_HEX = "[0-9A-Fa-f]"
_GUID = _number(rf"{_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}}")  # RFC 9562
_DIGEST = _number("(?:0x)?(?:" + "|".join(f"{_HEX}{{{digits}}}" for digits in (32, 40, 56, 64, 96, 128)) + ")")
_OF_A_GUID = _after(
    r"(?:\w+[_-])?(?:request|requestid|correlation|trace|span|transaction)(?:id)?|build|job|message|event|run|volume|clsid|"
    r"productcode|partition(?: type)?|resource|etag|workflow|urn:uuid|pod|service|idempotency"
)
_OF_A_COMMIT = _after(r"commits?|merge|revert|head is now at|rev|revision|git show")
_OF_A_DIGEST = _after(
    r"md5|sha-?(?:1|2|3|224|256|384|512)?(?:sum)?|shasum|crc-?32|adler-?32|checksum|digest|hash|etag|commits?|blob|tree|"
    r"index|layer|fingerprint(?: of the file)?|block|pack|cache"
)
_OF_AN_INSTANT = _after(
    r"\w*(?:time|timestamp|epoch|millis|_at|_ms|_ts|_until|_since)|[a-z]+(?-i:At|Until|Since|Ms|Ts|Modified)|ts|iat|exp|nbf|"
    r"expires|expiry"
)
_AT_AN_INSTANT = _after(r"t|at|until|since|clock|offset|tick|received|sent")
_OF_A_BUILD = _after(
    r"builds?|build_?id|revision|version|firmware|bios|kernel|changelist|(?-i:CL)|hotfix|patch level|snapshot|nightly|"
    r"xcode"
)
_OF_A_RUN = _after(r"pipeline|job|run|attempt|release|artifact", "[ #]{0,2}")
_OF_A_FORM = _after(
    r"omb(?: control| approval)?|forms?|formular|formulaire|formulario|vordruck|cerfa|cat\. no|catalog|publication|"
    r"schedule",
    r"\.?[ #-]{0,2}",
)
_AMOUNT = r"(?:[1-9][0-9]{0,2}(?:[ .,'’\u00a0\u202f][0-9]{3})+|[0-9]{1,6})(?:[.,][0-9]{1,2})?"
_MONEY = r"(?:USD|EUR|GBP|CHF|JPY|CAD|AUD|SEK|NOK|DKK|PLN|INR|Rs\.?|kr\.?|[$€£¥₹])"
_FORMS = (
    _Form(_GUID, _NUMBERS | _DATES | {"CRYPTO"}),
    _Form(_GUID, _ALL, _OF_A_GUID),
    _Form(_DIGEST, _NUMBERS | _DATES),
    # The digest of a password is as good as the password.
    _Form(_DIGEST, _ALL - {"PASSWORD"}, _OF_A_DIGEST),
    _Form(_number(rf"(?:0x)?(?=[0-9]*[A-Fa-f]){_HEX}{{7,20}}"), _ALL, _OF_A_DIGEST),
    _Form(_number(rf"{_HEX}{{7,40}}"), _ALL, _OF_A_COMMIT),
    _Form(re.compile(r"\bsha(?:256|384|512)-[A-Za-z0-9+/]{43,88}={0,2}"), _ALL),  # Subresource Integrity
    # Milliseconds since 1970, of the years from 2001 to 2033; no number in international form is so long with a 1.
    _Form(_number("1[0-9]{12}"), frozenset({"PHONE_NUMBER", "CREDIT_CARD", "US_SSN", "AGE", "PERSON", "LOCATION"})),
    _Form(_number("1[0-9]{12}(?:[0-9]{3}){0,2}"), _ALL - {"NATIONAL_ID"}, _AT_AN_INSTANT),
    _Form(_number(r"1[0-9]{9}(?:\.[0-9]{1,9}|(?:[0-9]{3}){1,3})?"), _ALL, _OF_AN_INSTANT),
    _Form(_number(r"[0-9]{1,2}:[0-9]{2}:[0-9]{2}[.,][0-9]{3,9}"), _ALL),  # the time of day, which is nobody's
    _Form(_number(r"[0-9]{1,3}(?:,[0-9]{2,3})*,[0-9]{3}\.[0-9]{2}|[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]{2}"), _ALL),
    _Form(re.compile(rf"(?<!\w){_MONEY} ?{_AMOUNT}(?![0-9])|(?<![0-9.,]){_AMOUNT} ?{_MONEY}(?! ?\w)"), _ALL - _DATES),
    _Form(_number(r"[0-9]{1,9}\.[0-9]{2}"), _NUMBERS - {"AGE", "LOCATION", "PERSON", "STREET_ADDRESS"}),
    _Form(re.compile(r"(?<![\w.])#?[\w.+:-]*[0-9][\w.+:-]*"), _ALL - _DATES - {"IP_ADDRESS"}, _OF_A_BUILD),
    _Form(_number(r"[1-9][0-9]*"), _ALL, _OF_A_RUN),
    _Form(_number(r"[0-9]{4}-[0-9A-Z]{4}|[A-Z]{0,4}-?[0-9][0-9A-Z*-]{1,7}"), _ALL, _OF_A_FORM),
)


def is_impersonal(text: str, span: Span) -> bool:
    """Whether `span` lies within a number of a form that rules its label out."""
    if span.label not in _ALL:
        return False
    if not any(map(str.isdigit, _word(text, span))):
        return False
    low = max(0, span.start - _REACH)
    high = span.end + 3 * _REACH  # the longest digest
    start, end = _letters_and_digits(text, span)
    return any(
        number.start() <= start and end <= number.end()
        for form in _FORMS
        if span.label in form.never
        for number in form.looks.finditer(text, low, high)
        if form.after is None or form.after.search(text, max(0, number.start() - _REACH), number.start())
    )


def _word(text: str, span: Span) -> str:
    """`span` with what is joined to it, without a blank between."""
    before = text[max(0, span.start - _REACH) : span.start]
    after = text[span.end : span.end + _REACH]
    first = before.split()[-1] if before and not before[-1].isspace() else ""
    last = after.split()[0] if after and not after[0].isspace() else ""
    return first + text[span.start : span.end] + last


def _letters_and_digits(text: str, span: Span) -> tuple[int, int]:
    """`span` without the signs at its ends."""
    start, end = span.start, span.end
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return start, end

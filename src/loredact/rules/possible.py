"""Tell a span that cannot be what its label says."""

from collections.abc import Callable

from loredact.document import Span
from loredact.rules import cards, emails, ibans, ip_addresses, social_security

_CHECKS: dict[str, Callable[[str, int, int], bool]] = {
    "CREDIT_CARD": cards.possible,
    "EMAIL_ADDRESS": emails.possible,
    "IBAN_CODE": ibans.possible,
    "IP_ADDRESS": ip_addresses.possible,
    "US_SSN": social_security.possible,
}


def possible(text: str, span: Span) -> bool:
    """False where a check shows that `span` is not what its label says; True in doubt, and where there is no check."""
    check = _CHECKS.get(span.label)
    return check is None or check(text, span.start, span.end)

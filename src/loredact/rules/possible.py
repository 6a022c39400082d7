"""Tell a span that cannot be what its label says."""

from collections.abc import Callable

from loredact.document import Span
from loredact.rules import cards, devices, emails, ibans, ip_addresses, social_security, wallets
from loredact.rules.impersonal import is_impersonal
from loredact.rules.namesakes import is_a_things

_CHECKS: dict[str, Callable[[str, int, int], bool]] = {
    "CREDIT_CARD": cards.possible,
    "CRYPTO": wallets.possible,
    "DEVICE_ID": devices.possible,
    "EMAIL_ADDRESS": emails.possible,
    "IBAN_CODE": ibans.possible,
    "IP_ADDRESS": ip_addresses.possible,
    "US_SSN": social_security.possible,
}


def possible(text: str, span: Span) -> bool:
    """False where `span` is not what its label says; True in doubt.

    A check of the label's own shows it, or the form of a number that is nobody's, or the word beside a name that is a
    thing's.
    """
    check = _CHECKS.get(span.label)
    if check is not None and not check(text, span.start, span.end):
        return False
    return not is_impersonal(text, span) and not is_a_things(text, span)

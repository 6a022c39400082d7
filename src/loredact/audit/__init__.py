"""What an adapter gives away of the texts it learnt from: attacks on it, and what they found."""

from loredact.audit.canaries import Canary, Exposure, exposures, plant, read_canaries, write_canaries
from loredact.audit.membership import document_losses, lira_scores
from loredact.audit.names import NameGap, name_gap
from loredact.audit.roc import Roc, roc
from loredact.audit.run import Audit, audit, write_audit

__all__ = [
    "Audit",
    "Canary",
    "Exposure",
    "NameGap",
    "Roc",
    "audit",
    "document_losses",
    "exposures",
    "lira_scores",
    "name_gap",
    "plant",
    "read_canaries",
    "roc",
    "write_audit",
    "write_canaries",
]

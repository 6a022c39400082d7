"""From tag scores to spans."""

from loredact.decoding.boundaries import Boundaries, fit_boundaries
from loredact.decoding.calibration import calibrate, calibration_error, fit_temperature
from loredact.decoding.conformal import Guarantee, documents_needed, guarantee
from loredact.decoding.evidence import fit_evidence_threshold
from loredact.decoding.operating_points import OFFSETS, OperatingPoint, offset_for
from loredact.decoding.settings import Decoding
from loredact.decoding.spans import Scored, decode, highest_evidence, log_softmax

__all__ = [
    "OFFSETS",
    "Boundaries",
    "Decoding",
    "Guarantee",
    "OperatingPoint",
    "Scored",
    "calibrate",
    "calibration_error",
    "decode",
    "documents_needed",
    "fit_boundaries",
    "fit_evidence_threshold",
    "fit_temperature",
    "guarantee",
    "highest_evidence",
    "log_softmax",
    "offset_for",
]

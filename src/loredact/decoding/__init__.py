"""From tag scores to spans."""

from loredact.decoding.calibration import calibration_error, fit_temperature
from loredact.decoding.chance import fit_margin
from loredact.decoding.conformal import Guarantee, documents_needed, guarantee
from loredact.decoding.dial import BIASES, DialPoint, bias_for
from loredact.decoding.edges import Edges, fit_edges
from loredact.decoding.spans import decode, highest_evidence, log_softmax

__all__ = [
    "BIASES",
    "DialPoint",
    "Edges",
    "Guarantee",
    "bias_for",
    "calibration_error",
    "decode",
    "documents_needed",
    "fit_edges",
    "fit_margin",
    "fit_temperature",
    "guarantee",
    "highest_evidence",
    "log_softmax",
]

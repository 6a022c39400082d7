"""From tag scores to spans."""

from loredact.decoding.calibration import calibration_error, fit_temperature
from loredact.decoding.chance import fit_margin
from loredact.decoding.dial import BIASES, DialPoint, bias_for
from loredact.decoding.edges import Edges, fit_edges
from loredact.decoding.spans import decode, highest_evidence, log_softmax

__all__ = [
    "BIASES",
    "DialPoint",
    "Edges",
    "bias_for",
    "calibration_error",
    "decode",
    "fit_edges",
    "fit_margin",
    "fit_temperature",
    "highest_evidence",
    "log_softmax",
]

"""From tag scores to spans."""

from loredact.decoding.calibration import calibration_error, fit_temperature
from loredact.decoding.spans import decode

__all__ = ["calibration_error", "decode", "fit_temperature"]

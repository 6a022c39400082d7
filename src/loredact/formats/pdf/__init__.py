"""PDF (ISO 32000): text found by position, and pages written anew without it."""

from loredact.formats.pdf.pdf_format import Pdf

__all__ = ["Pdf"]

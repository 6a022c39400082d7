"""Surrogates: made-up values that read as real, hold together, and follow from a secret key."""

from loredact.surrogates.book import Book
from loredact.surrogates.engine import Surrogates

__all__ = ["Book", "Surrogates"]

"""The writer: a base with an adapter that writes masked texts, and decoding that cannot change a text."""

from loredact.writer.description import WriterDescription
from loredact.writer.stretches import stretches
from loredact.writer.writer import Writer

__all__ = ["Writer", "WriterDescription", "stretches"]

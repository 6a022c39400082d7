"""The writer: a base with an adapter that writes masked texts, and decoding that cannot change a text."""

from loredact.generator.description import WriterDescription
from loredact.generator.stretches import stretches
from loredact.generator.writer import Writer

__all__ = ["Writer", "WriterDescription", "stretches"]

"""The writer: a base with an adapter that writes masked texts, and decoding that cannot change a text."""

from loredact.generator.description import WriterArchitecture, WriterBase, WriterDescription
from loredact.generator.stretches import stretches
from loredact.generator.writer import Writer

__all__ = ["Writer", "WriterArchitecture", "WriterBase", "WriterDescription", "stretches"]

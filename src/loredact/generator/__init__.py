"""Constrained generation: a language model with an adapter repeats a text with labels in it and cannot change it."""

from loredact.generator.chunks import chunks
from loredact.generator.description import GeneratorArchitecture, GeneratorBase, GeneratorDescription
from loredact.generator.generator import ConstrainedGenerator

__all__ = ["ConstrainedGenerator", "GeneratorArchitecture", "GeneratorBase", "GeneratorDescription", "chunks"]

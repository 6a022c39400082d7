"""Formats of files: each reads a file as a stream of cells, and writes it again with cells replaced."""

from loredact.formats.cell import Cell
from loredact.formats.format import Format, Options, no_note, noted_once
from loredact.formats.registry import NoFormatError, find_format

__all__ = ["Cell", "Format", "NoFormatError", "Options", "find_format", "no_note", "noted_once"]

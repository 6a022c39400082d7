"""From text to what the model reads: tokens, tags, windows and packed rows."""

from loredact.encoding.packing import Row, pack
from loredact.encoding.tags import TagSet
from loredact.encoding.tokens import Tokens, encode, read_tokenizer
from loredact.encoding.windows import Window, windows

__all__ = ["Row", "TagSet", "Tokens", "Window", "encode", "pack", "read_tokenizer", "windows"]

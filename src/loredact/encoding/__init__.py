"""From text to what the model reads: tokens, tags, windows and packed rows."""

from loredact.encoding.allowed import AllowedTags
from loredact.encoding.packing import PackedBatch, pack_windows
from loredact.encoding.tags import TagSet
from loredact.encoding.tokens import Tokens, encode, read_tokenizer
from loredact.encoding.windows import Window, windows

__all__ = [
    "AllowedTags",
    "PackedBatch",
    "TagSet",
    "Tokens",
    "Window",
    "encode",
    "pack_windows",
    "read_tokenizer",
    "windows",
]

"""Texts that a command reads: files in UTF-8, or standard input, in blocks, character for character."""

import codecs
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO

from loredact.errors import InputError

STANDARD_INPUT = "-"
_BLOCK_BYTES = 1 << 16


def is_there_but_once(name: str) -> bool:
    """Whether `name` is standard input, a pipe such as `<(zcat letter.gz)`, or a device."""
    path = Path(name)
    return name == STANDARD_INPUT or path.is_fifo() or path.is_char_device()


def _open(name: str) -> AbstractContextManager[BinaryIO]:
    if name != STANDARD_INPUT:
        return Path(name).open("rb")
    # None where the program was started with it closed.
    if sys.stdin is None:
        raise InputError("Standard input is closed. Give a file, or pipe the text in.")
    return nullcontext(sys.stdin.buffer)


def blocks(name: str) -> Iterator[str]:
    """The text of a file or of standard input, in blocks, line breaks as they are."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    read, data = 0, b""
    try:
        with _open(name) as file:
            while data := file.read(_BLOCK_BYTES):
                yield decoder.decode(data)
                read += len(data)
        decoder.decode(b"", final=True)
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        # The decoder counts from the first byte that it kept of the block before.
        at = read + len(data) - len(error.object) + error.start
        raise InputError(f"{name} is not valid UTF-8 at byte {at}. Convert it first.") from None

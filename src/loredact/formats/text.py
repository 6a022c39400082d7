"""Plain text: notes, Markdown, logs, source code."""

from collections.abc import Iterator
from functools import partial

from loredact.formats.cell import Cell
from loredact.formats.escapes import in_text, write_text
from loredact.formats.scan import Scan, ScannedText, Slot

# A text that is longer is cut into cells of at most this many characters, at a blank line of the last part, else at a
# line's end, else at white space. A masker reads about as much of a text at once.
_LONGEST_CELL, _SEARCHED = 50_000, 10_000


class Text(ScannedText):
    """Text of any kind. Its escapes are read as they are meant: terminal codes, `\\u00e9`, `%40`, `&eacute;`."""

    name = "text"
    suffixes = (".txt", ".md", ".log")

    def scan(self, blocks: Iterator[str]) -> Scan:
        """See `ScannedText.scan`."""
        line = 1
        for part in _parts(blocks):
            if part.isspace():
                yield part
            else:
                decoded = in_text(part)
                yield (yield Slot(Cell(decoded.text, f"line {line}"), decoded, partial(write_text, decoded)))
            line += part.count("\n")


def _parts(blocks: Iterator[str]) -> Iterator[str]:
    held = ""
    for block in blocks:
        held += block
        while len(held) > _LONGEST_CELL:
            cut = _cut(held)
            yield held[:cut]
            held = held[cut:]
    if held:
        yield held


def _cut(held: str) -> int:
    first, past = _LONGEST_CELL - _SEARCHED, _LONGEST_CELL
    for marks in (("\n\n", "\n\r\n"), ("\n", "\r"), (" ", "\t")):
        cuts = [held.rfind(mark, first, past) + len(mark) for mark in marks if mark in held[first:past]]
        if cuts:
            return max(cuts)
    return past

"""A text of any length in chunks, each masked by itself, so that memory does not grow with the text.

A chunk masks what starts in its core; the cores tile the text. Around the core it holds context, so a span that
crosses a core's end comes out whole, up to `CONTEXT` characters past it, and the chunk after masks no part of it
again. Where the chunks lie depends on the characters before them alone: a text that arrives in blocks has the same
chunks as one that is there whole.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from loredact.document import Span
from loredact.rules.whole import boundary, says_something

# In characters. A chunk is some 15,000 tokens, its context more than a window of most adapters. The evidence for a
# span (`loredact.decoding`) is looked for only within the chunk.
CORE, CONTEXT = 60_000, 1_500
# A cut is made behind white space in the last part of a core, this long, if there is any.
_SEARCH = 2_000


@dataclass(frozen=True, slots=True)
class Chunk:
    """`text` begins `start` characters into the whole; the core is `[core_start, core_end)` of the whole.

    `last` says that the whole ends with this chunk.
    """

    text: str
    start: int
    core_start: int
    core_end: int
    last: bool

    def first(self, free_from: int) -> int:
        """First offset that this chunk is responsible for: where its core begins, or after what is masked before."""
        return max(self.core_start, free_from) - self.start

    def own(self, spans: Iterable[Span], free_from: int) -> list[Span]:
        """Those of `spans` that this chunk masks, cut to begin at its core or at `free_from`.

        `free_from` is the offset in the whole up to which the chunks before have masked. Offsets stay the chunk's.
        """
        first, past = self.first(free_from), self.core_end - self.start
        cut = (replace(span, start=max(span.start, first)) for span in spans if span.start < past)
        return [span for span in cut if says_something(self.text[span.start : span.end])]


def chunks(blocks: Iterable[str]) -> Iterator[Chunk]:
    """The chunks of the text that `blocks` make when joined; an empty text is one empty chunk."""
    text, start, core_start = "", 0, 0  # `text` is what is held of the whole, from `start` on
    for block in _no_longer_than(CORE, blocks):
        text += block
        while start + len(text) > core_start + CORE + CONTEXT:
            core_end = _cut(text, start, core_start + CORE)
            yield Chunk(text[: core_end + CONTEXT - start], start, core_start, core_end, last=False)
            kept = max(start, core_end - CONTEXT)
            text, start, core_start = text[kept - start :], kept, core_end
    yield Chunk(text, start, core_start, start + len(text), last=True)


def _no_longer_than(length: int, blocks: Iterable[str]) -> Iterator[str]:
    # So that a long text in one block is not copied whole for each of its chunks.
    for block in blocks:
        for place in range(0, len(block), length):
            yield block[place : place + length]


def _cut(text: str, start: int, latest: int) -> int:
    """Where in the whole to end a core: behind the last line break or else white space before `latest`.

    No escape or grapheme cluster is cut: the next chunk could not tell it.
    """
    searched = text[latest - _SEARCH - start : latest - start]
    for breaks in ("\n", " \t\r"):
        place = max(searched.rfind(mark) for mark in breaks)
        if place >= 0:
            return boundary(text, latest - _SEARCH - start + place + 1) + start
    return boundary(text, latest - start) + start

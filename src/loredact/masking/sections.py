"""A text of any length as sections, each found in by itself, so that memory does not grow with the text.

A section masks what starts in its core; the cores tile the text. Around the core it holds context, so a span that
crosses a core's end comes out whole, up to `CONTEXT` characters past it, and the section after masks no part of it
again. Where the sections lie depends on the characters before them alone: a text that arrives in blocks has the same
sections as one that is there whole.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from loredact.document import Span
from loredact.rules.whole import boundary, says_something

# In characters. A section is some 15,000 tokens, its context more than a window of most adapters. What vouches for a
# span (`decoding/chance.py`) is looked for within the section alone.
CORE, CONTEXT = 60_000, 1_500
# A cut is made behind white space in the last part of a core, this long, if there is any.
_SEARCH = 2_000


@dataclass(frozen=True, slots=True)
class Section:
    """`text` begins `start` characters into the whole; the core is `[core_start, core_end)` of the whole.

    `last` says that the whole ends with this section.
    """

    text: str
    start: int
    core_start: int
    core_end: int
    last: bool

    def first(self, free_from: int) -> int:
        """The offset at which the section begins to answer: where its core does, or behind what is masked before."""
        return max(self.core_start, free_from) - self.start

    def own(self, spans: Iterable[Span], free_from: int) -> list[Span]:
        """What of the section's `spans` is for it to mask: no text before the core or `free_from`, no start after it.

        `free_from` is where in the whole the sections before have masked to. Offsets stay those of the section.
        """
        first, past = self.first(free_from), self.core_end - self.start
        cut = (replace(span, start=max(span.start, first)) for span in spans if span.start < past)
        return [span for span in cut if says_something(self.text[span.start : span.end])]


def sections(blocks: Iterable[str]) -> Iterator[Section]:
    """The sections of the text that `blocks` make when joined; an empty text is one empty section."""
    text, start, core_start = "", 0, 0  # `text` is what is held of the whole, from `start` on
    for block in _no_longer_than(CORE, blocks):
        text += block
        while start + len(text) > core_start + CORE + CONTEXT:
            core_end = _cut(text, start, core_start + CORE)
            yield Section(text[: core_end + CONTEXT - start], start, core_start, core_end, last=False)
            kept = max(start, core_end - CONTEXT)
            text, start, core_start = text[kept - start :], kept, core_end
    yield Section(text, start, core_start, start + len(text), last=True)


def _no_longer_than(length: int, blocks: Iterable[str]) -> Iterator[str]:
    # So that a long text in one block is not copied whole for each of its sections.
    for block in blocks:
        for place in range(0, len(block), length):
            yield block[place : place + length]


def _cut(text: str, start: int, latest: int) -> int:
    """Where in the whole to end a core: behind the last line break or else white space before `latest`.

    No sign is cut, such as an escape: the next section could not tell it.
    """
    searched = text[latest - _SEARCH - start : latest - start]
    for breaks in ("\n", " \t\r"):
        place = max(searched.rfind(mark) for mark in breaks)
        if place >= 0:
            return boundary(text, latest - _SEARCH - start + place + 1) + start
    return boundary(text, latest - start) + start

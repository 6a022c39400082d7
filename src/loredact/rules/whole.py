"""Where a span may begin and end: it cuts nothing that a reader or a program takes as one sign.

That is an escape (`\\u00e9`, `&eacute;`, `%40`, `ESC[1m`), a grapheme cluster (Unicode Standard Annex 29, of which
CR LF is one), and by that a surrogate pair in its escaped form.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from loredact.document import Span
from loredact.escapes import find_escapes

# Unicode's categories of what says nothing by itself: control and format characters, punctuation, blanks, marks that
# need a letter, and signs of arithmetic and money. Pictures, and letters that Unicode does not know, say something.
_NOTHING = re.compile("C[cfs]|Z.|P.|M[ne]|S[mck]")


@dataclass(frozen=True, slots=True)
class _Sign:
    """`[start, end)` is one sign to a reader; `blank` where it is a blank, a control character or nothing to see."""

    start: int
    end: int
    blank: bool


def whole(text: str, spans: Sequence[Span]) -> list[Span]:
    """`spans`, which are in order, with no sign cut and none that holds nothing.

    A span takes in the whole of a letter that it cuts, and leaves the whole of a blank. Blanks and control characters
    at its ends are not its own. What then holds control characters, punctuation and blanks alone is left out; of
    spans that overlap, the first keeps what is in both.
    """
    if not spans:
        return []
    signs = _signs(text, spans)
    starts = [sign.start for sign in signs]
    results: list[Span] = []
    past = 0
    for span in spans:
        start = max(past, _edge(signs, starts, span.start, begins=True))
        start, end = _without_blanks(text, signs, starts, start, _edge(signs, starts, span.end, begins=False))
        if start < end and _says_something(text, signs, starts, start, end):
            same = (start, end) == (span.start, span.end)
            results.append(span if same else replace(span, start=start, end=end))
            past = end
    return results


def boundary(text: str, place: int) -> int:
    """The last offset up to `place` that cuts no sign, as far as the 64 characters on either side tell."""
    low = max(0, place - 64)
    around = text[low : place + 64]
    signs = _signs(around, [Span(0, len(around), "-")])
    cut = next((sign for sign in signs if sign.start < place - low < sign.end), None)
    return low + cut.start if cut else place


def says_something(text: str) -> bool:
    """Whether `text` holds more than control characters, punctuation and blanks."""
    return any(not _NOTHING.match(unicodedata.category(sign)) for sign in text)


def _signs(text: str, spans: Sequence[Span]) -> list[_Sign]:
    """The signs of more than one character, in order and apart: all escapes, and the clusters near `spans`."""
    found = sorted([*_escapes(text), *_clusters(text, spans)], key=lambda sign: sign.start)
    signs: list[_Sign] = []
    for sign in found:
        if signs and sign.start < signs[-1].end:
            before = signs.pop()
            signs.append(_Sign(before.start, max(before.end, sign.end), before.blank and sign.blank))
        else:
            signs.append(sign)
    return signs


def _escapes(text: str) -> Iterator[_Sign]:
    for escape, seen in find_escapes(text):
        yield _Sign(escape.start(), escape.end(), not seen or seen.isspace())


def _clusters(text: str, spans: Sequence[Span]) -> Iterator[_Sign]:
    """Grapheme clusters of two characters or more in the lines that `spans` touch."""
    if text.isascii():
        place = text.find("\r\n")
        while place >= 0:
            yield _Sign(place, place + 2, blank=True)
            place = text.find("\r\n", place + 2)
        return
    import regex

    clusters = regex.compile(r"\X")
    done = 0
    for span in spans:
        low = max(done, text.rfind("\n", 0, max(0, span.start - 1)) + 1)
        high = text.find("\n", span.end)
        high = len(text) if high < 0 else high + 1
        if low < high:
            for cluster in clusters.finditer(text, low, high):
                if cluster.end() - cluster.start() > 1:
                    yield _Sign(cluster.start(), cluster.end(), blank=cluster[0] == "\r\n")
            done = high


def _cut(signs: list[_Sign], starts: list[int], place: int) -> _Sign | None:
    """The sign that `place` cuts."""
    number = bisect_left(starts, place)
    return signs[number - 1] if number and place < signs[number - 1].end else None


def _edge(signs: list[_Sign], starts: list[int], place: int, *, begins: bool) -> int:
    sign = _cut(signs, starts, place)
    if sign is None:
        return place
    return sign.end if sign.blank == begins else sign.start


def _without_blanks(text: str, signs: list[_Sign], starts: list[int], start: int, end: int) -> tuple[int, int]:
    while start < end:
        number = bisect_left(starts, start)
        if number < len(signs) and signs[number].start == start:
            if not signs[number].blank:
                break
            start = signs[number].end
        elif _is_blank(text[start]):
            start += 1
        else:
            break
    while start < end:
        number = bisect_right(starts, end - 1)
        if number and signs[number - 1].end >= end:
            if not signs[number - 1].blank:
                break
            end = signs[number - 1].start
        elif _is_blank(text[end - 1]):
            end -= 1
        else:
            break
    return start, end


def _is_blank(sign: str) -> bool:
    return sign.isspace() or unicodedata.category(sign) in ("Cc", "Cf")


def _says_something(text: str, signs: list[_Sign], starts: list[int], start: int, end: int) -> bool:
    """Whether anything but control characters, punctuation and blanks is in `text[start:end]`, escapes read."""
    read = start
    for sign in signs[bisect_left(starts, start) : bisect_left(starts, end)]:
        if says_something(text[read : sign.start]) or (not sign.blank and says_something(_seen(text, sign))):
            return True
        read = sign.end
    return says_something(text[read:end])


def _seen(text: str, sign: _Sign) -> str:
    written = text[sign.start : sign.end]
    pieces: list[str] = []
    read = 0
    for escape, seen in find_escapes(written):
        pieces += (written[read : escape.start()], seen)
        read = escape.end()
    return "".join([*pieces, written[read:]])

"""Pairs of text and masked text: the spans, found by aligning the two.

A masked text is its text with each span's substring replaced by the label in square brackets, as `[PERSON]`. Read
backwards, it is a row of elements: literal substrings, which stand in the text as they are and in this order, and
labels, each of which takes what lies between. Brackets may be either, since a text can hold some itself.

Several alignments may fit. The one taken

1. masks the fewest characters: brackets are literal wherever they can be;
2. of those, has the fewest borders of spans in odd places: inside a word, or behind or before white space of the span;
3. of those, has the shortest first span, then the shortest second one, and so on.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from loredact.document import Span

# What a model is asked that writes masked texts; the text follows on the next line, as LLaMA Factory joins the two.
INSTRUCTION = "Repeat the text, with all personal data replaced by labels in square brackets."

# Labels as everywhere (`spans.is_label`), but a letter first, so that a foot-note's [1] is no label.
_LABEL = re.compile(r"\[(?P<label>[^\W\d_][\w.:-]{0,63})\]")
# A step is a place in the text, for one element, or so many characters compared: some 100 bytes, or 0.3 µs.
_MOST_STEPS, _COMPARED = 3_000_000, 100
LABEL_RULE = "begin with a letter, and have 1 to 64 letters, digits and _ - . : alone"


def is_label(name: str) -> bool:
    """Whether `name`, in square brackets, can be told from what a text holds itself (`LABEL_RULE`)."""
    return _LABEL.fullmatch(f"[{name}]") is not None


def message_of(text: str) -> str:
    """What the user says to a model that writes masked texts."""
    return f"{INSTRUCTION}\n{text}"


def align(text: str, masked: str) -> tuple[Span, ...] | None:
    """The spans of `text` that `masked` shows by their labels, or None where the two do not fit together.

    A label takes at least one character, and more than white space. None too where there would be too much to look
    through (`_MOST_STEPS`), as with hundreds of labels behind one another in a long text.
    """
    try:
        fit = _Fit(text, list(_elements(masked)), [0])
    except _TooMuchError:
        return None
    return fit.spans(0) if 0 in fit.best[0] else None


def align_message(message: str, masked: str) -> tuple[str, tuple[Span, ...]] | None:
    """The text in a user's `message` and its spans, where an instruction may stand before it on lines of its own.

    `INSTRUCTION` is known. With another or none, the text is the whole of `message` if that fits and `masked` begins
    with a literal substring; if not, it begins at the last line at which the rest fits, since a label at the beginning
    would fit the instruction too. None where nothing fits.
    """
    if message == INSTRUCTION or message.startswith(message_of("")):
        text = message[len(message_of("")) :]
        spans = align(text, masked)
        return None if spans is None else (text, spans)
    lines = [0, *(found.end() for found in re.finditer("\n", message))]
    try:
        fit = _Fit(message, list(_elements(masked)), lines)
    except _TooMuchError:
        return None
    fitting = [line for line in lines if line in fit.best[0]]
    if not fitting:
        return None
    start = 0 if fitting[0] == 0 and not _LABEL.match(masked) else fitting[-1]
    spans = fit.spans(start)
    return message[start:], tuple(Span(s.start - start, s.end - start, s.label) for s in spans)


@dataclass(frozen=True, slots=True)
class _Element:
    """A substring of a masked text; one in brackets has a `label` and may stand for a span."""

    substring: str
    label: str = ""


def _elements(masked: str) -> Iterator[_Element]:
    position = 0
    for found in _LABEL.finditer(masked):
        if position < found.start():
            yield _Element(masked[position : found.start()])
        yield _Element(found[0], found["label"])
        position = found.end()
    if position < len(masked):
        yield _Element(masked[position:])


class _TooMuchError(Exception):
    """Raised where two texts would take too long to align, or too much memory."""


class _Fit:
    """How `elements` fit `text`, from each place where they may begin to its end.

    With the elements numbered from 0, `best[k][j]` is the least cost at which those from k on fit `text[j:]`, found
    from the last element to the first. A span [s, e) costs (e - s) · unit and 1 for each odd thing at its borders;
    since those of s and of e are apart, the least cost over all e is a running minimum, and the whole takes time in
    proportion to elements times places where one can end. `earliest[k]` bounds these: before it there is
    no room for the elements before k.
    """

    def __init__(self, text: str, elements: list[_Element], starts: Sequence[int]) -> None:
        self.text = text
        self.elements = elements
        self.unit = 4 * len(elements) + 1  # more than all borders together
        self.steps = 0
        # Where a span from j on holds its first character that is no white space.
        self.solid = list(range(len(text) + 1))
        for j in range(len(text) - 1, -1, -1):
            if text[j].isspace():
                self.solid[j] = self.solid[j + 1]
        self.earliest = list(self._earliest(min(starts)))
        # Fewer than the elements where one of them has no place.
        fits = len(self.earliest) == len(elements)
        self.best: list[dict[int, int]] = [{} for _ in elements] + [{len(text): 0} if fits or not elements else {}]
        for k in range(len(elements) - 1, -1, -1):
            if self.best[k + 1]:
                self._fill(k, starts if k == 0 else self._places_before(k))

    def spans(self, start: int) -> tuple[Span, ...]:
        """The spans of the best fit that begins at `start`, which must be one of `best[0]`."""
        spans = []
        for k, element in enumerate(self.elements):
            after, cost = self.best[k + 1], self.best[k][start]
            end = start + len(element.substring)
            if self.text.startswith(element.substring, start) and after.get(end) == cost:
                start = end
                continue
            ends = (e for e in sorted(after) if e > self.solid[start])
            end = next(e for e in ends if self._from(start) + self._to(e) + after[e] == cost)
            spans.append(Span(start, end, element.label))
            start = end
        return tuple(spans)

    def _earliest(self, position: int) -> Iterator[int]:
        """Where each element may begin at the earliest, up to the first that has no place."""
        for element in self.elements:
            if not element.label:
                position = self.text.find(element.substring, position)
            if not 0 <= position < len(self.text):
                return
            yield position
            position += 1 if element.label else len(element.substring)

    def _fill(self, k: int, starts: Iterable[int]) -> None:
        element, after, best = self.elements[k], self.best[k + 1], self.best[k]
        self._spend(len(after) * (1 + len(element.substring) // _COMPARED))
        for end, cost in after.items():
            start = end - len(element.substring)
            if start >= self.earliest[k] and self.text.startswith(element.substring, start):
                best[start] = cost
        if not element.label:
            return
        ends = sorted(after)
        starts = sorted((start for start in starts if start >= self.earliest[k]), reverse=True)
        self._spend(len(starts))
        least: int | None = None
        for start in starts:
            while ends and ends[-1] > self.solid[start]:
                end = ends.pop()
                cost = self._to(end) + after[end]
                least = cost if least is None else min(least, cost)
            if least is not None:
                cost = self._from(start) + least
                best[start] = min(cost, best.get(start, cost))

    def _places_before(self, k: int) -> Iterable[int]:
        """Where the element k may begin, by what stands before it, before the last place where it may end."""
        before, latest = self.elements[k - 1], max(self.best[k + 1])
        if before.label:
            return range(self.earliest[k], latest)
        length = len(before.substring)
        self._spend((latest - self.earliest[k - 1]) // _COMPARED)
        places = []
        # Occurrences may overlap.
        found = self.text.find(before.substring, self.earliest[k - 1], latest)
        while found >= 0:
            self._spend(1 + length // _COMPARED)
            places.append(found + length)
            found = self.text.find(before.substring, found + 1, latest)
        return places

    def _spend(self, steps: int) -> None:
        self.steps += steps
        if self.steps > _MOST_STEPS:
            raise _TooMuchError

    def _from(self, start: int) -> int:
        return self._odd(start, self.text[start]) - start * self.unit

    def _to(self, end: int) -> int:
        return self._odd(end, self.text[end - 1]) + end * self.unit

    def _odd(self, place: int, own: str) -> int:
        """How many odd things there are about a border at `place`, whose span has the character `own` there."""
        inside = 0 < place < len(self.text) and self.text[place - 1].isalnum() and self.text[place].isalnum()
        return inside + own.isspace()

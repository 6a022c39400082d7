"""Numbered placeholders of one conversation, and the way back, also out of a stream.

They are written as a vault's are, `[PERSON_7]`, and read back as leniently: a model may drop brackets or capitals. A
number that something in the conversation reads as already is not given.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from loredact.document import Span
from loredact.linking import Linker
from loredact.vault.placeholders import Placeholder, places, same_label

# No placeholder is longer, however it is bent: what is held back of a stream at most.
_LONGEST = 128
# Shorter values stand in many texts without being meant.
_SHORTEST = 4
_OPENS, _CLOSES = "[【〔［<＜{｛", "]】〕］>＞}｝"
_WORD_AT_END = re.compile(r"\w[\w.:\\-]*\Z")

Restored = Callable[[str], str]


class Conversation:
    """Which placeholder stands for what, in all texts of one conversation."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        """`texts` are all that will be masked: numbers that stand in them are not given."""
        self._linker = Linker()
        self._taken: set[int] = set()
        for text in texts:
            self.avoid(text)
        self._numbers: dict[str, int] = {}
        self._forms: dict[tuple[str, str], Placeholder] = {}
        self._values: dict[tuple[int, int], tuple[str, str]] = {}
        self._last = 0

    def __len__(self) -> int:
        """How many values have a placeholder."""
        return len(self._values)

    @property
    def values(self) -> list[tuple[str, str]]:
        """The label and the text of each value that has a placeholder."""
        return list(self._values.values())

    def avoid(self, text: str) -> None:
        """Give no number that something in `text` reads as, and that is not given yet."""
        self._taken.update(place.placeholder.number for place in places(text))

    def mask(self, text: str, spans: Sequence[Span]) -> str:
        """`text` with a placeholder for each of `spans`."""
        self._linker.see(text, spans)
        pieces: list[str] = []
        read = 0
        for span in spans:
            pieces += (text[read : span.start], self._placeholder(text[span.start : span.end], span.label))
            read = span.end
        return "".join((*pieces, text[read:]))

    def unmask(self, text: str, written: Restored = str) -> str:
        """`text` with the values of its placeholders, each as `written` writes it."""
        pieces: list[str] = []
        read = 0
        for place in places(text):
            label, value = self._values.get((place.placeholder.number, place.placeholder.form), ("", ""))
            if same_label(place.placeholder.label, label):
                pieces += (text[read : place.start], written(value))
                read = place.end
        return "".join((*pieces, text[read:]))

    def _placeholder(self, original: str, label: str) -> str:
        identity = self._linker.identity(original, label)
        known = self._forms.get((identity, original))
        if known is None:
            if identity not in self._numbers:
                self._last += 1
                while self._last in self._taken:
                    self._last += 1
                self._numbers[identity] = self._last
            number = self._numbers[identity]
            form = sum(one.number == number for one in self._forms.values())
            known = self._forms[identity, original] = Placeholder(label, number, form)
            self._values[number, form] = label, original
        return str(known)


def everywhere(
    texts: Sequence[str], found: Sequence[Sequence[Span]], before: Conversation | None = None
) -> list[list[Span]]:
    """`found`, and each value that was found anywhere wherever else in `texts` it stands, as whole words.

    What is masked in one message a model must not see in the next; so are values that have a placeholder `before`.
    """
    known = before.values if before is not None else []
    values = {value: Span(0, len(value), label) for label, value in known if len(value) >= _SHORTEST}
    for text, spans in zip(texts, found, strict=True):
        for span in spans:
            if span.end - span.start >= _SHORTEST:
                values.setdefault(text[span.start : span.end], span)
    if not values:
        return list(map(list, found))
    longest_first = sorted(values, key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")
    return [_together(spans, pattern.finditer(text), values) for text, spans in zip(texts, found, strict=True)]


def _together(spans: Sequence[Span], matches: Iterable[re.Match[str]], values: dict[str, Span]) -> list[Span]:
    kept = list(spans)
    for match in matches:
        start, end = match.span()
        touched = [span for span in kept if span.start < end and start < span.end]
        if all(start <= span.start and span.end <= end for span in touched):
            kept = [span for span in kept if span not in touched]
            kept.append(replace(values[match[0]], start=start, end=end))
    return sorted(kept, key=lambda span: span.start)


class Unmasker:
    """Puts values back into a text that comes in pieces: what may be the beginning of a placeholder waits."""

    def __init__(self, conversation: Conversation, written: Restored = str) -> None:
        self._conversation, self._written = conversation, written
        self._held = ""

    def feed(self, piece: str) -> str:
        """What is sure of the text so far and was not given yet."""
        self._held += piece
        cut = len(self._held) - held_back(self._held)
        sure, self._held = self._held[:cut], self._held[cut:]
        return self._conversation.unmask(sure, self._written)

    def end(self) -> str:
        """The rest."""
        rest, self._held = self._held, ""
        return self._conversation.unmask(rest, self._written)


def held_back(text: str) -> int:
    """How many characters at the end of `text` may be the beginning of a placeholder."""
    near = text[-_LONGEST:]
    word = _WORD_AT_END.search(near)
    start = word.start() if word else len(near)
    opened = max(map(near.rfind, _OPENS))
    if opened >= 0 and not any(sign in near[opened:] for sign in _CLOSES):
        start = min(start, opened)
    held = len(near) - start
    # A word longer than any placeholder is none, and neither is its end.
    return 0 if held >= _LONGEST else held

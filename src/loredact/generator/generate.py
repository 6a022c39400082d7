"""Speculative decoding under the grammar: the rest of the input is the draft of what comes next."""

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loredact.corpora.pairs import align
from loredact.document import Span
from loredact.generator.grammar import Grammar, State
from loredact.generator.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class ForwardRequest:
    """A forward pass: keep the first `keep` tokens of the cache, drop the rest, and feed `ids`.

    The answer is the logits after each of the last `rows` of `ids`, shape `(rows, vocabulary)`.
    """

    keep: int
    ids: list[int]
    rows: int


@dataclass(frozen=True, slots=True)
class Generated:
    """What was generated: `data`, and how many bytes of it each token has.

    `logs` are the log-probabilities of the tokens that write labels and of those right after, 0 for others. `places`
    are the offsets of the characters that the vocabulary can write; the others stay where they are.
    """

    data: bytes
    lengths: list[int]
    logs: list[float]
    places: list[int]


# The rest of a word after its first character, and the capitalised words and numbers after it: names, numbers, dates.
_WORD = rb"(?:[\w\x80-\xff'@./+:-]*[\w\x80-\xff])?"
_BYTES_A_TOKEN = 6  # at most, in prose
_NAME_OR_NUMBER = re.compile(_WORD + rb"(?: [A-Z0-9\x80-\xff]" + _WORD + rb")*")

Generation = Generator[ForwardRequest, NDArray[np.float32], Generated]


def generate(
    text: str, labels: Sequence[str] | None, prompt: Sequence[int], vocabulary: Vocabulary, draft: int
) -> Generation:
    """Generate the masked form of `text` after `prompt`: greedy decoding over the tokens that the grammar allows.

    Each pass also scores up to `draft` draft tokens, and keeps those that the model would have chosen. The result does
    not depend on `draft`; 0 is one token a pass.
    """
    places = vocabulary.writable(text)
    text = "".join(text[place] for place in places)
    grammar = Grammar(text, labels)
    drafts = _Drafts(text, labels, grammar, vocabulary)
    state: State = grammar.begin
    parts: list[bytes] = []
    logs: list[float] = []
    was_label = False
    fed, feed = 0, list(prompt)
    while True:
        guess = drafts.after(state, draft)
        rows = yield ForwardRequest(fed, feed + guess, len(guess) + 1)
        kept = 0
        for row, guessed in zip(rows, [*guess, None], strict=True):
            token = vocabulary.best(row, grammar, state)
            part = vocabulary.parts.get(token, b"")
            is_label = bool(state.opened) or b"[" in part
            logs.append(_log_probability(row, token) if is_label or was_label else 0.0)
            was_label = is_label
            parts.append(part)
            if token in vocabulary.ends:
                return Generated(b"".join(parts), [*map(len, parts)], logs, places)
            after = grammar.follow(state, part)
            assert after is not None  # `best` gives what may follow
            state = after
            if token != guessed:
                break
            kept += 1
        fed, feed = fed + len(feed) + kept, [token]


def _log_probability(logits: NDArray[np.float32], token: int) -> float:
    shifted = logits - logits.max()
    return float(shifted[token] - np.log(np.exp(shifted).sum()))


class _Drafts:
    """The draft: the rest of a label, once only one fits, and the rest of the text."""

    def __init__(self, text: str, labels: Sequence[str] | None, grammar: Grammar, vocabulary: Vocabulary) -> None:
        self._grammar = grammar
        self._labels = [] if labels is None else [label.encode() + b"]" for label in labels]
        self._vocabulary = vocabulary
        self._ids, self._ends = vocabulary.copy(text)

    def after(self, state: State, most: int) -> list[int]:
        """At most `most` draft tokens, all of them allowed."""
        if most == 0:
            return []
        if state.copies:
            return self._copy(state, most)
        fitting = [label for label in self._labels if label.startswith(state.prefix)]
        if len(fitting) != 1:
            return []
        closed = self._grammar.follow(state, fitting[0][len(state.prefix) :])
        assert closed is not None  # a label that is open may always be closed
        # Together, as a bracket and what follows it are often one token.
        place = self._likely(closed)
        following = self._grammar.data[place : place + _BYTES_A_TOKEN * most]
        ids, ends = self._vocabulary.copy((b"[" + fitting[0] + following).decode(errors="ignore"))
        border = int(np.searchsorted(ends, len(state.prefix) + 1))
        before = self._vocabulary.spell(fitting[0][len(state.prefix) : int(ends[border]) - 1])
        return [*before, *ids[border:].tolist()][:most]

    def _copy(self, state: State, most: int) -> list[int]:
        """Tokens of the text from where it is likely to go on."""
        place = self._likely(state)
        # The first border of the text's tokens that is not before the place.
        border = int(np.searchsorted(self._ends, place))
        before = self._vocabulary.spell(self._grammar.data[place : int(self._ends[border])])
        return [*before, *self._ids[border : border + most].tolist()][:most]

    def _likely(self, state: State) -> int:
        """Where a reading of `state` copies; of several behind a label, where a name or a number ends."""
        place = min(state.copies)
        found = _NAME_OR_NUMBER.match(self._grammar.data, place) if len(state.copies) > 1 else None
        return found.end() if found and found.end() in state.copies else place


def spans_of(text: str, generated: Generated) -> list[Span]:
    """The spans that `generated` masks in `text`, by the rule of `align` where it can be read in several ways.

    A span's score is the product of the probabilities of the tokens that write its label and of the one behind them,
    with which it says where the span ends.
    """
    places = generated.places
    text = "".join(text[place] for place in places)
    spans = align(text, generated.data.decode())
    assert spans is not None  # an output of the grammar always fits
    ends = np.cumsum([0, *generated.lengths])
    found: list[Span] = []
    position = last = 0
    for span in spans:
        position += len(text[last : span.start].encode())
        past = position + len(f"[{span.label}]".encode())
        # From the token that holds the first byte of the label to the one that begins at its end or behind.
        first, behind = int(ends.searchsorted(position, side="right")) - 1, int(ends.searchsorted(past))
        score = float(np.exp(sum(generated.logs[first : behind + 1])))
        found.append(Span(places[span.start], places[span.end - 1] + 1, span.label, score))
        position, last = past, span.end
    return found

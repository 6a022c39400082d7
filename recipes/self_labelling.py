"""Text that nobody labelled, labelled by an adapter where it is sure, and left open where it is not (self-training)."""

import gzip
import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from loredact.decoding import log_softmax
from loredact.document import Document, Span
from loredact.encoding import Tokens
from loredact.tagger import Tagger

# A span is taken that is so probable, and a token is outside all spans that is outside with such a probability.
_SURE, _SURELY_OUTSIDE = 0.95, 0.98
# The unlabelled texts, and so many characters of each.
UNLABELLED = {
    "unlabelled-en-social": 400_000,
    "unlabelled-en-chat": 400_000,
    "unlabelled-en-meetings": 300_000,
    "unlabelled-en-fiction": 200_000,
    "unlabelled-de-courts": 300_000,
    "unlabelled-it": 800_000,
}


def read_unlabelled(corpora: Path, seed: int) -> Iterator[str]:
    """Texts of each file in random order, up to its number of characters."""
    for name, most in UNLABELLED.items():
        with gzip.open(corpora / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            texts = [str(json.loads(line)["text"]) for line in lines]
        Random(seed).shuffle(texts)
        characters = 0
        for text in texts:
            if characters > most:
                break
            characters += len(text)
            yield text


def self_labelled(teacher: Tagger, texts: Sequence[str]) -> Iterator[Document]:
    """`texts` with what `teacher` is sure of as spans, and open spans where it is in doubt."""
    for scored in teacher.score(texts):
        log_p = log_softmax(scored.scores, teacher.description.decoding.temperature)  # (tokens, tags)
        found = teacher.decode(scored, off=())
        sure = [span for span in found if span.score >= _SURE]
        doubtful = np.exp(log_p[:, 0]) < _SURELY_OUTSIDE
        opened = [span for span in found if span.score < _SURE] + _stretches(scored.tokens, doubtful)
        yield Document(scored.text, tuple(sure), open_spans=tuple(_beside(opened, sure)))


def _stretches(tokens: Tokens, chosen: NDArray[np.bool_]) -> list[Span]:
    """The stretches of text of neighbouring chosen tokens."""
    spans = []
    for is_chosen, group in groupby(range(len(tokens)), key=lambda token: bool(chosen[token])):
        places = list(group)
        start, end = int(tokens.starts[places[0]]), int(tokens.ends[places[-1]])
        if is_chosen and start < end:
            spans.append(Span(start, end, ""))
    return spans


def _beside(opened: Sequence[Span], sure: Sequence[Span]) -> Iterator[Span]:
    """Those of `opened` that overlap none of `sure`."""
    for span in opened:
        if not any(span.start < other.end and other.start < span.end for other in sure):
            yield span

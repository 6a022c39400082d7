"""Training examples: the windows of labelled documents, and their order in each epoch."""

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from loredact.document import Document
from loredact.encoding import AllowedTags, PackedBatch, Tokens, pack_windows
from loredact.encoding.tags import END, INSIDE, OUTSIDE
from loredact.training.task import Item

_HELD_OUT_SHARE = 0.05
_HELD_OUT_MOST = 100
_FEW = 40
# A first window loses at most so much of its length, by multiples of the golden ratio, which spread evenly.
_SHORTER, _GOLDEN = 0.75, (5**0.5 - 1) / 2


@dataclass(frozen=True, slots=True, eq=False)
class TagExample:
    """Token ids, tags and sets of allowed tags of a window or a document, `(tokens,)` each.

    Where `allowed` is not 0 the tag is not known, and is one of that set (`AllowedTags`). Equal to itself alone, so it
    can be a key.
    """

    ids: NDArray[np.int64]
    tags: NDArray[np.int64]
    allowed: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def learnt(self) -> int:
        """How many of its tokens have a loss: all."""
        return len(self)


def whole_examples(
    documents: Sequence[Document], tokenised: Sequence[Tokens], allowed: AllowedTags
) -> list[TagExample]:
    """Each of `documents` whole, of whatever length; the sets of tags that they need are added to `allowed`."""
    result = []
    for document, tokens in zip(documents, tokenised, strict=True):
        written = allowed.tags.write(tokens, document.spans)
        result.append(TagExample(tokens.ids, written, allowed.of(tokens, written, document)))
    return result


def cut(wholes: Sequence[TagExample], window: int, epoch: int = 0) -> list[TagExample]:
    """The windows of whole documents, of at most `window` tokens, which tile them: each token is learnt once an epoch.

    Where labels are known no overlap is needed to keep spans whole: a window ends where no span would be cut, save
    where a span is longer than a window. The windows of a document are of about one length, but for the first of one
    that needs several: from epoch to epoch that is shorter by another part of `window`, so that the same tokens are met
    with more or less around them.
    """
    shorter = int(_SHORTER * window * (epoch * _GOLDEN % 1))
    result = []
    for whole in wholes:
        start = 0
        while start < len(whole):
            left = len(whole) - start
            length = math.ceil(left / math.ceil(left / window))
            if start == 0 and left > window and shorter:
                length = window - shorter
            end = _border(whole.tags, start, start + length, min(start + window, len(whole)))
            result.append(TagExample(whole.ids[start:end], whole.tags[start:end], whole.allowed[start:end]))
            start = end
    return result


def _border(tags: NDArray[np.int64], start: int, end: int, most: int) -> int:
    """The place nearest before `end`, else behind it, that is not inside a span; `most` where there is none."""
    for place in chain(range(end, start, -1), range(end + 1, most + 1)):
        if place == len(tags) or tags[place] == OUTSIDE or (int(tags[place]) - 1) % 4 not in (INSIDE, END):
            return place
    return most


def epoch_batches(items: Sequence[Item], row_tokens: int, seed: int, epoch: int) -> Iterator[PackedBatch[Item]]:
    """The packed batches of one epoch. Their order depends on `seed` and `epoch` alone: resuming needs no state."""
    order = np.random.default_rng((seed, epoch)).permutation(len(items))
    return pack_windows((items[index] for index in order), row_tokens)


def hold_out(documents: Sequence[Document], seed: int) -> tuple[list[Document], list[Document]]:
    """Documents to train on, and one in twenty (at most 100) to measure on; none where there are fewer than 40."""
    if len(documents) < _FEW:
        return list(documents), []
    count = min(_HELD_OUT_MOST, round(len(documents) * _HELD_OUT_SHARE))
    chosen = set(np.random.default_rng(seed).permutation(len(documents))[:count].tolist())
    kept = [document for index, document in enumerate(documents) if index not in chosen]
    return kept, [documents[index] for index in sorted(chosen)]


def corpus_digest(*corpora: Sequence[Document]) -> str:
    """SHA-256 over texts and spans, by which a resumed run knows that its data is the same."""
    digest = hashlib.sha256()
    for documents in corpora:
        digest.update(b"corpus")
        for document in documents:
            spans = [(span.start, span.end, span.label) for span in document.spans]
            told: tuple[object, ...] = (document.text, spans)
            if document.annotated is not None or document.open_spans:
                opened = [(span.start, span.end) for span in document.open_spans]
                told = (*told, sorted(document.annotated or ()), opened)
            digest.update(repr(told).encode())
    return digest.hexdigest()


def labels_of(documents: Sequence[Document]) -> tuple[str, ...]:
    """The labels that `documents` use, sorted."""
    return tuple(sorted({span.label for document in documents for span in document.spans}))

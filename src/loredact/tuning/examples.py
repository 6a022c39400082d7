"""Training examples: the windows of labelled documents, and their order in each epoch."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from loredact.encoding import Row, TagSet, encode, pack, windows
from loredact.encoding.tags import END, INSIDE, OUTSIDE
from loredact.spans import Document
from loredact.tuning.task import Item

_HELD_OUT_SHARE = 0.05
_HELD_OUT_MOST = 100
_FEW = 40


@dataclass(frozen=True, slots=True, eq=False)
class TagExample:
    """A window: token ids and tags, both `(tokens,)`. Equal to itself alone, so that it can be a key."""

    ids: NDArray[np.int64]
    tags: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def learnt(self) -> int:
        """How many of its tokens have a loss: all."""
        return len(self)


def tag_examples(documents: Sequence[Document], tokenizer: Tokenizer, tags: TagSet, window: int) -> list[TagExample]:
    """The windows of `documents`, of at most `window` tokens, which tile them: each token is learnt once.

    Where labels are known no overlap is needed to keep spans whole: an edge that would cut one is moved to its start.
    """
    result = []
    for document in documents:
        tokens = encode(tokenizer, document.text)
        written = tags.write(tokens, document.spans)
        edges = [piece.start for piece in windows(len(tokens), window, 0, causal=True)]
        edges = [_before_span(written, edge) for edge in edges] + [len(tokens)]
        for start, end in pairwise(edges):
            # A span longer than a window leaves nothing between two edges.
            if start < end:
                result.append(TagExample(tokens.ids[start:end], written[start:end]))
    return result


def _before_span(tags: NDArray[np.int64], edge: int) -> int:
    while edge > 0 and tags[edge] != OUTSIDE and (tags[edge] - 1) % 4 in (INSIDE, END):
        edge -= 1
    return edge


def epoch_rows(items: Sequence[Item], row_tokens: int, seed: int, epoch: int) -> Iterator[Row[Item]]:
    """The rows of one epoch. Their order depends on `seed` and `epoch` alone, so a resumed run needs no saved state."""
    order = np.random.default_rng((seed, epoch)).permutation(len(items))
    return pack((items[index] for index in order), row_tokens)


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
            digest.update(repr((document.text, spans)).encode())
    return digest.hexdigest()


def labels_of(documents: Sequence[Document]) -> tuple[str, ...]:
    """The labels that `documents` use, sorted."""
    return tuple(sorted({span.label for document in documents for span in document.spans}))


def up_to(documents: Sequence[Document], characters: int) -> int:
    """How many of the first documents to take for some `characters`; at least one."""
    total = 0
    for count, document in enumerate(documents):
        if total >= characters:
            return count
        total += len(document.text)
    return len(documents)

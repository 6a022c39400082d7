"""How much of each document is missed at each offset, rules included: what a guaranteed recall is calibrated on."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from loredact.decoding import Scored
from loredact.document import Document
from loredact.evaluation import missed_share, set_apart
from loredact.masking.masker import Masker
from loredact.rules.seen import see
from loredact.tagger import Tagger

# In nats, half a nat apart: a guarantee takes the next higher one.
OFFSETS = tuple(step / 2 for step in range(-12, 25))


def scored_as_seen(tagger: Tagger, documents: Sequence[Document]) -> Iterable[Scored]:
    """The scores of `documents` as the masker reads them."""
    return tagger.score(see(document.text).text for document in documents)


def missed_shares(
    tagger: Tagger,
    documents: Sequence[Document],
    offsets: Sequence[float] = OFFSETS,
    scored: Iterable[Scored] | None = None,
    done: Callable[[float], None] = lambda share: None,
) -> NDArray[np.float64]:
    """The share of the personal characters of each document that is missed at each of `offsets`.

    Found is what `Masker` finds with its rules, at the adapter's own labels that are off. Documents without a personal
    character miss nothing whatever is done, would make every recall look better than it is, and are left out. Each
    text is scored once, or has been (`scored_as_seen`), and decoded once for each offset.
    Shape `(documents with personal data, offsets)`.
    """
    personal, aside = set_apart(documents, tagger.off)
    maskers = [Masker(tagger, offset=offset) for offset in offsets]
    rows = []
    everything = scored_as_seen(tagger, documents) if scored is None else scored
    for index, (document, kept, part) in enumerate(zip(personal, aside, everything, strict=True)):
        seen, row = see(document.text), []
        for masker in maskers:
            share = missed_share(document, masker.spans_of(document.text, seen, part), kept)
            if share is None:
                break
            row.append(share)
        else:
            rows.append(row)
        done((index + 1) / len(documents))
    return np.array(rows, dtype=np.float64).reshape(-1, len(offsets))

"""Adapters held against what people labelled: figures, and spans won and lost."""

from collections.abc import Sequence
from typing import Any

from loredact.document import Span
from loredact.evaluation import evaluate
from loredact.studio.database import Database
from loredact.studio.jobs import Advance
from loredact.studio.labelled import Place
from loredact.studio.runs import split
from loredact.studio.suggest import load_masker
from loredact.studio.texts import labelled_documents


def compare(database: Database, old: str, new: str, points: dict[str, float], advance: Advance) -> dict[str, Any]:
    """Two adapters on the texts that are held out of training: figures of both, and of each text the labelled spans
    that the new one wins and loses, and what it finds wrongly that the old one did not, and the other way round.

    Raises:
        LoredactError: where an adapter cannot be loaded.
    """
    labelled = labelled_documents(database)
    names = {id(document): row for row, document in labelled}
    _, held_out = split([document for _, document in labelled])
    found = {}
    for index, name in enumerate((old, new)):
        masker = load_masker(database.folder, name, points.get(name))
        found[name] = list(masker.find_many(held_out))
        advance((index + 1) / 2)
    texts = []
    for document, before, after in zip(held_out, found[old], found[new], strict=True):
        gold, one, other = set(_places(document.spans)), set(_places(before.spans)), set(_places(after.spans))
        changed = {
            "won": sorted((other & gold) - one),
            "lost": sorted((one & gold) - other),
            "wrong": sorted((other - gold) - one),
            "righted": sorted((one - gold) - other),
        }
        if any(changed.values()):
            row = names[id(document)]
            quoted = {what: [[*p, document.text[p[0] : p[1]][:80]] for p in places] for what, places in changed.items()}
            texts.append({"id": row["id"], "name": row["name"], **quoted})
    return {
        "held_out": len(held_out),
        "old": evaluate(held_out, found[old]).as_json(),
        "new": evaluate(held_out, found[new]).as_json(),
        "texts": texts,
    }


def _places(spans: Sequence[Span]) -> list[Place]:
    return [(span.start, span.end, span.label) for span in spans]

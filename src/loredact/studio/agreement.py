"""How far two people agree who labelled the same text.

- F1: 2 · same spans / all spans of both, a span being the same where offsets and label are.
- Cohen's kappa by character: (p − e) / (1 − e), where p is the share of the characters to which both give the same
  label (or none), and e the share expected if each gave labels by chance as often as they do; 1 where e is 1.
  Source: Cohen, "A Coefficient of Agreement for Nominal Scales", 1960. White space counts for nothing.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from loredact.studio.database import Database
from loredact.studio.labelled import MAIN, Place, read_layer
from loredact.studio.texts import read_text


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two readings of some texts agree."""

    f1: float
    kappa: float
    spans: int
    characters: int


def agreement(texts: Sequence[tuple[str, Sequence[Place], Sequence[Place]]]) -> Agreement:
    """Of texts, each with what one and the other labelled in it."""
    same = total = characters = 0
    pairs = Counter[tuple[str, str]]()
    for text, one, other in texts:
        same += len(set(one) & set(other))
        total += len(set(one)) + len(set(other))
        first, second = _by_character(text, one), _by_character(text, other)
        for character, a, b in zip(text, first, second, strict=True):
            if not character.isspace():
                pairs[a, b] += 1
                characters += 1
    return Agreement(2 * same / total if total else 1.0, _kappa(pairs), total, characters)


def readings(database: Database) -> list[dict[str, Any]]:
    """The texts that somebody read a second time: who, how far they agree, and where they do not."""
    rows = database.rows("SELECT text, layer FROM layers WHERE layer != '' AND status = 'done' ORDER BY text, layer")
    told = []
    for row in rows:
        text, main = read_text(database, row["text"]), read_layer(database, row["text"], MAIN)
        second = read_layer(database, row["text"], row["layer"])
        if main.status != "done":
            continue
        found = agreement([(text["text"], main.spans, second.spans)])
        told.append(
            {
                "id": text["id"],
                "name": text["name"],
                "first": main.who,
                "second": row["layer"],
                "version": main.version,
                "f1": found.f1,
                "kappa": found.kappa,
                "only_first": _quoted(text["text"], set(main.spans) - set(second.spans)),
                "only_second": _quoted(text["text"], set(second.spans) - set(main.spans)),
            }
        )
    return told


def overall(database: Database) -> dict[str, Any] | None:
    """The agreement over all texts that were read twice; None where there is none."""
    rows = database.rows(
        "SELECT t.text, m.spans AS one, s.spans AS other FROM layers s"
        " JOIN layers m ON m.text = s.text AND m.layer = ''"
        " JOIN texts t ON t.id = s.text WHERE s.layer != '' AND s.status = 'done' AND m.status = 'done'"
    )
    if not rows:
        return None

    texts = [(r["text"], _places(json.loads(r["one"])), _places(json.loads(r["other"]))) for r in rows]
    found = agreement(texts)
    return {"texts": len(texts), "f1": found.f1, "kappa": found.kappa, "characters": found.characters}


def _kappa(pairs: Counter[tuple[str, str]]) -> float:
    total = sum(pairs.values())
    if not total:
        return 1.0
    first, second = Counter[str](), Counter[str]()
    for (a, b), count in pairs.items():
        first[a] += count
        second[b] += count
    observed = sum(count for (a, b), count in pairs.items() if a == b) / total
    expected = sum(first[label] * second[label] for label in first) / total**2
    return 1.0 if expected == 1 else (observed - expected) / (1 - expected)


def _by_character(text: str, places: Sequence[Place]) -> list[str]:
    labels = [""] * len(text)
    for start, end, label in places:
        labels[start:end] = [label] * (end - start)
    return labels


def _places(values: Sequence[Sequence[Any]]) -> list[Place]:
    return [(start, end, label) for start, end, label in values]


def _quoted(text: str, places: set[Place]) -> list[list[object]]:
    return [[*place, text[place[0] : place[1]][:80]] for place in sorted(places)]

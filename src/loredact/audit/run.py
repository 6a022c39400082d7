"""The audit: every attack on one adapter, and a verdict."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from loredact.adapters import find_adapter
from loredact.audit.canaries import Canary, Exposure, exposures
from loredact.audit.membership import confidence, document_losses, lira_scores
from loredact.audit.names import NameGap, choose_names, name_gap
from loredact.audit.roc import Roc, roc
from loredact.audit.shadows import Recipe, halves, train_shadow
from loredact.audit.verdict import verdict
from loredact.document import Document
from loredact.errors import InputError
from loredact.strict_json import read_json
from loredact.tagger import Tagger
from loredact.training import Settings
from loredact.training.examples import corpus_digest, hold_out

FEWEST = 10


@dataclass(frozen=True, slots=True)
class Audit:
    """What the attacks on an adapter found. `membership` is by attack: loss, calibrated, lira."""

    adapter: Path
    members: int
    others: int
    shadows: int
    membership: dict[str, Roc]
    names: NameGap | None
    names_at_start: NameGap | None
    canaries: tuple[Exposure, ...]
    seconds: float

    @property
    def verdict(self) -> list[str]:
        """What it comes to, in plain words."""
        return verdict(self.membership, self.names, self.names_at_start, self.canaries, self.members, self.others)

    def as_json(self) -> dict[str, object]:
        """All figures, and no text of a document."""
        return {
            "adapter": str(self.adapter),
            "members": self.members,
            "others": self.others,
            "shadows": self.shadows,
            "membership": {attack: told.as_json() for attack, told in self.membership.items()},
            "names": None if self.names is None else self.names.as_json(),
            "names_at_start": None if self.names_at_start is None else self.names_at_start.as_json(),
            "canaries": [exposure.as_json() for exposure in self.canaries],
            "verdict": self.verdict,
            "seconds": self.seconds,
        }


def audit(
    adapter: str | Path,
    members: Sequence[Document],
    others: Sequence[Document],
    work: Path,
    *,
    shadows: int = 0,
    start: str | None = None,
    canaries: Sequence[Canary] = (),
    label: str | None = None,
    say: Callable[[str], None] = lambda step: None,
) -> Audit:
    """Attack the adapter as one who holds it would, and hold against what is known: which documents are members.

    `members` are what it learnt from, `others` documents of the same origin that it did not; where training itself held
    some of the members out, these count as others. `shadows`, an even number, are trained as the adapter was, on halves
    of both, into folders in `work`, and taken from there by a later audit. `start` is the adapter that training
    continued from, if its report does not say so. `label` is that of the names compared.

    Raises:
        InputError: where there are too few documents, or `shadows` are asked for and there is no report to train by.
    """
    began = time.monotonic()
    folder = find_adapter(adapter, say)
    recipe = _recipe(folder, start)
    members, others = _as_trained(folder, members, others, recipe)
    # Nobody's documents are planted to be known by heart: they would tell of themselves and not of the others.
    planted = {canary.document.text for canary in canaries}
    members = [document for document in members if document.text not in planted]
    if min(len(members), len(others)) < FEWEST:
        raise InputError(f"An audit takes {FEWEST} members and {FEWEST} others at least.")
    if shadows % 2:
        raise InputError("Shadow adapters come in pairs, one half of the documents each: give an even number.")
    documents = [*members, *others]
    count = len(members)
    say("scoring the documents")
    tagger = Tagger.load(folder, say=say)
    losses = document_losses(tagger, documents)
    scores = {"loss": -losses}
    test = choose_names(members, others, label)
    names = None if test is None else name_gap(tagger, test)
    found = tuple(exposures(tagger, canaries))
    names_at_start = None
    if recipe is not None and recipe.start is not None:
        before = Tagger.load(find_adapter(recipe.start, say), say=say)
        if set(before.tags.labels) >= {span.label for document in documents for span in document.spans}:
            scores["calibrated"] = document_losses(before, documents) - losses
        names_at_start = None if test is None else name_gap(before, test)
    if shadows:
        if recipe is None:
            raise InputError(f"{folder} has no report.json, so no shadow can be trained as it was. Ask for none.")
        inside = halves(len(documents), shadows, recipe.settings.seed)
        rows = []
        for index, chosen in enumerate(inside):
            say(f"shadow adapter {index + 1} of {shadows}")
            half = [documents[place] for place in np.flatnonzero(chosen)]
            shadow = train_shadow(half, recipe, recipe.settings.seed + 1 + index, work / "shadows", say)
            rows.append(confidence(document_losses(shadow, documents)))
        scores["lira"] = lira_scores(confidence(losses), np.stack(rows), inside)
    membership = {attack: roc(each[:count].tolist(), each[count:].tolist()) for attack, each in scores.items()}
    seconds = time.monotonic() - began
    return Audit(folder, count, len(others), shadows, membership, names, names_at_start, found, seconds)


def _recipe(folder: Path, start: str | None) -> Recipe | None:
    """How the adapter in `folder` was trained, if it says so."""
    path = folder / "report.json"
    if not path.exists():
        return None
    report = _report(path)
    told = report.get("start")
    return Recipe(Settings.model_validate(report["settings"]), start or (str(told) if told else None))


def _as_trained(
    folder: Path, members: Sequence[Document], others: Sequence[Document], recipe: Recipe | None
) -> tuple[list[Document], list[Document]]:
    """The members that were learnt from, and the others with those that training held out of the members."""
    path = folder / "report.json"
    if recipe is None:
        return list(members), list(others)
    learnt, kept = hold_out(members, recipe.settings.seed)
    data = _report(path).get("data")
    if kept and isinstance(data, dict) and data.get("digest") == corpus_digest(learnt, kept):
        return learnt, [*others, *kept]
    return list(members), list(others)


def _report(path: Path) -> dict[str, object]:
    try:
        report = read_json(path)
    except (OSError, ValueError):
        report = None
    if not isinstance(report, dict) or "settings" not in report:
        raise InputError(f"{path} is no report of a training run. Train the adapter again, or remove the file.")
    return report


def write_audit(folder: Path, found: Audit) -> None:
    """Write `audit.json` and, with matplotlib, `audit.png` into `folder`."""
    from loredact.audit.plot import draw
    from loredact.files import write_text

    write_text(folder / "audit.json", json.dumps(found.as_json(), indent=2) + "\n")
    draw(folder, found.membership, found.names, found.canaries)

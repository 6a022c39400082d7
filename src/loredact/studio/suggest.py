"""What an adapter finds in the folder's texts, and how unsure it is of it.

PyTorch is imported when an adapter is loaded, so that the pages are there before it.
"""

import json
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from loredact.adapters import DEFAULT_ADAPTER
from loredact.document import Span
from loredact.rules.seen import see
from loredact.studio.adapter_names import DESCRIPTION_FILE, adapter_folder
from loredact.studio.choices import ADAPTER_CHOICE, POINT_CHOICE, read_choice
from loredact.studio.database import Database
from loredact.studio.texts import digest_of

if TYPE_CHECKING:
    from loredact.decoding import Scored
    from loredact.masking import Masker
    from loredact.policy import Policy

# Whoever asks for more waits for it knowingly.
AT_ONCE_CHARACTERS = 200_000


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Spans with their scores, and the doubt: the expected share of tokens with a wrong tag, Σ (1 − max p) / n."""

    spans: tuple[Span, ...]
    doubt: float

    def as_json(self) -> dict[str, object]:
        """As the pages read it."""
        spans = [[span.start, span.end, span.label, span.score] for span in self.spans]
        return {"spans": spans, "doubt": self.doubt}


@dataclass(frozen=True, slots=True)
class Loaded:
    """An adapter in memory. `key` says which it is: its files and its operating point."""

    name: str
    key: str
    masker: "Masker"

    def suggest(self, text: str) -> Suggestion:
        """What it finds in `text`."""
        tagger = self.masker.tagger
        if tagger is None:
            spans = self.masker.find(text)
            return Suggestion(tuple(spans), 1 - min((span.score for span in spans), default=1.0))
        seen = see(text)
        (scored,) = tagger.score([seen.text])
        return Suggestion(tuple(self.masker.spans_of(text, seen, scored)), _doubt(self.masker, scored))


class Suggester:
    """The folder's current adapter, loaded when it is needed. Any number of threads may ask; one computes at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._loaded: Loaded | None = None

    def load(self) -> Loaded:
        """The current adapter at the current operating point.

        Raises:
            AdapterError: where it is damaged.
            BaseError: where its base cannot be had.
        """
        with self._lock:
            return self._current()

    def suggest(self, text: int, written: str) -> tuple[str, Suggestion]:
        """The name of the current adapter, and what it finds in the text of that number, kept for the next time."""
        with self._lock:
            loaded = self._current()
            kept = self.kept(text, loaded.key)
            if kept is None:
                kept = loaded.suggest(written)
                self._keep(text, loaded.key, kept)
            return loaded.name, kept

    def masker(self, policy: "Policy") -> "Masker":
        """The masker of the current adapter at its operating point, that masks as `policy` says.

        Raises:
            LoredactError: where the adapter cannot be loaded, or the policy lacks a key.
        """
        return self.load().masker.with_policy(policy)

    def kept(self, text: int, key: str) -> Suggestion | None:
        """What is known already."""
        rows = self._database.rows("SELECT * FROM suggestions WHERE text = ? AND adapter = ?", text, key)
        if not rows:
            return None
        return Suggestion(tuple(Span(*values) for values in json.loads(rows[0]["spans"])), rows[0]["doubt"])

    def doubts(self) -> dict[int, float]:
        """The doubt of each text that the current adapter has looked at, by the text's number."""
        key = self._loaded.key if self._loaded else self.key()[1]
        rows = self._database.rows("SELECT text, doubt FROM suggestions WHERE adapter = ?", key)
        return {row["text"]: row["doubt"] for row in rows}

    def key(self) -> tuple[str, str]:
        """The name of the current adapter, and what says which it is, as it is chosen now."""
        name = read_choice(self._database, ADAPTER_CHOICE, DEFAULT_ADAPTER)
        point = read_choice(self._database, POINT_CHOICE, {}).get(name)
        about = (adapter_folder(self._database.folder, name) / DESCRIPTION_FILE).read_text(encoding="utf-8")
        return name, f"{digest_of(about)[:16]}{'' if point is None else f'@{point:+.2f}'}"

    def _current(self) -> Loaded:
        name, key = self.key()
        if self._loaded is None or self._loaded.key != key:
            point = read_choice(self._database, POINT_CHOICE, {}).get(name)
            self._loaded = Loaded(name, key, load_masker(self._database.folder, name, point))
        return self._loaded

    def _keep(self, text: int, key: str, suggestion: Suggestion) -> None:
        spans = json.dumps([(s.start, s.end, s.label, s.score) for s in suggestion.spans], ensure_ascii=False)
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO suggestions (text, adapter, spans, doubt) VALUES (?, ?, ?, ?)",
                (text, key, spans, suggestion.doubt),
            )


def load_masker(folder: Path, name: str, point: float | None = None) -> "Masker":
    """The masker of an adapter, at `point`, in nats off the score of `O`, or at the adapter's own operating point."""
    from loredact.masking import Masker

    masker = Masker.load(adapter_folder(folder, name))
    if point is None or masker.tagger is None:
        return masker
    return Masker(masker.tagger, offset=point)


def _doubt(masker: "Masker", scored: "Scored") -> float:
    import numpy as np

    from loredact.decoding import log_softmax

    if not len(scored.scores):
        return 0.0
    tagger = masker.tagger
    assert tagger is not None
    log_p = log_softmax(scored.scores, tagger.description.decoding.temperature)
    return float(np.mean(1 - np.exp(log_p.max(axis=1))))

"""Operating points: what an adapter finds at each, measured when it was trained, and in the texts of the folder.

A text is scored once, which is what takes long, and its scores are kept; at another point they are only decoded anew.
"""

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loredact.document import Span
from loredact.errors import InputError
from loredact.rules.seen import Seen, see
from loredact.studio.adapter_names import DESCRIPTION_FILE, adapter_folder
from loredact.studio.database import Database
from loredact.studio.jobs import Advance
from loredact.studio.suggest import Suggester, load_masker
from loredact.studio.texts import digest_of, labelled_documents, unlabelled_texts

if TYPE_CHECKING:
    from loredact.decoding import Scored
    from loredact.masking import Masker

# Texts of which is told what a point changes, the unlabelled ones first: as many as people look through.
_TEXTS = 40
_LONGEST = 20_000
_QUOTED = 80


@dataclass(frozen=True, slots=True)
class _Text:
    id: int
    name: str
    text: str
    seen: Seen
    scored: "Scored"


@dataclass(frozen=True, slots=True)
class _Scores:
    """The scores that an adapter gave, and a masker for each of its points."""

    key: str
    maskers: tuple["Masker", ...]
    texts: tuple[_Text, ...]


class Points:
    """The points of the folder's adapters; of the one that was looked at last the scores are kept."""

    def __init__(self, database: Database, suggester: Suggester) -> None:
        self._database, self._suggester = database, suggester
        self._lock = threading.Lock()
        self._scores: _Scores | None = None

    def curve(self, name: str) -> dict[str, Any]:
        """The points, by offset, and the recall that the adapter itself asks for; none of one that writes masked text.

        Raises:
            InputError: where there is no such adapter.
            AdapterError: where it is damaged.
        """
        from loredact.adapters.description import decoder_of
        from loredact.tagger.description import read_description

        folder = adapter_folder(self._database.folder, name)
        if decoder_of(folder) == "generate":
            return {"points": [], "own": None}
        decoding = read_description(folder).decoding
        points = sorted(decoding.operating_points, key=lambda point: point.offset)
        return {"points": [point.model_dump() for point in points], "own": decoding.recall}

    def score(self, name: str, advance: Advance) -> dict[str, Any]:
        """Score the folder's texts, those that were not yet; gives how many there are.

        Raises:
            LoredactError: where the adapter cannot be loaded.
        """
        from loredact.masking import Masker

        key, points = self._key(name), self.curve(name)["points"]
        before = self._scores if self._scores is not None and self._scores.key == key else None
        if before is None:
            used, _ = self._suggester.key()
            masker = self._suggester.load().masker if used == name else load_masker(self._database.folder, name)
            if masker.tagger is None:
                raise InputError("This adapter writes the masked text, and has no points.")
            maskers = tuple(Masker(masker.tagger, offset=point["offset"]) for point in points)
            before = _Scores(key, maskers, ())
        known = {text.id: text for text in before.texts}
        texts = []
        rows = self._rows()
        for index, row in enumerate(rows):
            texts.append(known.get(row["id"]) or _scored(before.maskers[0], row))
            advance((index + 1) / len(rows))
        with self._lock:
            self._scores = _Scores(key, before.maskers, tuple(texts))
        return {"texts": len(texts)}

    def at(self, name: str, index: int) -> dict[str, Any]:
        """What is found in each text at the point number `index`, from 0: `[start, end, label, value]` each.

        Raises:
            InputError: where the texts are not scored, or there is no such point.
        """
        with self._lock:
            scores = self._scores
        if scores is None or scores.key != self._key(name):
            raise InputError("The texts are not scored by this adapter yet.")
        if not 0 <= index < len(scores.maskers):
            raise InputError("There is no such point.")
        masker = scores.maskers[index]
        return {
            "texts": [
                {"id": t.id, "name": t.name, "spans": _quoted(t.text, masker.spans_of(t.text, t.seen, t.scored))}
                for t in scores.texts
            ]
        }

    def _rows(self) -> list[Any]:
        rows = unlabelled_texts(self._database) + [row for row, _ in labelled_documents(self._database)]
        return [row for row in rows if row["characters"] <= _LONGEST][:_TEXTS]

    def _key(self, name: str) -> str:
        return digest_of((adapter_folder(self._database.folder, name) / DESCRIPTION_FILE).read_text(encoding="utf-8"))


def _scored(masker: "Masker", row: Any) -> _Text:
    assert masker.tagger is not None
    seen = see(row["text"])
    (scored,) = masker.tagger.score([seen.text])
    return _Text(row["id"], row["name"], row["text"], seen, scored)


def _quoted(text: str, spans: list[Span]) -> list[list[object]]:
    return [[span.start, span.end, span.label, text[span.start : span.end][:_QUOTED]] for span in spans]

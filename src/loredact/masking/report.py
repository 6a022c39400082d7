"""What a run did, for an auditor: counts, scores and versions, as JSON or as a page, and never a value of a text."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from loredact.adapters.description import FILE
from loredact.document import Masked
from loredact.errors import InputError
from loredact.files import write_text
from loredact.masking.masker import Masker
from loredact.masking.page import page, table
from loredact.strict_json import read_json

# Scores are counted in tenths, the highest with 1.
_BINS = 10
_Counts = Counter[str]


@dataclass(slots=True)
class Report:
    """The counts of a run; `add` what became of each document, or of each part of one."""

    versions: Mapping[str, object]
    documents: int = 0
    labels: _Counts = field(default_factory=Counter)
    operators: dict[str, _Counts] = field(default_factory=dict)
    kept: dict[str, _Counts] = field(default_factory=dict)
    files: dict[str, _Counts] = field(default_factory=dict)
    kept_in_files: dict[str, _Counts] = field(default_factory=dict)
    scores: dict[str, list[int]] = field(default_factory=dict)

    def add(self, file: str, masked: Masked, *, last: bool = True) -> None:
        """Count what became of a part of `file`; `last` says that the document ends with it."""
        self.documents += last
        of_file = self.files.setdefault(file, Counter())
        for replacement in masked.replacements:
            label = replacement.span.label
            self.labels[label] += 1
            of_file[label] += 1
            self.operators.setdefault(replacement.operator, Counter())[label] += 1
            self._count_score(label, replacement.span.score)
        for kept in masked.kept:
            label = kept.span.label
            self.kept.setdefault(kept.reason, Counter())[label] += 1
            self.kept_in_files.setdefault(file, Counter())[label] += 1
            self._count_score(label, kept.span.score)

    def as_json(self) -> dict[str, Any]:
        """All of it, under the keys that `loredact mask --report FILE.json` writes.

        `scores` counts all spans that were found, kept or not, in tenths from 0 to 1.
        """
        return {
            "versions": dict(self.versions),
            "documents": self.documents,
            "masked": {"count": self.labels.total(), "labels": _sorted(self.labels)},
            "operators": {name: _sorted(counts) for name, counts in sorted(self.operators.items())},
            "kept": {reason: _sorted(counts) for reason, counts in sorted(self.kept.items())},
            "files": {
                file: {"masked": _sorted(counts), "kept": _sorted(self.kept_in_files.get(file, Counter()))}
                for file, counts in self.files.items()
            },
            "scores": dict(sorted(self.scores.items())),
        }

    def as_html(self) -> str:
        """The same as one page, which loads nothing from elsewhere."""
        data = self.as_json()
        parts = [
            f"<p>{data['masked']['count']:,} masked in {self.documents:,} documents.</p>",
            table("Versions", ("", ""), [(name, str(value)) for name, value in self.versions.items()]),
            table("Masked, by label", ("label", "masked"), [(k, f"{v:,}") for k, v in _sorted(self.labels).items()]),
            table("Masked, by operator", ("operator", "label", "masked"), _rows(data["operators"])),
            table("Kept, by reason", ("reason", "label", "kept"), _rows(data["kept"])),
            table(
                "By file",
                ("file", "masked", "kept"),
                [(file, _told(counts["masked"]), _told(counts["kept"])) for file, counts in data["files"].items()],
            ),
            table(
                "Scores of what was found, in tenths",
                ("label", *(f"{tenth / _BINS:.1f}" for tenth in range(_BINS))),
                [
                    (label, *(f"{count:,}" if count else "" for count in counts))
                    for label, counts in data["scores"].items()
                ],
            ),
        ]
        return page("What loredact masked", parts)

    def write(self, path: Path) -> None:
        """Write the report, whole or not at all: a page where the name ends in .html, else JSON.

        Raises:
            InputError: where the name ends in neither .html nor .json.
        """
        require_report_name(path)
        page = path.suffix.lower() == ".html"
        write_text(path, self.as_html() if page else json.dumps(self.as_json(), indent=2, ensure_ascii=False) + "\n")

    def _count_score(self, label: str, score: float) -> None:
        counts = self.scores.setdefault(label, [0] * _BINS)
        counts[min(int(score * _BINS), _BINS - 1)] += 1


def require_report_name(path: Path) -> None:
    """Refuse a report's `path` that says neither of its forms.

    Raises:
        InputError: saying which there are.
    """
    if path.suffix.lower() not in {".json", ".html"}:
        raise InputError(f"The report {path} must end in .json or .html, which says what it is to be.")


def report_of(masker: Masker, adapter: str, folder: Path) -> Report:
    """An empty report of runs of `masker`, which was loaded from `folder` and is called `adapter`."""
    policy = masker.policy.policy
    digests = read_json(folder / FILE).get("digests") if (folder / FILE).exists() else None
    return Report(
        {
            "loredact": version("loredact"),
            "adapter": adapter,
            "adapter digest (SHA-256)": (digests or {}).get(FILE, "not known"),
            "base": masker.model.base.name,
            "base fingerprint (SHA-256)": masker.model.base.fingerprint,
            "policy": policy.name,
            "policy version": policy.version,
            "rules": f"those of loredact {version('loredact')}" if masker.uses_rules else "off",
        }
    )


def _sorted(counts: _Counts) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _rows(groups: Mapping[str, Mapping[str, int]]) -> list[tuple[str, ...]]:
    return [(name, label, f"{count:,}") for name, counts in groups.items() for label, count in counts.items()]


def _told(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{label} {count:,}" for label, count in counts.items())

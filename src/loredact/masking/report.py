"""What a run did, for an auditor: counts, scores and versions, as JSON or as a page, and never a value of a text."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import loredact
from loredact.adapters.description import FILE
from loredact.document import Masked
from loredact.errors import InputError
from loredact.files import write_text
from loredact.masking.masker import Masker
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
            "scores": {label: counts for label, counts in sorted(self.scores.items())},
        }

    def as_html(self) -> str:
        """The same as one page, which loads nothing from elsewhere."""
        data = self.as_json()
        parts = [
            f"<p>{data['masked']['count']:,} masked in {self.documents:,} documents.</p>",
            _table("Versions", ("", ""), [(name, str(value)) for name, value in self.versions.items()]),
            _table(
                "Masked, by label", ("label", "masked"), [(k, f"{v:,}") for k, v in data["masked"]["labels"].items()]
            ),
            _table("Masked, by operator", ("operator", "label", "masked"), _rows(data["operators"])),
            _table("Kept, by reason", ("reason", "label", "kept"), _rows(data["kept"])),
            _table(
                "By file",
                ("file", "masked", "kept"),
                [(file, _told(counts["masked"]), _told(counts["kept"])) for file, counts in data["files"].items()],
            ),
            _table(
                "Scores of what was found, in tenths",
                ("label", *(f"{tenth / _BINS:.1f}" for tenth in range(_BINS))),
                [
                    (label, *(f"{count:,}" if count else "" for count in counts))
                    for label, counts in data["scores"].items()
                ],
            ),
        ]
        return _PAGE.replace("{body}", "\n".join(parts))

    def write(self, path: Path) -> None:
        """Write the report, whole or not at all: a page where the name ends in .html, else JSON.

        Raises:
            InputError: where the name ends in neither .html nor .json.
        """
        from json import dumps

        require_report_name(path)
        page = path.suffix.lower() == ".html"
        write_text(path, self.as_html() if page else dumps(self.as_json(), indent=2, ensure_ascii=False) + "\n")

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
            "loredact": loredact.__version__,
            "adapter": adapter,
            "adapter digest (SHA-256)": (digests or {}).get(FILE, "not known"),
            "base": masker.model.base.name,
            "base identity (SHA-256)": masker.model.base.identity_for_adapters,
            "policy": policy.name,
            "policy version": policy.version,
            "rules": f"those of loredact {loredact.__version__}" if masker.uses_rules else "off",
        }
    )


def _sorted(counts: _Counts) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _rows(groups: Mapping[str, Mapping[str, int]]) -> list[tuple[str, ...]]:
    return [(name, label, f"{count:,}") for name, counts in groups.items() for label, count in counts.items()]


def _told(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{label} {count:,}" for label, count in counts.items())


def _table(title: str, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    if not rows:
        return f"<h2>{escape(title)}</h2>\n<p>None.</p>"
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    body = "\n".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<h2>{escape(title)}</h2>\n<table>\n<tr>{head}</tr>\n{body}\n</table>"


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>What loredact masked</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #222; }
table { border-collapse: collapse; } th, td { border: 1px solid #ccc; padding: .3rem .6rem; text-align: left; }
th { background: #f4f4f8; } td { overflow-wrap: anywhere; }
</style>
</head>
<body>
<h1>What loredact masked</h1>
{body}
</body>
</html>
"""

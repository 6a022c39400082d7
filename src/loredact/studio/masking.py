"""Texts masked: one to try, or many into a ZIP archive with a report."""

import io
import json
import zipfile
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from loredact.document import Masked
from loredact.operators import Replace, apply
from loredact.studio.jobs import Advance
from loredact.studio.suggest import Suggester


def mask(suggester: Suggester, text: str) -> Masked:
    """`text`, masked by the folder's current adapter at its operating point.

    Raises:
        InputError: where it is not valid Unicode.
    """
    return apply(Replace(), text, suggester.find(text))


def mask_all(suggester: Suggester, texts: Sequence[tuple[str, str]], advance: Advance) -> dict[str, Any]:
    """Texts by name, masked: `{"zip": bytes, "report": …}`. The archive holds a file a text, and `report.json`: how
    many spans of each label each file has, and nothing of what they were.
    """
    data = io.BytesIO()
    used = Counter[str]()
    files, labels = [], Counter[str]()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for index, (name, text) in enumerate(texts):
            masked = mask(suggester, text)
            own = _file_name(name, used)
            archive.writestr(own, masked.text)
            counts = Counter(span.label for span in masked.spans)
            labels += counts
            files.append({"file": own, "spans": dict(sorted(counts.items()))})
            advance((index + 1) / len(texts))
        report = {"texts": len(files), "spans": dict(labels.most_common()), "files": files}
        archive.writestr("report.json", json.dumps(report, ensure_ascii=False, indent=2) + "\n")
    return {"zip": data.getvalue(), "report": report}


def _file_name(name: str, used: Counter[str]) -> str:
    """A name within an archive that leads nowhere else, and that no other text has."""
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in {"/", "..", "."}]
    path = PurePosixPath(*parts) if parts else PurePosixPath("text")
    if path.suffix.lower() != ".txt":
        path = path.with_name(path.name + ".txt")
    used[str(path)] += 1
    count = used[str(path)]
    return str(path if count == 1 else path.with_name(f"{path.stem} ({count}){path.suffix}"))

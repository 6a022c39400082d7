"""One point of a curve or of a table: a training run from scratch, measured on text it has not seen."""

import json
from collections.abc import Sequence
from pathlib import Path

from loredact import Masker
from loredact.cli.console import progress, say
from loredact.document import Document
from loredact.errors import EXIT_INTERRUPTED
from loredact.evaluation import evaluate
from loredact.files import write_text
from loredact.training import Progress, Settings, train_into
from loredact.training.checkpoint import FILE as CHECKPOINT_FILE
from loredact.training.examples import corpus_digest

Point = dict[str, float]
FILE = "point.json"


def point(documents: Sequence[Document], measured: Sequence[Document], settings: Settings, folder: Path) -> Point:
    """What an adapter trained on all of `documents` finds in `measured`, by the model alone, without rules.

    The adapter and the figures (`point.json`) are left in `folder`; figures that are there are not computed again, so
    several commands may fill a table together, and a stopped one goes on.

    Raises:
        SystemExit: where the folder holds figures of other documents or settings, or Ctrl-C stopped the training.
    """
    record = folder / FILE
    data = corpus_digest(documents, measured)
    if record.exists():
        known = json.loads(record.read_text(encoding="utf-8"))
        # A setting that did not exist then has its default.
        if known.get("data") != data or Settings.model_validate(known["settings"]) != settings:
            raise SystemExit(f"{record} has figures of other documents or settings. Give those, or another --out.")
        figures: Point = known["figures"]
        return figures
    with progress(folder.name) as bar:
        # Every document is learnt from: a few are too few to hold one out.
        trained = train_into(
            folder,
            documents,
            settings,
            held_out=[],
            resume=(folder / CHECKPOINT_FILE).exists(),
            progress=Progress(lambda s: bar(s.done, f"loss {s.loss:.3f}, {s.tokens_per_second:.0f} tokens/s"), say),
        )
    if trained.stopped:
        raise SystemExit(EXIT_INTERRUPTED)
    found = evaluate(measured, Masker.load(folder, rules=False).find_many(measured))
    seconds = trained.report["seconds"]
    assert isinstance(seconds, float)
    figures = {
        "documents": len(documents),
        "epochs": settings.epochs,
        "seconds": seconds,
        "strict_f1": found.strict.f1,
        "found": found.characters.recall,
        "precision": found.characters.precision,
    }
    write_text(
        record,
        json.dumps({"data": data, "settings": settings.model_dump(mode="json"), "figures": figures}, indent=2) + "\n",
    )
    return figures

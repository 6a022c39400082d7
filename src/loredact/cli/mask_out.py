"""`loredact mask PATH… --out DIR`: files and trees, each file by its format."""

from collections.abc import Sequence
from pathlib import Path

from loredact.adapters import find_adapter
from loredact.batch import Report, Work, mask_files
from loredact.cli.console import complain, progress, say, tell
from loredact.masking.report import report_of


def mask_out(paths: list[str], out: Path, work: Work, workers: int | None, reports: Sequence[Path] = ()) -> int:
    """Mask `paths` into `out`, with a bar and a line for each file that could not be done; give the exit code.

    `reports` are written at the end, of the files that were masked in this run.
    """
    masker = work.load(say)
    done = report_of(masker, work.adapter, find_adapter(work.adapter))
    # The bar has a thread, and workers are forked before it starts.
    with progress("masking") as moved:
        report = Report(
            problem=lambda name, reason: complain(f"{name}: {reason}"),
            note=lambda name, note: say(f"{name}: {note}"),
            moved=moved,
            masked=lambda name, masked: done.add(name, masked, last=False),
        )
        outcome = mask_files([Path(path) for path in paths], out, work, masker, workers=workers, report=report)
    done.documents = outcome.done
    for path in reports:
        done.write(path)
    counts = ", ".join(f"{count} {label}" for label, count in sorted(outcome.counts.items())) or "nothing to mask"
    tell(
        f"{outcome.done} masked, {outcome.unchanged} unchanged, {outcome.failed} could not be done, in {out}: {counts}."
    )
    return outcome.exit_code

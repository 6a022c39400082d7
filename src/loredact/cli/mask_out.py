"""`loredact mask PATH… --out DIR`: files and trees, each file by its format."""

from pathlib import Path

from loredact.batch import Report, Work, mask_files
from loredact.cli.console import complain, progress, say, tell


def mask_out(paths: list[str], out: Path, work: Work, workers: int | None) -> int:
    """Mask `paths` into `out`, with a bar and a line for each file that could not be done; give the exit code."""
    masker = work.load(say)
    # The bar has a thread, and workers are forked before it starts.
    with progress("masking") as moved:
        report = Report(
            problem=lambda name, reason: complain(f"{name}: {reason}"),
            note=lambda name, note: say(f"{name}: {note}"),
            moved=lambda share, name: moved(share, name),
        )
        outcome = mask_files([Path(path) for path in paths], out, work, masker, workers=workers, report=report)
    counts = ", ".join(f"{count} {label}" for label, count in sorted(outcome.counts.items())) or "nothing to mask"
    tell(
        f"{outcome.done} masked, {outcome.unchanged} unchanged, {outcome.failed} could not be done, in {out}: {counts}."
    )
    return outcome.exit_code

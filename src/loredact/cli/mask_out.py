"""`loredact mask PATH… --out DIR`: files and trees, each file by its format."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from loredact.adapters import find_adapter
from loredact.batch import Outcome, Report, Work, mask_files
from loredact.batch.storage import is_stored
from loredact.cli.console import complain, progress, say, tell
from loredact.errors import InputError
from loredact.masking.report import report_of

if TYPE_CHECKING:
    from loredact.batch.manifest import Entry
    from loredact.batch.storage import Group


def mask_out(
    paths: list[str], out: str, work: Work, workers: int | None, reports: Sequence[Path] = (), *, ray: bool = False
) -> int:
    """Mask `paths` into `out`, with a bar and a line for each file that could not be done; give the exit code.

    Either may be an address in a storage. `reports` are written at the end, of the files that were masked in this run.
    With `ray`, the machines of a cluster mask them.
    """
    if not ray and not any(map(is_stored, (out, *paths))):
        return _mask_here(paths, Path(out), work, workers, reports)
    if reports:
        raise InputError("--report is for files of this machine: counts of others are in loredact.jsonl.")
    return _mask_stored(paths, out if is_stored(out) else f"file://{Path(out).resolve()}", work, workers, ray=ray)


def _mask_here(paths: list[str], out: Path, work: Work, workers: int | None, reports: Sequence[Path]) -> int:
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
    return _told(outcome, str(out))


def _mask_stored(paths: list[str], out: str, work: Work, workers: int | None, *, ray: bool) -> int:
    from loredact.batch.storage import mask_group, mask_stored

    def by_ray(groups: "Sequence[Group]") -> "Iterator[Entry]":
        try:
            from loredact.batch.ray import mask_groups
        except ModuleNotFoundError:
            raise InputError("--ray needs Ray: pip install 'loredact[ray]'.") from None
        yield from mask_groups(groups, out, work)

    def here(groups: "Sequence[Group]") -> "Iterator[Entry]":
        masker = work.load(say)
        for group in groups:
            yield from mask_group(group, out, work, masker, workers)

    with progress("masking") as moved:
        report = Report(
            problem=lambda name, reason: complain(f"{name}: {reason}"),
            note=lambda name, note: say(f"{name}: {note}"),
            moved=moved,
        )
        urls = [path if is_stored(path) else f"file://{Path(path).resolve()}" for path in paths]
        outcome = mask_stored(urls, out, work, by_ray if ray else here, report)
    return _told(outcome, out)


def _told(outcome: Outcome, out: str) -> int:
    counts = ", ".join(f"{count} {label}" for label, count in sorted(outcome.counts.items())) or "nothing to mask"
    tell(
        f"{outcome.done} masked, {outcome.unchanged} unchanged, {outcome.failed} could not be done, in {out}: {counts}."
    )
    if outcome.not_met:
        complain(f"--columns: no file has {', '.join(outcome.not_met)}.")
    return outcome.exit_code

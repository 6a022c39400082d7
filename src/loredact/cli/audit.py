"""`loredact audit`: what an adapter gives away of the texts it learnt from."""

from pathlib import Path
from typing import Annotated

import typer

from loredact.cli.console import print_json, say, tell

EXAMPLE = "Example: loredact audit my-adapter --members letters.jsonl --others others.jsonl --shadow 8 --out my-audit"


def audit(
    adapter: Annotated[str, typer.Argument(help="The adapter's folder, with the report.json of its training.")],
    members: Annotated[str, typer.Option(metavar="DATA", help="The labelled text that it learnt from.")],
    others: Annotated[str, typer.Option(metavar="DATA", help="Labelled text of the same origin that it did not.")],
    out: Annotated[Path, typer.Option(help="The folder for audit.json, audit.png and the shadow adapters.")],
    shadow: Annotated[
        int, typer.Option(min=0, help="How many shadow adapters to train, an even number; each as long as the adapter.")
    ] = 0,
    from_: Annotated[
        str | None, typer.Option("--from", help="The adapter that training started from, if the report does not say.")
    ] = None,
    canaries: Annotated[
        Path | None, typer.Option(help="Canaries that `loredact corpus plant` put among the members.")
    ] = None,
    names: Annotated[
        str | None,
        typer.Option(metavar="LABEL", help="The label of names to compare; else PERSON, or what varies most."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Attack the adapter: membership of documents, learnt names beside others, planted canaries; and give a verdict.

    docs/how-to/audit.md says what each attack assumes. A later audit with the same --out takes its shadow adapters.
    """
    from loredact.audit import audit as attack
    from loredact.audit import read_canaries, write_audit
    from loredact.corpora import read_corpus

    planted = [] if canaries is None else read_canaries(canaries)
    found = attack(
        adapter,
        read_corpus(members, say),
        read_corpus(others, say),
        out,
        shadows=shadow,
        start=from_,
        canaries=planted,
        label=names,
        say=say,
    )
    write_audit(out, found)
    if json:
        print_json(found.as_json())
        return
    tell(f"{'':14}{'AUC':>8}{'95 %':>18}{'found at 0.1 %':>18}{'at 1 %':>10}")
    for attack_name, told in found.membership.items():
        rare = "".join(f"{share.value:>{width}.1%}" for share, width in zip(told.found.values(), (18, 10), strict=True))
        tell(f"{attack_name:14}{told.auc:>8.3f}{f'{told.low:.3f} to {told.high:.3f}':>18}{rare}")
    for line in found.verdict:
        tell(line)
    say(f"written to {out}")

"""What an audit's figures come to, in plain words."""

from collections.abc import Mapping, Sequence

from loredact.audit.canaries import Exposure
from loredact.audit.names import NameGap
from loredact.audit.roc import Roc

_ATTACKS = {
    "loss": "by its loss",
    "calibrated": "by its loss beside the start's",
    "lira": "by shadow adapters (LiRA)",
}


def verdict(
    membership: Mapping[str, Roc],
    names: NameGap | None,
    names_at_start: NameGap | None,
    canaries: Sequence[Exposure],
    members: int,
    others: int,
) -> list[str]:
    """One sentence a finding: what shows beyond chance, what does not, and how far these documents can tell."""
    lines = [*_of_membership(membership), *_of_names(names, names_at_start), *_of_canaries(canaries)]
    lines.append(
        f"{members} members and {others} others were compared: with so many others a false positive rate below "
        f"{1 / others:.2%} means none. What no attack here finds another may."
    )
    return lines


def _of_membership(membership: Mapping[str, Roc]) -> list[str]:
    attack, best = min(membership.items(), key=lambda pair: pair[1].chance)
    if not best.shows:
        tried = ", ".join(_ATTACKS[name] for name in membership)
        return [f"Membership does not show: no attack ({tried}) tells members from others beyond chance."]
    rare = best.found[0.01]
    return [
        f"Membership shows: {_ATTACKS[attack]} a member scores above another document {best.auc:.0%} of the time "
        f"(95 %: {best.low:.0%} to {best.high:.0%}; by chance 50 %). {rare.value:.1%} of the members are found where "
        f"at most 1 % of the others are taken for one (95 %: {rare.low:.1%} to {rare.high:.1%})."
    ]


def _of_names(names: NameGap | None, at_start: NameGap | None) -> list[str]:
    if names is None:
        return ["Names were not compared: there are too few that stand in one document alone."]
    gap, low, high = names.score_gap
    told = (
        f"a learnt {names.label} scores {names.score_learnt:.3f} and another {names.score_others:.3f} in the same "
        f"sentences (gap {100 * gap:+.1f} points, 95 %: {100 * low:+.1f} to {100 * high:+.1f}), and is found "
        f"{names.found_learnt:.1%} of the time beside {names.found_others:.1%}"
    )
    if at_start is not None:
        told += f"; by the adapter that training started from the gap is {100 * at_start.score_gap[0]:+.1f} points"
    return [f"Names {'show' if names.betrays else 'do not show'}: {told}."]


def _of_canaries(canaries: Sequence[Exposure]) -> list[str]:
    lines = []
    for exposure in canaries:
        mean = sum(exposure.bits) / len(exposure.bits)
        shown = "were learnt by heart" if exposure.shows else "do not show"
        times = "once" if exposure.times == 1 else f"{exposure.times} times"
        lines.append(
            f"Canaries planted {times} {shown}: {mean:.1f} bits of exposure on average (1.4 by chance; "
            f"p = {exposure.chance:.2g})."
        )
    return lines

"""`audit.png`: the attacks' ROC, the gap of names, the canaries' exposure."""

import importlib.util
from collections.abc import Mapping, Sequence
from pathlib import Path

from loredact.audit.canaries import Exposure
from loredact.audit.names import NameGap
from loredact.audit.roc import Roc
from loredact.files import replacing

_COLOURS = ("#1f4e8c", "#c2571a", "#3a7d44")


def draw(folder: Path, membership: Mapping[str, Roc], names: NameGap | None, canaries: Sequence[Exposure]) -> bool:
    """Draw `audit.png` into `folder`; returns whether matplotlib was there to draw it with."""
    if importlib.util.find_spec("matplotlib") is None:
        (folder / "audit.png").unlink(missing_ok=True)
        return False
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 4), layout="constrained")
    curve, gap, exposure = figure.subplots(1, 3)
    least = 1e-3
    for (attack, told), colour in zip(membership.items(), _COLOURS, strict=False):
        false, true = zip(*((max(x, least), max(y, least)) for x, y in told.points), strict=True)
        curve.step(false, true, where="post", color=colour, label=f"{attack}, AUC {told.auc:.2f}")
    curve.plot([least, 1], [least, 1], color="#999999", linestyle="--", linewidth=0.8, label="chance")
    curve.set(xscale="log", yscale="log", xlim=(least, 1), ylim=(least, 1))
    curve.set(xlabel="share of others taken for members", ylabel="share of members found", title="Membership")
    curve.legend(loc="lower right", fontsize=8)
    if names is not None:
        groups = ["score", "found"]
        for offset, values, colour, title in (
            (-0.2, (names.score_learnt, names.found_learnt), _COLOURS[1], "learnt"),
            (0.2, (names.score_others, names.found_others), _COLOURS[0], "not learnt"),
        ):
            gap.bar([place + offset for place in range(2)], values, width=0.38, color=colour, label=title)
        gap.set_xticks(range(2), groups)
        gap.set(ylim=(0, 1), title=f"Names ({names.label})")
        gap.legend(loc="lower right", fontsize=8)
    for group in canaries:
        exposure.scatter([str(group.times)] * len(group.bits), group.bits, color=_COLOURS[0])
    exposure.axhline(1.44, color="#999999", linestyle="--", linewidth=0.8)
    exposure.set(xlabel="times planted", ylabel="exposure (bits)", title="Canaries (dashed: by chance)")
    with replacing(folder / "audit.png") as part:
        figure.savefig(part, format="png", dpi=150)
    return True

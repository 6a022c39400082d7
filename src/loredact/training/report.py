"""What a run leaves to read: `report.json` and, with matplotlib, `loss.png` and `operating_points.png`."""

import contextlib
import importlib.util
import json
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from loredact.decoding import OperatingPoint
from loredact.files import replacing, write_text

_POINTS = "operating_points.png"


def machine() -> dict[str, object]:
    """What the run ran on."""
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else None
    return {
        "processor": torch.backends.cpu.get_cpu_capability(),
        "cores": os.cpu_count(),
        "gpu": gpu,
        "python": platform.python_version(),
        "torch": torch.__version__,
    }


def peak_memory_mb() -> float:
    """The most memory the process has had resident, in megabytes; 0 where the system does not say."""
    with contextlib.suppress(OSError, StopIteration):
        # getrusage's figure is never below what the process that started this one held by then.
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) * 1024 / 1e6
    try:
        import resource
    except ImportError:  # as on Windows
        return 0.0
    # Bytes on macOS, kilobytes elsewhere.
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def write_report(folder: Path, report: dict[str, object]) -> None:
    """Write `report.json` into `folder`."""
    write_text(folder / "report.json", json.dumps(report, indent=2) + "\n")


def draw_loss(folder: Path, losses: Sequence[float], evaluations: Sequence[dict[str, float]]) -> bool:
    """Draw `loss.png` into `folder`: the loss by step, its moving mean, and strict F1 on held-out text.

    Returns whether matplotlib was there to draw it with. Where not, none is left of an earlier run.
    """
    if importlib.util.find_spec("matplotlib") is None or not losses:
        (folder / "loss.png").unlink(missing_ok=True)
        return False
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.subplots()
    steps = np.arange(1, len(losses) + 1)
    axes.plot(steps, losses, color="#b8c4d6", linewidth=0.8, label="loss of a step")
    width = max(1, len(losses) // 40)
    smooth = np.convolve(losses, np.ones(width) / width, mode="valid")
    axes.plot(steps[width - 1 :], smooth, color="#1f4e8c", linewidth=1.8, label=f"mean of {width} steps")
    axes.set_yscale("log")
    axes.set_xlabel("step")
    axes.set_ylabel("cross-entropy per token (nats)")
    axes.grid(alpha=0.25)
    lines, names = axes.get_legend_handles_labels()
    if evaluations:
        right = axes.twinx()
        at = [evaluation["step"] for evaluation in evaluations]
        f1 = [evaluation["strict_f1"] for evaluation in evaluations]
        (line,) = right.plot(at, f1, color="#c2571a", marker="o", label="strict F1, held-out text")
        right.set_ylim(0, 1)
        right.set_ylabel("strict F1")
        lines, names = [*lines, line], [*names, str(line.get_label())]
    axes.legend(lines, names, loc="lower left")
    with replacing(folder / "loss.png") as part:
        figure.savefig(part, format="png", dpi=150)
    return True


def draw_operating_points(folder: Path, points: Sequence[OperatingPoint]) -> bool:
    """Draw `operating_points.png` into `folder`: precision against recall by character on held-out text.

    Returns whether there was something to draw, and matplotlib to draw it with. Where not, none is left of an earlier
    run.
    """
    if importlib.util.find_spec("matplotlib") is None or not points:
        (folder / _POINTS).unlink(missing_ok=True)
        return False
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 5), layout="constrained")
    axes = figure.subplots()
    recalls, precisions = [100 * point.recall for point in points], [100 * point.precision for point in points]
    axes.plot(recalls, precisions, color="#1f4e8c", marker="o", markersize=4)
    for point, recall, precision in zip(points, recalls, precisions, strict=True):
        if point.offset % 3 == 0:
            axes.annotate(
                f"{point.offset:+.0f}", (recall, precision), textcoords="offset points", xytext=(6, 4), fontsize=8
            )
    axes.margins(x=0.08)  # room for the last point's label
    axes.set_xlabel("personal characters found (%)")
    axes.set_ylabel("precision by character (%)")
    axes.set_title("What each offset gives on held-out text (labels: nats off the logit of O)", fontsize=10)
    axes.grid(alpha=0.25)
    with replacing(folder / _POINTS) as part:
        figure.savefig(part, format="png", dpi=150)
    return True

"""Pictures of what the workshop measured."""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loredact.files import replacing
from loredact.tagger import Method
from loredact.workshop.figures import CUSTOMERS, NAMES, Comparison, MethodFigures

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# LoRA stands out; the others are as quiet as they are different.
_COLOURS: dict[Method, str] = {"feature": "#a9b4c2", "head": "#7d93ad", "full": "#3d5a80", "lora": "#e07a3f"}
_INK, _QUIET = "#22303f", "#6b7885"

_BARS: tuple[tuple[str, Callable[[MethodFigures], float], Callable[[float], str]], ...] = (
    (f"{CUSTOMERS:,} customers on disk", lambda f: f.customers_mb / 1000, lambda gb: f"{gb:,.1f} GB"),
    ("size on disk", lambda f: f.adapter_mb, lambda mb: f"{mb:,.1f} MB" if mb < 100 else f"{mb:,.0f} MB"),
    ("peak memory", lambda f: f.peak_memory_mb / 1000, lambda gb: f"{gb:.1f} GB"),
    ("training time", lambda f: f.seconds / 60, lambda minutes: f"{minutes:.1f} min"),
    ("tokens per second", lambda f: f.tokens_per_second, lambda rate: f"{rate:,.0f}"),
    ("personal characters found", lambda f: f.characters_found, lambda share: f"{share:.1%}"),
)


def draw_comparison(path: Path, comparison: Comparison) -> bool:
    """Draw `comparison` into the PNG `path`: strict F1 by parameters trained, and a row of bars for every other figure.

    Returns whether matplotlib was there to draw it with.
    """
    if importlib.util.find_spec("matplotlib") is None:
        return False
    from matplotlib.figure import Figure

    figure = Figure(figsize=(14, 7.2), layout="constrained", facecolor="white")
    left, right = figure.subfigures(1, 2, width_ratios=(1.0, 1.15), squeeze=False)[0]
    _draw_quality(left.subplots(), comparison)
    panels = right.subplots(4, 2).flat
    for (title, value, text), axes in zip(_BARS, panels, strict=False):
        _draw_bars(axes, title, [(f.method, value(f), text(value(f))) for f in comparison.methods])
    moved = [
        (f.method, f.perplexity, f"{comparison.perplexity:,.1f} → {f.perplexity:,.1f}") for f in comparison.methods
    ]
    _draw_bars(next(panels), "perplexity on plain text, before → after", moved)
    _draw_names(next(panels), comparison)
    figure.suptitle(_headline(comparison), fontsize=15, fontweight="bold", color=_INK)
    with replacing(path) as part:
        figure.savefig(part, format="png", dpi=150)
    return True


def _headline(comparison: Comparison) -> str:
    lora, full = comparison.of("lora"), comparison.of("full")
    share = lora.trained_parameters / full.trained_parameters
    return f"LoRA trains {share:.1%} of the weights: strict F1 {lora.strict_f1:.3f}, and {full.strict_f1:.3f} with all"


def _draw_quality(axes: "Axes", comparison: Comparison) -> None:
    for figures in comparison.methods:
        at = (figures.trained_parameters, figures.strict_f1)
        # Above LoRA and below the others, which may lie right under it.
        side = 1 if figures.method == "lora" else -1
        axes.scatter(*at, s=420, color=_COLOURS[figures.method], edgecolor="white", linewidth=2, zorder=3)
        axes.annotate(
            f"{NAMES[figures.method]}\n{figures.strict_f1:.3f}",
            at,
            xytext=(0, 17 * side),
            textcoords="offset points",
            ha="center",
            va="bottom" if side > 0 else "top",
            color=_INK,
            fontsize=11,
        )
    axes.set_xscale("log")
    axes.margins(x=0.2)
    axes.set_ylim(-0.12, 1.12)
    axes.set_yticks([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    axes.set_xlabel("trainable parameters", color=_QUIET)
    axes.set_title("strict F1 on text that was not trained on", loc="left", fontsize=12, color=_INK)
    axes.grid(axis="y", color="#e6eaee", zorder=0)
    _tidy(axes, ("top", "right", "left"))


def _draw_bars(axes: "Axes", title: str, bars: list[tuple[Method, float, str]]) -> None:
    for place, (method, value, text) in enumerate(reversed(bars)):
        axes.barh(place, value, color=_COLOURS[method], height=0.72)
        axes.annotate(
            text, (value, place), xytext=(5, 0), textcoords="offset points", va="center", fontsize=9.5, color=_INK
        )
    # Room for the longest bar's figure.
    axes.set_xlim(0, 1.45 * max(value for _, value, _ in bars) or 1.0)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_title(title, loc="left", fontsize=10.5, color=_INK)
    _tidy(axes, ("top", "right", "bottom"))


def _draw_names(axes: "Axes", comparison: Comparison) -> None:
    axes.axis("off")
    handles: list[Any] = [axes.barh(0, 0, color=_COLOURS[f.method], label=NAMES[f.method]) for f in comparison.methods]
    axes.legend(handles=handles, loc="center left", ncols=2, frameon=False, fontsize=11, labelcolor=_INK)
    about = f"{comparison.base}, {comparison.depth} layers, {comparison.documents} documents"
    axes.text(0.02, 0.02, about, transform=axes.transAxes, fontsize=9, color=_QUIET)


def _tidy(axes: "Axes", sides: tuple[str, ...]) -> None:
    axes.spines[list(sides)].set_visible(False)
    for spine in axes.spines.values():
        spine.set_color("#c3ccd5")
    axes.tick_params(colors=_QUIET, length=0)

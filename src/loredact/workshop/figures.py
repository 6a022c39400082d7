"""What a comparison of the four ways to fine-tune found, and its table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from loredact.tagger import Method

METHODS: tuple[Method, ...] = ("feature", "head", "full", "lora")
NAMES: dict[Method, str] = {
    "feature": "feature-based",
    "head": "fine-tuning I",
    "full": "fine-tuning II",
    "lora": "LoRA",
}
CUSTOMERS = 1000


@dataclass(frozen=True, slots=True)
class MethodFigures:
    """What one method cost and gave. Sizes in megabytes (10⁶ bytes), times in seconds.

    `customers_mb` is what 1,000 such adapters and their base take on disk; a fully fine-tuned copy needs no base.
    `perplexity` is the base's own, on plain text, with what was trained in it.
    """

    method: Method
    learning_rate: float
    trained_parameters: int
    adapter_mb: float
    customers_mb: float
    peak_memory_mb: float
    seconds: float
    tokens_per_second: float
    strict_f1: float
    characters_found: float
    characters_precision: float
    perplexity: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """The figures of every method, and of the base before any."""

    base: str
    base_mb: float
    depth: int
    settings: dict[str, Any]
    documents: int
    eval_documents: int
    machine: dict[str, Any]
    perplexity: float
    methods: tuple[MethodFigures, ...]

    def of(self, method: Method) -> MethodFigures:
        """The figures of `method`."""
        return next(figures for figures in self.methods if figures.method == method)


def as_markdown(comparison: Comparison) -> str:
    """The comparison as a Markdown table, a column for each method."""
    whole = comparison.of("full").trained_parameters
    rows: list[tuple[str, Callable[[MethodFigures], str]]] = [
        ("trainable parameters", lambda f: f"{f.trained_parameters:,}"),
        ("of fine-tuning II's", lambda f: f"{f.trained_parameters / whole:.2%}"),
        ("size on disk", lambda f: f"{f.adapter_mb:.1f} MB"),
        (f"{CUSTOMERS:,} customers on disk", lambda f: f"{f.customers_mb / 1000:.1f} GB"),
        ("peak memory", lambda f: f"{f.peak_memory_mb:,.0f} MB"),
        ("time", lambda f: f"{f.seconds:,.0f} s"),
        ("tokens per second", lambda f: f"{f.tokens_per_second:,.0f}"),
        ("strict F1", lambda f: f"{f.strict_f1:.3f}"),
        ("personal characters found", lambda f: f"{f.characters_found:.1%}"),
        ("at a precision of", lambda f: f"{f.characters_precision:.1%}"),
        ("perplexity, before → after", lambda f: f"{comparison.perplexity:,.1f} → {f.perplexity:,.1f}"),
        ("learning rate", lambda f: f"{f.learning_rate:g}"),
    ]
    lines = [
        "| | " + " | ".join(NAMES[figures.method] for figures in comparison.methods) + " |",
        "| --- |" + " ---: |" * len(comparison.methods),
    ]
    lines += [f"| {name} | " + " | ".join(map(cell, comparison.methods)) + " |" for name, cell in rows]
    settings = comparison.settings
    budget = f"{settings['epochs']:g} epochs" if settings["minutes"] is None else f"{settings['minutes']:g} minutes"
    about = (
        f"{comparison.base}, {comparison.depth} layers; {comparison.documents} documents, {budget} each; LoRA of rank "
        f"{settings['lora']['rank']}; measured on {comparison.eval_documents} documents."
    )
    return "\n".join([*lines, "", about]) + "\n"

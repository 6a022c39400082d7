"""What our labels are called in other sets, as Markdown: the part of docs/labels.md that follows from the maps.

`python -m loredact.labels.table` prints it.
"""

from loredact.labels.label_map import LabelMap, read_map
from loredact.labels.names import LABELS

# The heading of each map's column.
SETS = {
    "presidio": "Presidio",
    "presidio-evaluator": "Presidio's evaluator",
    "openai-privacy-filter": "OpenAI Privacy Filter",
    "ai4privacy": "ai4privacy",
    "meddocan": "MEDDOCAN",
    "tab": "TAB",
}


def names_table() -> str:
    """A row for each label of ours, a column for each set; see `_names` for what a cell holds."""
    maps = [read_map(name) for name in SETS]
    lines = [_row(["label", *SETS.values()]), _row(["---"] * (1 + len(SETS)))]
    lines += [_row([f"`{ours}`", *(_names(labels, ours) for labels in maps)]) for ours in LABELS]
    return "\n".join(lines)


def apart_table() -> str:
    """A row for each set, with its labels that are ignored."""
    lines = [_row(["set", "map", "ignored"]), _row(["---"] * 3)]
    for name, title in SETS.items():
        apart = ", ".join(f"`{label}`" for label in read_map(name).kept_apart)
        lines.append(_row([title, f"`{name}`", apart or "–"]))
    return "\n".join(lines)


def _names(labels: LabelMap, ours: str) -> str:
    """First, in bold, what ours becomes, in brackets where that comes back as another label; then what becomes ours."""
    to, sources = labels.to_theirs(ours), labels.sources(ours)
    first = [] if to is None else [f"**`{to}`**" if to in sources else f"(`{to}`)"]
    return ", ".join(first + [f"`{theirs}`" for theirs in sources if theirs != to]) or "–"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    print(names_table(), apart_table(), sep="\n\n")

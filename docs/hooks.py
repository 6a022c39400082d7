"""What the documentation site's build makes itself: pages that would drift as copies, and plots of recorded figures.

- `reference/command-line.md` from the commands, by Typer's own generator.
- `contributing.md`, `changelog.md` and `reporting.md` from the files in the repository's root.
- A plot wherever a page says `<!-- bars: UNIT -->` below a table, drawn from the table as it stands, so
  the two cannot differ. On GitHub the comment is not seen.
- The operating points of the adapter that ships, wherever a page says `<!-- default adapter: operating points -->`.
"""

import io
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parent.parent
ADAPTER = ROOT / "src/loredact/adapters/default"
# Pages made from files in the root, and how links between the root and docs/ change.
FROM_ROOT = {"CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md", "SECURITY.md": "reporting.md"}
COLOURS = ("#3f51b5", "#f57c00", "#90a4ae", "#5d4037")

_LINK = re.compile(r"\]\((?P<target>[^)#\s]+)(?P<anchor>#[^)\s]*)?\)")
_PLOT = re.compile(r"(?P<table>(?:^\|.*\n)+)\n*<!-- bars: (?P<label>.+?) -->", re.MULTILINE)
_POINTS_MARK = "<!-- default adapter: operating points -->"
POINTS = "images/default-adapter-operating-points.png"
_NUMBER = re.compile(r"[\d,]*\.?\d+(?:e-?\d+)?")

_pictures: dict[str, bytes] = {}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made here."""
    files.append(File.generated(config, "reference/command-line.md", content=_command_line()))
    for source, page in FROM_ROOT.items():
        text = (ROOT / source).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=_links(text, _from_root)))
    return files


def _command_line() -> str:
    command = [sys.executable, "-m", "typer", "loredact.cli.app", "utils", "docs", "--name", "loredact"]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    made = re.sub(r"^Example: (.+)$", r"Example: `\1`", made, flags=re.MULTILINE)
    made = made.replace("# `loredact`", "# Command line\n\n<small>Made from the commands themselves.</small>", 1)
    return re.sub(r"^(#+) `(.+)`$", r"\1 \2", made, flags=re.MULTILINE)


def _links(text: str, change: Callable[[str], str]) -> str:
    return _LINK.sub(lambda found: f"]({change(found['target'])}{found['anchor'] or ''})", text)


def _from_root(target: str) -> str:
    return target.removeprefix("docs/")


def _to_root(target: str) -> str:
    up, _, name = target.rpartition("../")
    return up + FROM_ROOT[name] if target.startswith("../") and name in FROM_ROOT else target


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Follow links out of docs/ to the pages made here, and draw the plots."""
    markdown = _links(markdown, _to_root)
    up = "../" * page.file.src_uri.count("/")
    stem = page.file.src_uri.removesuffix(".md").replace("/", "-")

    def drawn(found: re.Match[str]) -> str:
        name = f"images/{stem}-{sum(key.startswith(f'images/{stem}-') for key in _pictures) + 1}.svg"
        rows = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in found["table"].splitlines()]
        _pictures[name] = _bars(rows, found["label"])
        return f"{found['table']}\n![{found['label']}]({up}{name})"

    for key in [key for key in _pictures if key.startswith(f"images/{stem}-")]:
        del _pictures[key]
    markdown = _PLOT.sub(drawn, markdown)
    if _POINTS_MARK in markdown:
        markdown = markdown.replace(_POINTS_MARK, _points(up))
    for name, content in _pictures.items():
        if files.get_file_from_path(name) is None:
            files.append(File.generated(config, name, content=content))
    return markdown


def _points(up: str) -> str:
    """The operating points of the adapter that ships, as its training measured it."""
    description = ADAPTER / "loredact.json"
    if not description.exists():
        return ""
    from loredact.decoding import OperatingPoint
    from loredact.training.report import draw_operating_points

    recorded = json.loads(description.read_text(encoding="utf-8"))["decoding"]["operating_points"]
    with tempfile.TemporaryDirectory() as folder:
        draw_operating_points(Path(folder), [OperatingPoint(**point) for point in recorded])
        _pictures[POINTS] = (Path(folder) / "operating_points.png").read_bytes()
    return f"![Precision against personal characters found, a point for each offset]({up}{POINTS})"


def _bars(rows: list[list[str]], label: str) -> bytes:
    """A group of bars for each row of the table, a bar for each column of figures."""
    heads, groups = rows[0][1:], rows[2:]
    figure, axes = _figure(width=1.9 * len(groups) + 2.2)
    width = 0.8 / len(heads)
    for column, head in enumerate(heads):
        heights = [_number(group[column + 1]) for group in groups]
        at = [place + (column - (len(heads) - 1) / 2) * width for place in range(len(groups))]
        bars = axes.bar(at, heights, width * 0.92, label=_plain(head).removesuffix(f", {label}"), color=COLOURS[column])
        axes.bar_label(bars, [f"{height:,.5g}" for height in heights], fontsize=8, padding=2)
    axes.set_xticks(range(len(groups)), [_plain(group[0]) for group in groups])
    axes.set_xlabel(_plain(rows[0][0]))
    axes.set_ylabel(label)
    axes.set_axisbelow(True)
    axes.grid(axis="y", alpha=0.3)
    axes.margins(y=0.1)
    figure.legend(loc="outside upper center", frameon=False, ncols=len(heads), fontsize=9)
    return _svg(figure)


def _figure(width: float) -> tuple[Any, Any]:
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({"axes.spines.top": False, "axes.spines.right": False}):
        figure = Figure(figsize=(width, 3.8), layout="constrained", facecolor="white")
        return figure, figure.subplots()


def _svg(figure: Any) -> bytes:
    from matplotlib import rc_context

    with rc_context({"svg.hashsalt": "loredact"}):
        figure.savefig(picture := io.BytesIO(), format="svg", metadata={"Date": None})
    return picture.getvalue()


def _number(cell: str) -> float:
    found = _NUMBER.search(cell)
    if found is None:
        raise ValueError(f"no figure to draw in the cell {cell!r}")
    return float(found[0].replace(",", ""))


def _plain(cell: str) -> str:
    return cell.replace("`", "").replace("*", "")

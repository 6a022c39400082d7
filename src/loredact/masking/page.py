"""Reports as one page of HTML, which loads nothing from elsewhere and is read in light and dark, on any screen."""

from collections.abc import Iterable, Sequence
from html import escape

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --text: #222; --page: #fff; --head: #f4f4f8; --line: #ccc; --quiet: #5c5c66; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --text: #e6e6ea; --page: #17171b; --head: #24242b; --line: #44444d; --quiet: #a2a2ad; }}
}}
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem;
  color: var(--text); background: var(--page); }}
h1 {{ font-size: 1.6rem; line-height: 1.2; }}
h2 {{ font-size: 1.15rem; margin: 2rem 0 .5rem; overflow-wrap: anywhere; }}
.scrolls {{ overflow-x: auto; }}
table {{ border-collapse: collapse; }}
th, td {{ border: 1px solid var(--line); padding: .3rem .6rem; text-align: left; vertical-align: top; }}
th {{ background: var(--head); font-weight: 600; }} td {{ overflow-wrap: break-word; }}
td:first-child {{ min-width: 6rem; overflow-wrap: anywhere; }}
tr.quiet td {{ color: var(--quiet); }}
@media (max-width: 40rem) {{
  body {{ margin: 1rem auto; }}
  table.stacks, .stacks tbody, .stacks tr, .stacks td {{ display: block; }}
  .stacks tr:first-child {{ display: none; }}
  .stacks tr {{ border: 1px solid var(--line); margin-bottom: .6rem; padding: .3rem .6rem; }}
  .stacks td {{ border: 0; padding: .1rem 0; min-width: 0; overflow-wrap: anywhere; }}
  .stacks td:empty {{ display: none; }}
  .stacks td::before {{ content: attr(data-head) " "; color: var(--quiet); }}
  .stacks td:first-child {{ font-weight: 600; }} .stacks td:first-child::before {{ content: ""; }}
}}
</style>
</head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
"""


def page(title: str, parts: Iterable[str]) -> str:
    """The page with `parts`, which are HTML, below one another."""
    return _PAGE.format(title=escape(title), body="\n".join(parts))


def table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], *, quiet: Sequence[bool] = ()) -> str:
    """A table of texts below its title; the rows that are `quiet` are told of in passing.

    On a narrow screen, a row of more than three columns is a block with a line a cell.
    """
    if not rows:
        return f"<h2>{escape(title)}</h2>\n<p>None.</p>"
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    quiet = quiet or [False] * len(rows)
    body = "\n".join(
        f"<tr{' class=quiet' * is_quiet}>"
        + "".join(f'<td data-head="{escape(name)}">{escape(cell)}</td>' for name, cell in zip(heads, row, strict=True))
        + "</tr>"
        for row, is_quiet in zip(rows, quiet, strict=True)
    )
    stacks = " class=stacks" * (len(heads) > 3)
    return f"<h2>{escape(title)}</h2>\n<div class=scrolls><table{stacks}>\n<tr>{head}</tr>\n{body}\n</table></div>"

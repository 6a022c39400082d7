"""The workshop's experiments, to run on one's own data."""

from loredact.workshop.compare import compare, write_comparison
from loredact.workshop.figures import Comparison, MethodFigures, as_markdown
from loredact.workshop.language import plain_text, read_plain

__all__ = [
    "Comparison",
    "MethodFigures",
    "as_markdown",
    "compare",
    "plain_text",
    "read_plain",
    "write_comparison",
]

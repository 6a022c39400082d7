"""A detector for LangChain's `PIIMiddleware`, which then blocks, redacts, masks or hashes what it finds.

from langchain.agents import create_agent
from langchain.agents.middleware import PIIMiddleware
from loredact.integrations.langchain import detector

find = detector()
agent = create_agent(model, tools, middleware=[PIIMiddleware("personal_data", detector=find, strategy="redact")])
"""

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from langchain.agents.middleware import PIIMatch

from loredact.adapters import DEFAULT_ADAPTER
from loredact.masking import Masker


def detector(
    adapter: str | Path = DEFAULT_ADAPTER, *, labels: Collection[str] | None = None, **options: Any
) -> Callable[[str], list[PIIMatch]]:
    """What finds an adapter's spans in a message; those of `labels` alone, where some are given.

    `options` are those of `Masker.load`, such as `recall` or `also`.
    """
    masker = Masker.load(adapter, **options)

    def find(content: str) -> list[PIIMatch]:
        return [
            PIIMatch(type=span.label, value=content[span.start : span.end], start=span.start, end=span.end)
            for span in masker.find(content)
            if labels is None or span.label in labels
        ]

    return find

"""`loredact mcp`, with the official client."""

import asyncio
import os
import sys
from typing import Any

import pytest

from loredact.bases import Base

TEXT = "Please call Ada Lovelace on 020 7946 0958."


def test_the_official_client_finds_masks_and_unmasks(multilingual_base: Base) -> None:
    mcp = pytest.importorskip("mcp")
    from mcp.client.stdio import stdio_client

    async def talk() -> None:
        command = mcp.StdioServerParameters(
            command=sys.executable, args=["-m", "loredact", "mcp"], env=dict(os.environ)
        )
        async with stdio_client(command) as (read, write), mcp.ClientSession(read, write) as session:
            await session.initialize()
            tools = await session.list_tools()
            assert {tool.name for tool in tools.tools} == {"find", "mask", "unmask"}
            masked = _text(await session.call_tool("mask", {"text": TEXT}))
            assert "Lovelace" not in masked
            assert masked.startswith("Please call [PERSON_1]")
            again = _text(await session.call_tool("mask", {"text": "Ada Lovelace thanks you."}))
            assert again.startswith("[PERSON_1")
            assert _text(await session.call_tool("unmask", {"text": f"Done: {masked}"})) == f"Done: {TEXT}"
            found = await session.call_tool("find", {"text": TEXT})
            assert "PERSON" in str(found.content)
            assert "Lovelace" not in str(found.content)

    asyncio.run(talk())


def _text(result: Any) -> str:
    return str(result.content[0].text)

"""A server of the Model Context Protocol on standard input and output, with the tools `find`, `mask` and `unmask`.

Placeholders of a conversation are remembered in this process alone, and are gone when it ends.
"""

from dataclasses import asdict, dataclass

from mcp.server.mcpserver import MCPServer

import loredact
from loredact.masking import Masker
from loredact.serve.conversation import Conversation, everywhere

_ABOUT = (
    "Masks personal data on this machine. Call `mask` before a text goes anywhere else, and `unmask` on what comes "
    "back: numbered placeholders such as [PERSON_1] become what they stand for."
)


@dataclass(frozen=True, slots=True)
class Found:
    """A span of personal data: `[start, end)` in Unicode code points, its label and how likely it is."""

    start: int
    end: int
    label: str
    score: float


def make_server(masker: Masker) -> MCPServer:
    """The server, with `masker` to find what is personal."""
    server: MCPServer = MCPServer("loredact", instructions=_ABOUT, version=loredact.__version__)
    conversation = Conversation()

    @server.tool()
    def find(text: str) -> list[dict[str, object]]:
        """Where in a text personal data is, with its label and how likely it is. The data itself is not repeated."""
        spans, _ = masker.policy.split(text, masker.find(text))
        return [asdict(Found(span.start, span.end, span.label, span.score)) for span in spans]

    @server.tool()
    def mask(text: str) -> str:
        """The text with numbered placeholders for personal data: [PERSON_1] is the same person in all of them."""
        conversation.avoid(text)
        found, _ = masker.policy.split(text, masker.find(text))
        [spans] = everywhere([text], [found], conversation)
        return conversation.mask(text, spans)

    @server.tool()
    def unmask(text: str) -> str:
        """The text with what stands behind the placeholders that `mask` has given here."""
        return conversation.unmask(text)

    return server

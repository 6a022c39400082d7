"""`loredact mcp`: tools for a language model, on standard input and output."""

from loredact.adapters import DEFAULT_ADAPTER
from loredact.cli.console import say
from loredact.cli.options import Adapter, PolicyName, Precision, Recall
from loredact.errors import InputError

EXAMPLE = "Example, in an MCP client's settings: command loredact, arguments mcp --adapter my-adapter"


def mcp(
    adapter: Adapter = DEFAULT_ADAPTER,
    recall: Recall = None,
    precision: Precision = None,
    policy: PolicyName = None,
) -> None:
    """Serve the tools find, mask and unmask over the Model Context Protocol, on standard input and output."""
    try:
        from loredact.serve.mcp import make_server
    except ImportError:
        raise InputError("The MCP server needs more packages: pip install 'loredact[mcp]'.") from None
    from loredact.masking import Masker

    masker = Masker.load(adapter, recall=recall, precision=precision, policy=policy, say=say)
    make_server(masker).run("stdio")

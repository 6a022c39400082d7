"""`loredact export`: what other programs train on and run."""

from pathlib import Path
from typing import Annotated

import typer

from loredact.adapters import find_adapter

Adapter = Annotated[str, typer.Argument(metavar="ADAPTER", help="An adapter's folder, or the name of one that ships.")]
Out = Annotated[Path, typer.Option(help="The folder to write, which must not be there yet.")]

app = typer.Typer(help="Files for other programs: what they train on, and what they run.", no_args_is_help=True)


@app.callback()
def export() -> None:
    """Files for other programs: what they train on, and what they run."""


@app.command("hf", epilog="Example: loredact export hf my-adapter --out my-model")
def hf(adapter: Adapter, out: Out) -> None:
    """A plain token classification model of Transformers, the adapter merged into its base."""
    from loredact.export import export_hf

    export_hf(find_adapter(adapter), out)


@app.command("onnx", epilog="Example: loredact export onnx my-adapter --out my-model")
def onnx(adapter: Adapter, out: Out) -> None:
    """The same for ONNX Runtime: model.onnx, with the tokenizer and the tags' names beside it."""
    from loredact.export import export_onnx

    export_onnx(find_adapter(adapter), out)

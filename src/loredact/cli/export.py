"""`loredact export`: what other programs train on and run."""

from pathlib import Path
from typing import Annotated

import typer

from loredact.adapters import find_adapter
from loredact.cli.console import say, tell
from loredact.cli.options import BaseName, Data, Rank

Adapter = Annotated[str, typer.Argument(metavar="ADAPTER", help="An adapter's folder, or the name of one that ships.")]
Out = Annotated[Path, typer.Option(help="The folder to write; it must not exist yet.")]

app = typer.Typer(help="Export adapters and corpora for other programs.", no_args_is_help=True)


@app.command("hf", epilog="Example: loredact export hf my-adapter --out my-model")
def hf(adapter: Adapter, out: Out) -> None:
    """Export a token classification model for Transformers, the adapter merged into its base model."""
    from loredact.export import export_hf

    export_hf(find_adapter(adapter, say), out)


@app.command("onnx", epilog="Example: loredact export onnx my-adapter --out my-model")
def onnx(adapter: Adapter, out: Out) -> None:
    """Export the same for ONNX Runtime: model.onnx, with the tokenizer and the names of the tags beside it."""
    from loredact.export import export_onnx

    export_onnx(find_adapter(adapter, say), out)


@app.command("gguf", epilog="Example: loredact export gguf my-generator --out for-llama-cpp")
def gguf(
    adapter: Adapter,
    out: Out,
    with_base: Annotated[
        bool, typer.Option("--with-base", help="Write the base model too, on which any number of adapters can be used.")
    ] = False,
) -> None:
    """Export a generator (ours or LLaMA Factory's) for llama.cpp: as LoRA, and merged into its base model."""
    from loredact.export import export_gguf

    for file in export_gguf(find_adapter(adapter, say), out, with_base=with_base):
        typer.echo(str(file))


@app.command("llamafactory", epilog="Example: loredact export llamafactory letters.jsonl --out for-llamafactory")
def llamafactory(
    data: Data,
    out: Out,
    base: BaseName = None,
    rank: Rank = None,
    epochs: Annotated[float, typer.Option(help="Number of epochs over the corpus.")] = 3.0,
    learning_rate: Annotated[float, typer.Option(help="The highest learning rate.")] = 1e-4,
) -> None:
    """Export a corpus for LLaMA Factory: pairs of text and masked text, dataset_info.json and a YAML for LoRA."""
    from loredact.bases import DEFAULT_BASE
    from loredact.corpora import read_corpus
    from loredact.export import export_llamafactory
    from loredact.training.settings import make_settings

    lora = make_settings(None, {"lora.rank": rank, "epochs": epochs, "learning_rate": learning_rate}).lora
    documents = read_corpus(data, say)
    others = export_llamafactory(
        documents, out, base=base or DEFAULT_BASE, lora=lora, epochs=epochs, learning_rate=learning_rate
    )
    tell(f"{len(documents)} pairs in {out}; next: llamafactory-cli train {out}/train.yaml")
    if others:
        shown = ", ".join(str(place + 1) for place in others[:20])
        say(f"{len(others)} documents read back with other spans than they had, the first of them: {shown}")

"""`loredact train`: labelled text in, adapter out."""

import os
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Annotated, Any

import typer

from loredact.cli.console import print_json, progress, say, tell
from loredact.cli.options import BaseName, Config, Depth, Rank
from loredact.errors import EXIT_INTERRUPTED, InputError

if TYPE_CHECKING:
    from loredact.training import Trained

DataOrNamed = Annotated[
    str | None,
    typer.Argument(
        metavar="DATA",
        help="Labelled text: a file, a BRAT folder, or - (standard input); by default what a LLaMA Factory YAML says.",
    ),
]
EXAMPLE = "Example: loredact train letters.jsonl --out my-adapter --epochs 3"


def train(
    data: DataOrNamed = None,
    *,
    out: Annotated[Path, typer.Option(help="The folder for the adapter.")],
    eval_: Annotated[
        str | None,
        typer.Option("--eval", help="Labelled text to measure on; by default 1 document in 20 is held out."),
    ] = None,
    base: BaseName = None,
    from_: Annotated[
        str | None, typer.Option("--from", help="Continue from this adapter: a folder, or `default`, which ships.")
    ] = None,
    decoder: Annotated[
        str | None,
        typer.Option(
            help="tags: token classification (the default); generate: constrained generation of the masked text."
        ),
    ] = None,
    method: Annotated[
        str | None,
        typer.Option(
            help="lora; feature: train only the classification head; head: the last layer too; full: all weights."
        ),
    ] = None,
    rank: Rank = None,
    alpha: Annotated[float | None, typer.Option(help="LoRA is scaled by alpha / rank.")] = None,
    depth: Depth = None,
    epochs: Annotated[float | None, typer.Option(help="Number of epochs over the corpus.")] = None,
    minutes: Annotated[float | None, typer.Option(help="Train for this time instead of epochs.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="The highest learning rate.")] = None,
    seed: Annotated[int | None, typer.Option(help="The same seed, data and machine give the same adapter.")] = None,
    threads: Annotated[
        int | None, typer.Option(min=1, max=1024, help="Cores that train; without it, all that it may use.")
    ] = None,
    private: Annotated[
        bool, typer.Option("--private", help="Bound what the adapter gives away of any one document (DP-SGD).")
    ] = False,
    epsilon: Annotated[float | None, typer.Option(help="With --private: the most to spend; else 8.")] = None,
    delta: Annotated[float | None, typer.Option(help="With --private: else 1e-5.")] = None,
    config: Config = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue from the checkpoint in the folder.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace what the folder holds.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Fine-tune a base model on labelled text, with LoRA or another method.

    Leaves in the folder: the adapter (PEFT's files and loredact.json), report.json, loss.png and
    operating_points.png. Ctrl-C, or SIGTERM, keeps what was learnt, and --resume continues from there.
    """
    # Of several processes that torchrun started the first one writes; a slower one may find what that has written.
    if os.environ.get("RANK", "0") == "0":
        _require_free(out, resume, overwrite)

    import torch

    from loredact.corpora import read_corpus
    from loredact.training import Progress, train_into
    from loredact.training.settings import corpora, make_settings

    options: dict[str, Any] = {
        "base": base,
        "decoder": decoder,
        "method": method,
        "lora.rank": rank,
        "lora.alpha": alpha,
        "depth": depth,
        "epochs": epochs,
        "minutes": minutes,
        "learning_rate": learning_rate,
        "seed": seed,
        "private": {} if private else None,
        "private.epsilon": epsilon,
        "private.delta": delta,
    }
    if not private and (epsilon is not None or delta is not None):
        raise InputError("--epsilon and --delta are for --private. Give that too, or leave them out.")
    if threads is not None:
        torch.set_num_threads(threads)
    settings = make_settings(config, options, say)
    documents = [document for source in corpora(data, config, say) for document in read_corpus(source, say)]
    held_out = None if eval_ is None else read_corpus(eval_, say)
    with progress("training") as bar:
        trained = train_into(
            out,
            documents,
            settings,
            held_out=held_out,
            start=from_,
            resume=resume,
            threads=threads,
            progress=Progress(lambda s: bar(s.done, f"loss {s.loss:.3f}, {s.tokens_per_second:.0f} tokens/s"), say),
        )
    if trained.first:
        _tell(out, trained, json)
    if trained.stopped:
        say(f"Stopped; what was learnt is in {out}. Go on with the same command and --resume.")
        raise typer.Exit(EXIT_INTERRUPTED)


def _require_free(out: Path, resume: bool, overwrite: bool) -> None:
    """Complain of an `out` that cannot be used before anything is learnt."""
    checkpoint, adapter = out / "checkpoint.safetensors", out / "loredact.json"
    # PEFT's files alone are an adapter too.
    held = any(path.exists() for path in (checkpoint, adapter, out / "adapter_config.json"))
    if held and not (resume or overwrite):
        raise InputError(
            f"{out} holds an adapter or a checkpoint already. Use --resume, --overwrite, or another --out."
        )
    try:
        there = next(folder for folder in (out, *out.parents) if folder.exists() or folder.is_symlink())
        with TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise InputError(f"{out} is no folder to write to: {error.strerror}. Give another --out.") from None


def _tell(out: Path, trained: "Trained", json: bool) -> None:
    report = trained.report
    if json:
        print_json(report)
        return
    tell(f"adapter            {out}")
    speed = f", {report['tokens_per_second']:.0f} tokens/s" if "tokens_per_second" in report else ""
    tell(f"trained            {report['steps']} steps, {report['seconds']:.0f} s{speed}")
    if "peak_memory_mb" in report:
        tell(f"peak memory        {report['peak_memory_mb']:.0f} MB")
    if "privacy" in report:
        spent = report["privacy"]
        tell(f"private            epsilon {spent['epsilon']:.3g}, delta {spent['delta']:.1g}, by {spent['unit']}")
    if trained.evaluation is not None:
        strict, characters = trained.evaluation.strict, trained.evaluation.characters
        tell(f"strict F1          {strict.f1:.3f}  (held-out text)")
        tell(f"personal found     {characters.recall:.1%} of characters, at {characters.precision:.1%} precision")

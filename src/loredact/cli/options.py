"""Options that several commands share, so that they are called and explained alike."""

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[str, typer.Argument(help="Labelled text: a file, a BRAT folder, or - for standard input.")]

# What masks: the adapter, and how it is used.
Adapter = Annotated[
    str, typer.Option(help="The adapter's folder, or one that ships with loredact: default, or fast for English.")
]
Recall = Annotated[float | None, typer.Option(help="The share of personal characters to find at least, such as 0.99.")]
Precision = Annotated[float | None, typer.Option(help="The share of masked characters that must be personal at least.")]
BaseNow = Annotated[
    str | None, typer.Option("--base", help="Where the adapter's base is, if not where it was: a folder or a name.")
]
Also = Annotated[
    str | None,
    typer.Option(metavar="LABEL,...", help="Labels to mask that the adapter has off, such as ORGANIZATION."),
]
PolicyName = Annotated[
    str | None,
    typer.Option(
        "--policy", metavar="NAME|FILE", help="What is masked, with what, and what is kept: see `policy list`."
    ),
]
NoRules = Annotated[bool, typer.Option("--no-rules", help="What the model finds, without the rules.")]

# Vaults.
VaultFile = Annotated[Path, typer.Argument(help="The vault's file.")]
VaultKey = Annotated[
    Path | None,
    typer.Option("--key-file", help="The file with the vault's key; else LOREDACT_VAULT_KEY or the keyring has it."),
]

# What is trained.
BaseName = Annotated[str | None, typer.Option(help="The base: a name, a folder, or a Hugging Face name.")]
Depth = Annotated[int | None, typer.Option(help="How many of the base's layers to use.")]
Rank = Annotated[int | None, typer.Option(help="Rank of the LoRA matrices.")]
Config = Annotated[Path | None, typer.Option(help="Settings in YAML; options given here come first.")]


def label_names(given: str | None) -> tuple[str, ...]:
    """The names in a list with commas."""
    return tuple(name.strip() for name in (given or "").split(",") if name.strip())
